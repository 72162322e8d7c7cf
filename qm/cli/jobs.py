"""`qm jobs`: what is being processed, what failed and why, and once more."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Column, Table

from qm.cli.progress import follow, state_words
from qm.cli.setup import open_database
from qm.core.actor import SYSTEM
from qm.core.errors import NotFound
from qm.jobs import JobNotRetriable
from qm.jobs import reads as job_reads
from qm.jobs.writes.retries import retry_job
from qm.models import JobState


@click.group()
def jobs() -> None:
    """处理进度：查看、重试。Processing: look, follow, retry."""


@jobs.command("list")
@click.option("--state", type=click.Choice([state.value for state in JobState]), help="只看一种状态。")
@click.option("--limit", default=30, show_default=True, help="最多几行。Lines at most.")
def list_(state: str | None, limit: int) -> None:
    """列出任务和失败的原因。List jobs, with the reason where one failed or waits."""
    open_database()
    counts = job_reads.counts(SYSTEM)
    first = Column("录音 recording", no_wrap=True, min_width=32)
    table = Table(first, "文件 file", "状态 state", "说明 note", box=None)
    for line in job_reads.listed(SYSTEM, state=JobState(state) if state else None, limit=limit):
        table.add_row(line.recording_id, line.filename, state_words(line), line.error)
    Console().print(table)
    click.echo("  ".join(f"{key.value} {number}" for key, number in counts.items() if number), err=True)


@jobs.command("follow")
def follow_() -> None:
    """跟踪未完成的任务。Follow unfinished jobs until they end."""
    open_database()
    lines = [line for state in job_reads.ACTIVE for line in job_reads.listed(SYSTEM, state=state, limit=500)]
    if lines:
        follow([line.recording_id for line in lines])
    else:
        click.echo("没有未完成的任务 / nothing is under way")


@jobs.command("retry")
@click.argument("recording_ids", nargs=-1)
@click.option("--failed", "all_failed", is_flag=True, help="重试所有失败的任务。Every failed job.")
def retry(recording_ids: tuple[str, ...], all_failed: bool) -> None:
    """从失败的那一步重新开始。Run again from the step that failed."""
    open_database()
    wanted = list(recording_ids)
    if all_failed:
        wanted += [
            line.recording_id for line in job_reads.listed(SYSTEM, state=JobState.FAILED, limit=10_000)
        ]
    if not wanted:
        click.echo("没有要重试的任务 / nothing to retry")
    for recording_id in wanted:
        try:
            click.echo(f"↻ {recording_id}  {retry_job(SYSTEM, recording_id)}")
        except (JobNotRetriable, NotFound) as error:
            click.secho(f"– {recording_id}  {error}", fg="yellow")
