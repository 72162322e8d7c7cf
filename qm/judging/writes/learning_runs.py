"""Trainings: asked for here, carried out by a worker with progress, begun again after a crash."""

from __future__ import annotations

import time

from sqlmodel import select

from qm import jobs
from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.errors import Conflict, NotFound
from qm.jobs.writes import background_runs
from qm.judging import reads as learning_reads
from qm.judging.writes import learning as learning_writes
from qm.models import JobState, LearningRun
from recorder.message import Message
from scoring.suggest import LEAST_ANSWERS

CANCELLED = Message("已取消，模型没有变。")
BROKEN = "训练出错（%(error)s）。请再试；若仍失败，请告诉管理员。"
_SAY_EVERY_S = 0.5


class TooFewAnswers(learning_writes.NotTrained):
    """A person has to judge more calls first."""

    message = "没有训练：至少需要 %(least)d 个人工答案，现有 %(n)d 个"


class StillTraining(Conflict):
    """One training of a criterion at a time."""

    message = "这一项正在训练，请等它结束，或先取消。"


def request(actor: Actor, rubric_key: str, criterion: str) -> LearningRun:
    """Ask a worker for a training. Raises `NotFound`, `TooFewAnswers`, `StillTraining`, `Forbidden`."""
    actor.require(UserRole.SUPERVISOR)
    line = learning_reads.line(rubric_key, criterion, actor)
    if line.answers < LEAST_ANSWERS:
        raise TooFewAnswers(least=LEAST_ANSWERS, n=line.answers)
    jobs.prepare()
    with writing() as session:
        last = learning_reads.latest_run(rubric_key, criterion)
        if last is not None and background_runs.under_way(last):
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
        audit.record(actor, audit.AuditAction.TRAINING_REQUESTED, run.id, key=rubric_key, criterion=criterion)
        jobs.enqueue_task(session, jobs.BackgroundTask.TRAINING, run.id or 0)
        return run


def cancel(actor: Actor, run_id: int) -> LearningRun:
    """Stop a training; no model is kept. Raises `NotFound`, `Forbidden`."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        run = session.get(LearningRun, run_id)
        if run is None:
            raise NotFound
        learning_writes.form_of(actor, run.rubric_key)
        background_runs.cancel(session, LearningRun, run_id, CANCELLED)
        return run


def work(run_id: int) -> None:
    """Carry a training out, from the beginning, by `background_runs.carry_out`."""
    background_runs.carry_out(LearningRun, run_id, _train, failed=BROKEN, done=0)


def _train(run_id: int) -> None:
    with reading() as session:
        run = session.exec(select(LearningRun).where(LearningRun.id == run_id)).one()
    said_at, at = 0.0, 0

    def read(done: int, total: int) -> None:
        nonlocal said_at, at
        if done < total and time.monotonic() - said_at < _SAY_EVERY_S:
            return
        said_at = time.monotonic()
        with writing() as session:
            background_runs.go_on(session, LearningRun, run_id, before=at, done=done, total=total)
        at = done

    learning_writes.train_criterion(background_runs.asker(run), run.rubric_key, run.criterion, progress=read)
