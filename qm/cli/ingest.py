"""`qm ingest`: files from this machine, with a line for each that is refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from qm.cli.progress import follow
from qm.cli.setup import open_database
from qm.core import logs, statistics
from qm.core.actor import SYSTEM
from qm.core.settings import settings
from qm.intake.reads.files import Given, Incoming, files_in, from_manifest, with_call_data
from qm.intake.writes.ingest import Ingested
from qm.intake.writes.ingest import ingest as take_in
from recorder.storage import StorageError
from recorder.types import Refusal

PATH = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, type=PATH)
@click.option("--manifest", type=PATH, help="CSV 清单：每行一个文件和通话数据。CSV with call data.")
@click.option("--source", default="file", show_default=True, help="来源名。Name of the source system.")
@click.option("--agent", "agent_no", help="工号，用于没有通话数据的文件。Agent number for files without.")
@click.option("--started-at", help="开始时间；默认为文件时间。Start; the file's time by default.")
@click.option("--direction", help="呼入或呼出。inbound or outbound.")
@click.option("--queue", help="队列。Queue.")
@click.option("--wait", is_flag=True, help="等到处理完，并显示进度。Wait until processed, with progress.")
def ingest(
    paths: tuple[Path, ...],
    manifest: Path | None,
    source: str,
    agent_no: str | None,
    started_at: str | None,
    direction: str | None,
    queue: str | None,
    wait: bool,
) -> None:
    """导入录音文件或文件夹。Take in recordings: files, folders, or a CSV manifest.

    \b
    通话数据取自同名 .json 文件的 meta，或清单，或上面的选项。
    Call data comes from `meta` of the .json beside the file, the manifest, or the options.
    被拒绝的文件连同原因保存在隔离区。Refused files are kept in quarantine with the reason.

    \b
    例 Examples:  qm ingest samples --wait
                  qm ingest a.wav --agent 8021
                  qm ingest --manifest calls.csv
    退出码 Exit status: 0 全部入库 all in; 1 有文件被拒绝 some refused
    """
    if not paths and manifest is None:
        raise click.UsageError("请给出文件、文件夹或 --manifest / name files, folders or a manifest")
    logs.configure(settings())
    open_database()
    given = Given(source, agent_no, started_at, direction, queue)
    incoming = [with_call_data(path, given) for path in files_in(paths)]
    faults: list[str] = []
    if manifest is not None:
        listed, faults = from_manifest(manifest, source=source)
        incoming += listed
    for fault in faults:
        click.secho(f"✗ {manifest and manifest.name} {fault}", fg="red")
    made = _take_in_all(incoming)
    statistics.refresh()
    _summary(made, faults)
    arrived = [item.recording_id for item in made if item.recording_id]
    if wait and arrived:
        follow(arrived)
    if faults or any(_lost(item) for item in made):
        raise SystemExit(1)


def _take_in_all(incoming: list[Incoming]) -> list[Ingested]:
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    made = []
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("导入 ingest", total=len(incoming))
        for item in incoming:
            try:
                made.append(take_one(item))
            except (StorageError, OSError) as error:
                raise click.ClickException(f"{item.path}: {error}") from error
            bar.advance(task)
    return made


def take_one(item: Incoming) -> Ingested:
    """Take in one file and say on a line what became of it. Raises `StorageError`, `OSError`."""
    made = take_in(item.path, item.call_data, actor=SYSTEM, filename=item.path.name)
    if made.recording_id is not None:
        click.echo(f"✓ {item.path.name}  {made.recording_id}")
        for warning in made.warnings:
            click.secho(f"  ! {warning}", fg="yellow")
    else:
        reason = made.reason.value if made.reason else ""
        mark, colour = ("✗", "red") if _lost(made) else ("=", None)
        click.secho(f"{mark} {item.path.name}  {reason}: {made.detail}", fg=colour)
    return made


def _lost(made: Ingested) -> bool:
    """True for a refusal that somebody must look at; sending the same call again is none."""
    return made.recording_id is None and made.quarantine_id is not None


def _summary(made: list[Ingested], faults: list[str]) -> None:
    arrived = sum(item.recording_id is not None for item in made)
    again = sum(item.recording_id is None and not _lost(item) for item in made)
    refused = Counter(item.reason or Refusal.NOT_AUDIO for item in made if _lost(item))
    line = f"入库 in {arrived} · 已有 already here {again} · 拒绝 refused {refused.total()}"
    reasons = "  ".join(f"{reason.value} {number}" for reason, number in refused.most_common())
    click.echo(f"{line}{f'  ({reasons})' if reasons else ''}")
    if faults:
        click.echo(f"清单有误的行 faults in the manifest: {len(faults)}")
