"""`qm demo`: a working centre with twelve calls, heard for real, on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from qm.app import demo as demo_
from qm.app.demo_scores import SOURCE, assign_calls, leave_one_scored
from qm.cli.setup import open_database
from qm.core.actor import SYSTEM, UserRole
from qm.core.paths import SAMPLES
from qm.core.settings import settings
from qm.intake.writes.ingest import ingest
from qm.jobs import reads as job_reads
from qm.jobs.reads import JobLine
from qm.models import JobState
from recorder.calldata import sidecar_call_data, sidecar_of
from transcribe.weights import ensure_weights

SOUNDS = (".wav", ".mp3", ".ogg")
_SETTLED = (JobState.DONE, JobState.FAILED)
console = Console(highlight=False)


@click.command()
@click.option("--serve/--no-serve", default=True, help="准备好后打开网站。Serve when ready.")
def demo(serve: bool) -> None:
    """演示：载入样例录音并真实听写，然后打开网站。Load the sample calls, hear them, open the site."""
    config = settings()
    open_database()
    people = demo_.ensure_people()
    with console.status("准备语音模型 / preparing the speech weights"):
        ensure_weights(config.model, folder=config.resolved_models_dir, allow_download=config.hub)
    _take_in_samples()
    _hear()
    inspector, supervisor = (demo_.username_of(role) for role in (UserRole.INSPECTOR, UserRole.SUPERVISOR))
    leave_one_scored(inspector)
    assign_calls(supervisor, inspector)
    _introduce(people)
    if serve:
        from qm.cli.serve import serve as serve_command  # noqa: PLC0415 - starts the web stack

        serve_command.main(args=[], standalone_mode=False)


def _take_in_samples() -> None:
    for path in sorted(path for path in SAMPLES.iterdir() if path.suffix in SOUNDS):
        sidecar = sidecar_of(path)
        if sidecar is None:
            continue
        taken = ingest(path, sidecar_call_data(sidecar, source=SOURCE), actor=SYSTEM, filename=path.name)
        if taken.recording_id is None and taken.existing_id is None:
            console.print(f"[yellow]{path.name}: {taken.detail}[/]")


def _hear() -> None:
    """Run one worker until every call is through, showing how much of the sound has been heard."""
    if all(line.state in _SETTLED for line in _lines()):
        return
    quiet = {**os.environ, "QM_LOG_LEVEL": "WARNING"}  # the bar tells what the log would
    worker = subprocess.Popen([sys.executable, "-m", "qm", "worker"], env=quiet)
    try:
        _watch(worker)
    finally:
        worker.terminate()
        worker.wait(timeout=60)


def _watch(worker: subprocess.Popen[bytes]) -> None:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(
            "听写样例录音 / hearing the samples", total=sum(line.duration_s for line in _lines())
        )
        while True:
            lines = _lines()
            bar.update(task, completed=sum(map(_heard_s, lines)))
            if all(line.state in _SETTLED for line in lines):
                break
            if worker.poll() is not None:
                raise click.ClickException(
                    "工作进程意外退出，请再运行一次 make demo / the worker stopped; run it again"
                )
            time.sleep(0.5)
    for line in lines:
        if line.state is JobState.FAILED:
            console.print(f"[red]{line.filename}: {line.error}[/]")


def _heard_s(line: JobLine) -> float:
    return line.duration_s * (1.0 if line.state in _SETTLED else line.progress)


def _lines() -> list[JobLine]:
    return job_reads.listed(SYSTEM, limit=200)


def _introduce(people: tuple[demo_.DemoPerson, ...]) -> None:
    table = Table(title="登录 Sign in", title_justify="left")
    for heading in ("用户名 username", "密码 password", "姓名 name", "角色 role"):
        table.add_column(heading)
    for person in people:
        table.add_row(person.username, person.password, person.name, person.role.value)
    console.print(table)
    config = settings()
    console.print(f"打开 Open  [bold]http://{config.host}:{config.port}[/]")
