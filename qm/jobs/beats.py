"""Which workers are alive, and who takes over from one that is not.

A worker says so every few seconds. One that has been silent too long is claimed by exactly one
other (a conditional update), which lets its unfinished work continue and then strikes it off. A
claimer that dies on the way leaves the row to fall silent again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from qm.core.clock import now
from qm.core.database import reading, writing
from qm.jobs import engine
from qm.models import WorkerBeat

BEAT_EVERY_S = 3.0
SILENT_AFTER_S = 20.0


def beat(name: str, *, started_at: datetime) -> None:
    """Say that this worker lives."""
    with writing() as session:
        row = session.get(WorkerBeat, name)
        if row is None:
            session.add(WorkerBeat(name=name, started_at=started_at, beat_at=now()))
        else:
            row.started_at, row.beat_at = started_at, now()


def leave(name: str) -> None:
    """A worker that stops, or is known to have died: its work may be taken over at once."""
    with writing() as session:
        row = session.get(WorkerBeat, name)
        if row is not None:
            row.beat_at = now() - timedelta(seconds=SILENT_AFTER_S * 10)


def alive() -> list[WorkerBeat]:
    """Workers heard of lately."""
    with reading() as session:
        found = session.exec(select(WorkerBeat).where(WorkerBeat.beat_at >= _horizon()))
        return list(found.all())


def adopt(*, by: str) -> int:
    """Let the work of silent workers continue; gives how many workflows were freed."""
    with reading() as session:
        silent = session.exec(
            select(WorkerBeat).where(WorkerBeat.beat_at < _horizon(), WorkerBeat.name != by)
        ).all()
    return sum(_adopt(row) for row in silent)


def _adopt(row: WorkerBeat) -> int:
    with writing() as session:
        claimed = session.connection().execute(
            sa.update(WorkerBeat)
            .where(col(WorkerBeat.name) == row.name, col(WorkerBeat.beat_at) == row.beat_at)
            .values(beat_at=now())
        )
        if not claimed.rowcount:
            return 0
    freed = engine.pending_of(row.name)
    engine.resume(freed)
    with writing() as session:
        session.connection().execute(sa.delete(WorkerBeat).where(col(WorkerBeat.name) == row.name))
    return len(freed)


def _horizon() -> datetime:
    return now() - timedelta(seconds=SILENT_AFTER_S)
