"""The rows of background tasks: how each moves from state to state, and how a worker carries one out."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
import structlog
from sqlalchemy import ColumnElement
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col

from qm.core.actor import SYSTEM, Actor
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.errors import QmError
from qm.core.identity import actor_of
from qm.models import JobState, LearningRun, User, WhatIfRun
from recorder.message import Message, message_of

Run = LearningRun | WhatIfRun
"""One background task with how far it is."""

log = structlog.get_logger()

_OPEN = (JobState.QUEUED, JobState.RUNNING)


class Stopped(Exception):
    """Raised while a background task is carried out: it was cancelled, or is another worker's by now."""


def carry_out(
    table: type[Run], run_id: int, work: Callable[[int], None], *, failed: str, **begin: object
) -> None:
    """Do the work of a run from where it stands; one that has ended, or was cancelled, is left alone.

    `begin` are values the row takes as it begins. What fails is kept in its row: an expected error in
    its own words, any other in the words `failed`, which may name it by `%(error)s`.
    A database out of reach is raised: whoever carries it out tries again.
    """
    with writing() as session:
        if not _move(session, table, run_id, _OPEN, state=JobState.RUNNING, **begin):
            return
    try:
        work(run_id)
    except Stopped:
        return
    except QmError as error:
        _end(table, run_id, JobState.FAILED, message_of(error))
    except OperationalError:
        raise
    except Exception as error:
        name = type(error).__name__
        log.warning(
            "background_task_failed", kind=table.__tablename__, row_id=run_id, error=name, exc_info=error
        )
        _end(table, run_id, JobState.FAILED, Message(failed, error=name))
    else:
        _end(table, run_id, JobState.DONE, "")


def go_on(session: Session, table: type[Run], run_id: int, *, before: int, done: int, total: int) -> None:
    """Note how far a run is, which was at `before`.

    Raises `Stopped` where it was cancelled, or another worker has gone on with it since.
    """
    here = col(table.done) == before
    if not _move(session, table, run_id, (JobState.RUNNING,), here, done=done, total=total):
        raise Stopped


def queue_again(session: Session, table: type[Run], run_id: int) -> bool:
    """Have a run that failed wait for a worker again; False where it did not fail."""
    return _move(session, table, run_id, (JobState.FAILED,), state=JobState.QUEUED, error="")


def cancel(session: Session, table: type[Run], run_id: int, words: Message) -> None:
    """Stop a run that has not ended."""
    _move(session, table, run_id, _OPEN, state=JobState.FAILED, error=words, finished_at=now())


def under_way(run: Run) -> bool:
    """True while a run waits for a worker or is carried out."""
    return run.state in _OPEN


def asker(run: Run) -> Actor:
    """Who asked for a run, and so whose calls it reads."""
    with reading() as session:
        user = session.get(User, run.requested_by) if run.requested_by else None
    return actor_of(user) if user else SYSTEM


def _end(table: type[Run], run_id: int, state: JobState, words: str) -> None:
    with writing() as session:
        _move(session, table, run_id, (JobState.RUNNING,), state=state, error=words, finished_at=now())


def _move(
    session: Session,
    table: type[Run],
    run_id: int,
    from_states: tuple[JobState, ...],
    *also: ColumnElement[bool],
    **values: object,
) -> bool:
    """Change a run's row where it is in one of these states and all else holds; tells whether it was."""
    moved = session.connection().execute(
        sa.update(table)
        .where(col(table.id) == run_id, col(table.state).in_(from_states), *also)
        .values(updated_at=now(), **values)
    )
    return bool(moved.rowcount)
