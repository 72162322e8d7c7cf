"""`qm verify`: does an evidence pack hold?"""

from __future__ import annotations

from pathlib import Path

import click

from qm.reviewing.reads.pack_files import check_pack


@click.command()
@click.argument("pack", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--against-database",
    is_flag=True,
    help="再与本系统的导出记录和存档核对。Also ask this installation whether it exported the pack.",
)
def verify(pack: Path, against_database: bool) -> None:
    """核对证据包：每个文件的哈希，并把分数重算到最后一位。Check a pack and recompute its score.

    \b
    默认只用包里的内容；整包改写过的，只有 --against-database 能发现。
    Needs nothing but the file; a pack rewritten as a whole is found out by --against-database only.
    """
    found = check_pack(pack)
    problems = [*found.problems]
    if against_database:
        from qm.cli.setup import open_database  # noqa: PLC0415 - the plain check needs no database
        from qm.reviewing.writes.packs import unknown_here  # noqa: PLC0415

        open_database()
        problems += unknown_here(found)
    for problem in problems:
        click.secho(f"✗ {problem}", fg="red", err=True)
    for note in found.notes:
        click.secho(f"! {note}", fg="yellow", err=True)
    if problems:
        raise SystemExit(1)
    click.echo(f"✓ {found.files} 个文件与清单一致；重算总分 {found.total}，与发布时和数据库中的一致")
    if against_database:
        click.echo("✓ 由本系统导出，依据与发布时的存档一致")
    click.echo(f"  sha256 {found.sha256}")
