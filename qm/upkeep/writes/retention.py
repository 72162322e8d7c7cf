"""What is kept for a time only, and removed after it. Every worker's housekeeping runs it once a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, select

from qm.core import objects
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.settings import settings
from qm.models import Quarantine, QuarantineState, SignInAttempt


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was removed."""

    attempts: int
    """Failed sign-ins that count no more."""
    files: int
    """Refused files, decided on long ago."""


def purge() -> Purged:
    """Remove what has outlived its time; twice, or by two workers at once, does no harm."""
    return Purged(_attempts(), _files())


def _attempts() -> int:
    horizon = now() - timedelta(minutes=settings().login_window_minutes)
    with writing() as session:
        return session.exec(delete(SignInAttempt).where(col(SignInAttempt.at) < horizon)).rowcount


def _files() -> int:
    horizon = now() - timedelta(days=settings().quarantine_days)
    over: list[ColumnElement[bool]] = [
        col(Quarantine.state) != QuarantineState.OPEN,
        col(Quarantine.decided_at) < horizon,
        col(Quarantine.object_key) != "",
    ]
    with reading() as session:
        keys = session.exec(select(Quarantine.object_key).where(*over).distinct()).all()
    return sum(_empty(key, over) for key in keys)


def _empty(key: str, over: Sequence[ColumnElement[bool]]) -> bool:
    """Forget the bytes under `key`, unless another refusal of the same bytes still needs them."""
    with writing() as session:
        rows = session.exec(select(Quarantine).where(Quarantine.object_key == key).with_for_update()).all()
        old = set(session.exec(select(Quarantine.id).where(Quarantine.object_key == key, *over)).all())
        for row in rows:
            if row.id in old:
                row.object_key = ""
                session.add(row)
    if any(row.object_key for row in rows):
        return False
    objects.store().delete(key)
    return True
