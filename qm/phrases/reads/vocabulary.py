"""Words that calls of a queue are full of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlmodel import col, select

from qm.core.database import reading
from qm.intake.reads.queues import queues
from qm.models import QueueTerm


@dataclass(frozen=True, slots=True)
class QueueWords:
    """The words of one queue; an empty queue stands for all of them."""

    queue: str
    terms: tuple[str, ...]


def terms_of(queue: str) -> tuple[str, ...]:
    """Words of a queue, then those of all queues."""
    with reading() as session:
        rows = session.exec(
            select(QueueTerm.term)
            .where(col(QueueTerm.queue).in_({queue, ""}))
            .order_by(col(QueueTerm.queue).desc(), col(QueueTerm.id))
        ).all()
    return tuple(dict.fromkeys(rows))


def overview() -> tuple[QueueWords, ...]:
    """Every queue that has calls or words, the one for all queues first."""
    found: dict[str, list[str]] = defaultdict(list)
    with reading() as session:
        for row in session.exec(select(QueueTerm).order_by(col(QueueTerm.id))).all():
            found[row.queue].append(row.term)
    return tuple(QueueWords(queue, tuple(found[queue])) for queue in sorted({"", *queues(), *found}))
