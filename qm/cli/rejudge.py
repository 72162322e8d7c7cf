"""`qm rejudge`: judge every stored call again by the rules in force, without hearing it."""

from __future__ import annotations

import os
import time

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from qm.cli.setup import open_database
from qm.judging.writes import rejudge as rejudge_writes


@click.command()
@click.option("--processes", default=0, help="进程数；0 为每个核一个。Processes; 0 means one a core.")
@click.option("--run", "run_id", type=int, hidden=True, help="网页请求的一次运行。")
def rejudge(processes: int, run_id: int | None) -> None:
    """按现行规则重新判定全部通话，不重新转写。Judge every stored call again, without hearing it."""
    open_database()
    used = processes or os.cpu_count() or 1
    if run_id is not None:
        rejudge_writes.perform(run_id, processes=used)
        return
    began = time.monotonic()
    tally = with_bar(used)
    seconds = time.monotonic() - began
    click.echo(
        f"{tally.done} 通，{tally.changed} 通结论有变，{seconds:.1f} 秒 / "
        f"{tally.done} calls, {tally.changed} changed, {seconds:.1f} s"
    )


def with_bar(processes: int) -> rejudge_writes.Tally:
    """Judge all stored calls again and show how far it is."""
    columns = (
        TextColumn("重新判定 / judging"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        return rejudge_writes.rejudge(
            processes=processes,
            progress=lambda tally: bar.update(task, total=tally.total, completed=tally.done),
        )
