"""Queues that calls came in by."""

from __future__ import annotations

from sqlmodel import col, select

from qm.core.database import reading
from qm.models import Recording


def queues() -> tuple[str, ...]:
    """Queues that calls came in by."""
    with reading() as session:
        found = session.exec(select(Recording.queue).distinct().order_by(col(Recording.queue))).all()
    return tuple(item for item in found if item)
