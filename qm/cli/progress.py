"""Live progress of jobs in the terminal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from qm.core.actor import SYSTEM
from qm.jobs import Step, beats
from qm.jobs import reads as job_reads
from qm.jobs.reads import JobLine
from qm.models import JobState
from qm.worker.supervisor import Workers

LOOK_EVERY_S = 0.5
STEP_SHARE = {"": 0.0, Step.STORE: 0.0, Step.TRANSCRIBE: 0.1, Step.SCAN: 0.9, Step.PRESCORE: 0.95}
"""How far a job is when a step begins; hearing is most of the way."""

NAMES = {
    Step.STORE: "存储 store",
    Step.TRANSCRIBE: "转写 transcribe",
    Step.SCAN: "扫描 scan",
    Step.PRESCORE: "预评 pre-score",
}


def share_done(line: JobLine) -> float:
    """How far one job is, 0..1."""
    if line.state is JobState.DONE:
        return 1.0
    begun = STEP_SHARE.get(line.step, 0.0)
    return begun + (line.progress * 0.8 if line.step == Step.TRANSCRIBE else 0.0)


def follow(recording_ids: Sequence[str]) -> list[JobLine]:
    """Show progress until every job is done, failed or waiting; gives how they ended.

    Where no worker is alive, one is started for as long as this takes.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}"))
    with ExitStack() as stack:
        if not beats.alive():
            console.print("没有处理进程，临时启动一个 / no worker is running: one is started for this")
            stack.enter_context(Workers(1, quiet=True))
        bar = stack.enter_context(Progress(*columns, TimeElapsedColumn(), console=console))
        tasks: dict[str, TaskID] = {}
        while True:
            lines = job_reads.of_recordings(SYSTEM, recording_ids)
            for line in lines:
                if line.recording_id not in tasks:
                    tasks[line.recording_id] = bar.add_task(line.filename, total=1.0, state="")
                bar.update(tasks[line.recording_id], completed=share_done(line), state=state_words(line))
            if not any(line.state in (JobState.QUEUED, JobState.RUNNING) for line in lines):
                break
            time.sleep(LOOK_EVERY_S)
    for line in lines:
        if line.error:
            console.print(f"[red]✗[/red] {line.filename}: {line.error}")
    return lines


def state_words(line: JobLine) -> str:
    """Where a job is, in a few words."""
    if line.state is JobState.RUNNING:
        name = NAMES[Step(line.step)] if line.step else ""
        return f"{name} {line.progress:.0%}" if line.step == Step.TRANSCRIBE else name
    return {
        JobState.QUEUED: "排队 queued",
        JobState.WAITING: "等待 waiting",
        JobState.DONE: "完成 done",
        JobState.FAILED: "失败 failed",
    }[line.state]
