"""`qm search`."""

from __future__ import annotations

import click

from qm.cli.setup import open_database
from qm.core.actor import SYSTEM
from qm.hearing.reads.search import Found
from qm.hearing.reads.search import search as find
from recorder.types import Role

_WHO = {Role.AGENT: "座席", Role.CUSTOMER: "客户", Role.UNKNOWN: "未分"}


@click.command()
@click.argument("query")
@click.option(
    "--role", type=click.Choice(["agent", "customer"]), help="只看座席或客户说的。Only one speaker."
)
@click.option("--page", default=1, show_default=True, help="第几页。Page.")
def search(query: str, role: str | None, page: int) -> None:
    """搜索通话里说过的话；空格隔开的短语须同时出现。Search what was said.

    \b
    例 Example:  qm search "身份证 后四位" --role agent
    """
    open_database()
    results = find(SYSTEM, query, role=Role(role) if role else None, page=page)
    for item in results.found:
        click.echo(_line(item))
    more = "+" if results.more else ""
    counted = f"{results.total}{more} 处 / {results.calls}{more} 通"
    click.echo(f"{counted}（第 {results.page}/{results.pages}{more} 页）", err=True)
    if not results.total:
        raise SystemExit(1)


def _line(item: Found) -> str:
    marked = "".join(
        click.style(piece.text, bold=True, fg="yellow") if piece.marked else piece.text
        for piece in item.pieces
    )
    minutes, seconds = divmod(item.start_s, 60)
    return (
        f"{item.recording_id[:8]}  {int(minutes):02d}:{seconds:04.1f}  "
        f"{item.agent_number or '-':>6} {_WHO[item.role]}  {marked}"
    )
