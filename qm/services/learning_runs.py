"""Trainings: asked for here, carried out by a worker with progress, begun again after a crash."""

from __future__ import annotations

import time

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from qm import jobs
from qm.actor import SYSTEM, Actor
from qm.clock import now
from qm.database import reading, writing
from qm.errors import Conflict, NotFound, QmError
from qm.models import JobState, LearningRun, User
from qm.queries import learning as queries
from qm.queries.people import actor_of
from qm.services import audit, learning
from qm.services.rubric_drafts import check_actor
from scoring.suggest import LEAST_ANSWERS

CANCELLED = "已取消，模型没有变。"
_OPEN = (JobState.QUEUED, JobState.RUNNING)
_SAY_EVERY_S = 0.5

log = structlog.get_logger()


class StillTraining(Conflict):
    """One training of a criterion at a time."""

    message = "这一项正在训练，请等它结束，或先取消。"


class _Cancelled(Exception):
    pass


def request(actor: Actor, rubric_key: str, criterion: str) -> LearningRun:
    """Ask a worker for a training. Raises `NotFound`, `NotTrained`, `StillTraining`, `Forbidden`."""
    check_actor(actor)
    line = queries.line(rubric_key, criterion)
    if line.answers < LEAST_ANSWERS:
        raise learning.NotTrained(words=f"至少需要 {LEAST_ANSWERS} 个人工答案，现有 {line.answers} 个")
    jobs.prepare()
    with writing() as session:
        last = queries.latest_run(rubric_key, criterion)
        if last is not None and last.state in _OPEN:
            raise StillTraining
        moment = now()
        run = LearningRun(
            rubric_key=rubric_key,
            criterion=criterion,
            state=JobState.QUEUED,
            total=line.answers,
            requested_by=actor.user_id,
            created_at=moment,
            updated_at=moment,
        )
        session.add(run)
        session.flush()
        audit.record(actor, "training_requested", "learning_run", run.id, key=rubric_key, criterion=criterion)
        jobs.send(session, jobs.Errand.TRAINING, run.id or 0)
        return run


def cancel(actor: Actor, run_id: int) -> LearningRun:
    """Stop a training; no model is kept. Raises `NotFound`, `Forbidden`."""
    check_actor(actor)
    with writing() as session:
        run = session.get(LearningRun, run_id)
        if run is None:
            raise NotFound
        _move(session, run_id, _OPEN, state=JobState.FAILED, error=CANCELLED, finished_at=now())
        return run


def work(run_id: int) -> None:
    """Carry a training out; one that has ended, or was cancelled, is left alone.

    A database out of reach is raised: whoever carries it out tries again.
    """
    with writing() as session:
        if not _move(session, run_id, _OPEN, state=JobState.RUNNING, done=0):
            return
    try:
        _train(run_id)
    except _Cancelled:
        return
    except QmError as error:
        _end(run_id, JobState.FAILED, str(error))
    except OperationalError:
        raise
    except Exception as error:
        log.warning("training_failed", run_id=run_id, error=type(error).__name__, exc_info=error)
        _end(run_id, JobState.FAILED, f"训练出错（{type(error).__name__}）。请再试；若仍失败，请告诉管理员。")
    else:
        _end(run_id, JobState.DONE, "")


def _train(run_id: int) -> None:
    with reading() as session:
        run = session.exec(select(LearningRun).where(LearningRun.id == run_id)).one()
        user = session.get(User, run.requested_by) if run.requested_by else None
    said_at = 0.0

    def read(done: int, total: int) -> None:
        nonlocal said_at
        if done < total and time.monotonic() - said_at < _SAY_EVERY_S:
            return
        said_at = time.monotonic()
        with writing() as session:
            if not _move(session, run_id, (JobState.RUNNING,), done=done, total=total):
                raise _Cancelled

    asker = actor_of(user) if user else SYSTEM
    learning.train_criterion(asker, run.rubric_key, run.criterion, progress=read)


def _end(run_id: int, state: JobState, words: str) -> None:
    with writing() as session:
        _move(session, run_id, (JobState.RUNNING,), state=state, error=words[:500], finished_at=now())


def _move(session: Session, run_id: int, from_states: tuple[JobState, ...], **values: object) -> bool:
    """Change a run's row where it is in one of these states; tells whether it was."""
    moved = session.connection().execute(
        sa.update(LearningRun)
        .where(col(LearningRun.id) == run_id, col(LearningRun.state).in_(from_states))
        .values(updated_at=now(), **values)
    )
    return bool(moved.rowcount)
