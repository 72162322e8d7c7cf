"""`qm doctor`."""

from __future__ import annotations

import click

from qm.cli.setup import open_database
from qm.core import logs, objects
from qm.core.actor import SYSTEM
from qm.core.settings import settings
from qm.upkeep.writes.doctor import Trouble, examine
from qm.upkeep.writes.mend import mend
from recorder.storage import StorageError


@click.command()
@click.option("--mend", "mending", is_flag=True, help="修复能修复的。Mend what can be mended.")
@click.option("--deep", is_flag=True, help="逐个核对原始文件的 SHA-256。Hash every original.")
def doctor(mending: bool, deep: bool) -> None:
    """核对记录与存储是否一致。Find (and mend) disagreement between rows, objects and jobs.

    \b
    缺原始文件、文件损坏、缺播放版本、没有记录的对象、停住的任务。录音从不删除，只会进隔离区。
    Missing or damaged originals, missing renditions, objects without rows, stuck jobs.
    Sound is never deleted: strays go to quarantine.
    退出码 Exit status: 0 一致 all agrees; 1 仍有问题 something is left
    """
    logs.configure(settings())
    open_database()
    try:
        objects.store().ready()
        troubles = examine(deep=deep)
        left = [trouble for trouble in troubles if not _treat(trouble, mending=mending)]
    except StorageError as error:
        raise click.ClickException(str(error)) from error
    mended = len(troubles) - len(left)
    click.echo(f"问题 found {len(troubles)} · 已修复 mended {mended} · 剩余 left {len(left)}")
    if left:
        raise SystemExit(1)


def _treat(trouble: Trouble, *, mending: bool) -> bool:
    done = False
    note = ""
    if mending:
        try:
            done = mend(trouble, actor=SYSTEM)
        except StorageError as error:
            note = f" — {error}"
    mark = "✓" if done else "✗"
    click.secho(f"{mark} {trouble.ailment.value}: {trouble.words}{note}", fg="green" if done else "red")
    return done
