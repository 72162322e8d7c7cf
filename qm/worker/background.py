"""The durable workflow of a background task: one step, which goes on where it stands after a crash."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from dbos import DBOS
from sqlalchemy.exc import OperationalError

from qm.jobs import BackgroundTask, engine

log = structlog.get_logger()

TRIES = 5


def _whatif(row_id: int) -> None:
    from qm.trials.writes import runs as whatif_runs  # noqa: PLC0415 - brings the rules, seconds to load

    whatif_runs.work(row_id)


def _training(row_id: int) -> None:
    from qm.judging.writes import learning_runs  # noqa: PLC0415 - brings scikit-learn

    learning_runs.work(row_id)


_RUN: dict[BackgroundTask, Callable[[int], None]] = {
    BackgroundTask.WHATIF: _whatif,
    BackgroundTask.TRAINING: _training,
}


@DBOS.workflow(name=engine.BACKGROUND_WORKFLOW)
def run_background_task(kind: str, row_id: int) -> None:
    """Carry out one background task; its row says how it ended."""
    _carry_out(kind, row_id)


@DBOS.step(
    name="carry_out",
    retries_allowed=True,
    max_attempts=TRIES,
    interval_seconds=2.0,
    backoff_rate=3.0,
    should_retry=lambda error: isinstance(error, OperationalError),
)
def _carry_out(kind: str, row_id: int) -> None:
    log.info("background_task_begun", kind=kind, row_id=row_id)
    _RUN[BackgroundTask(kind)](row_id)
