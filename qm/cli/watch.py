"""`qm watch`: a folder into which a recorder writes."""

from __future__ import annotations

import errno
import time
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from qm.cli.ingest import take_one
from qm.cli.setup import open_database
from qm.core import logs
from qm.core.settings import settings
from qm.intake.reads.files import Given, with_call_data
from recorder.storage import StorageError
from recorder.watch import StableFiles

AGAIN_AFTER_S = 10.0
"""Wait where store or database cannot be reached."""
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--source", default="watch", show_default=True, help="来源名。Name of the source system.")
@click.option("--agent", "agent_no", help="工号，用于没有通话数据的文件。Agent number for files without.")
@click.option(
    "--quiet-for",
    default=5.0,
    show_default=True,
    help="文件不再变化多少秒后导入。Seconds without growth before a file is taken.",
)
@click.option("--every", default=1.0, show_default=True, help="查看间隔（秒）。Seconds between looks.")
@click.option("--once", is_flag=True, help="取完静止的文件就结束。End when nothing is left to come to rest.")
def watch(
    folder: Path, source: str, agent_no: str | None, quiet_for: float, every: float, once: bool
) -> None:
    """盯住一个文件夹，写完的录音自动导入。Take in recordings from a folder as they are finished.

    \b
    文件停止增长后才导入；原文件不移动、不删除，重启后不会重复入库。
    A file is taken when it has stopped growing; it stays where it is, and is never taken twice.
    存储或数据库暂时不可用时会等待并重试。It waits and goes on where store or database are out of reach.
    """
    logs.configure(settings())
    open_database()
    given = Given(source, agent_no)
    files = StableFiles(folder, quiet_s=quiet_for, clock=time.monotonic)
    click.echo(f"监视 watching {folder} — Ctrl-C 结束 ends", err=True)
    left: list[Path] = []
    try:
        while True:
            left = _take_in([*left, *(path for path in files.poll() if path.suffix.lower() != ".csv")], given)
            if once and not left and not files.waiting():
                return
            time.sleep(max(every, AGAIN_AFTER_S) if left else every)
    except KeyboardInterrupt:
        click.echo("", err=True)


def _take_in(paths: list[Path], given: Given) -> list[Path]:
    """Take files in until the store or the database is out of reach; gives those that are left."""
    for number, path in enumerate(paths):
        try:
            take_one(with_call_data(path, given))
        except (StorageError, OperationalError, OSError) as error:
            if isinstance(error, OSError) and error.errno not in _NO_ROOM:  # others can be read
                click.secho(f"✗ {path.name}: {error}", fg="red", err=True)
                continue
            words = "数据库暂时无法访问" if isinstance(error, OperationalError) else str(error)
            click.secho(f"… {path.name}: {words}；稍后重试 will try again", fg="yellow", err=True)
            return paths[number:]
    return []
