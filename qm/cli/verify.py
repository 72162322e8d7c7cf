"""`qm verify`: does an evidence pack hold?"""

from __future__ import annotations

from pathlib import Path

import click

from qm.packs import check_pack


@click.command()
@click.argument("pack", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(pack: Path) -> None:
    """核对证据包：每个文件的哈希，并把分数重算到最后一位。Check a pack and recompute its score.

    只用包里的内容，不需要数据库。Needs nothing but the file.
    """
    found = check_pack(pack)
    for problem in found.problems:
        click.secho(f"✗ {problem}", fg="red", err=True)
    if not found.holds:
        raise SystemExit(1)
    click.echo(f"✓ {found.files} 个文件与清单一致；重算总分 {found.total}，与记录一致")
    click.echo(f"  sha256 {found.sha256}")
