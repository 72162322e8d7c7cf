"""Background tasks: durable work on what is stored, that a person asked for. Each has a row that shows it."""

from __future__ import annotations

import uuid
from enum import StrEnum

from sqlmodel import Session

from qm.jobs import engine


class BackgroundTask(StrEnum):
    """Kinds of background tasks; the values are stored by the engine."""

    WHATIF = "whatif"
    TRAINING = "training"


def enqueue_task(session: Session, task: BackgroundTask, row_id: int) -> None:
    """Have a worker carry out the background task of this row, once the caller's transaction is committed.

    `prepare` must have been called before the transaction began.
    """
    workflow_id = f"{engine.BACKGROUND_PREFIX}{task.value}-{row_id}-{uuid.uuid4().hex[:8]}"
    engine.enqueue_background_task(session, workflow_id=workflow_id, kind=task.value, row_id=row_id)
