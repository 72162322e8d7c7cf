"""Errands: durable work on what is stored already, that a person asked for. Each has a row that shows it."""

from __future__ import annotations

import uuid
from enum import StrEnum

from sqlmodel import Session

from qm.jobs import engine


class Errand(StrEnum):
    """Kinds of errands; the values are stored by the engine."""

    WHATIF = "whatif"
    TRAINING = "training"


def send(session: Session, errand: Errand, row_id: int) -> None:
    """Have a worker carry out the errand of this row, once the caller's transaction is committed.

    `prepare` must have been called before the transaction began.
    """
    workflow_id = f"{engine.ERRAND_PREFIX}{errand.value}-{row_id}-{uuid.uuid4().hex[:8]}"
    engine.enqueue_errand(session, workflow_id=workflow_id, kind=errand.value, row_id=row_id)
