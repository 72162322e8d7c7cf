"""Submitting an evaluation, which releases it to the agent; taking a release back."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import NotFound
from qm.hearing.reads import calls
from qm.models import Assignment, AssignmentState, Evaluation, EvaluationKind, EvaluationState, Recording
from qm.reviewing.reads.answers import answers_of
from qm.reviewing.reads.evaluations import evaluation_for, rubric_of
from qm.reviewing.writes import criterion_scores, snapshots
from qm.reviewing.writes.evaluations import claim, put_score, refuse_own_call, stale
from qm.reviewing.writes.refusals import (
    AlreadyReleased,
    Incomplete,
    NotReleased,
    NotTheEvaluator,
    SeenByAgent,
    TakeBackTooLate,
)
from scoring.arithmetic import score
from scoring.rubric import missing

TAKE_BACK_MINUTES = 30
"""How long after release it can be taken back, while the agent has not acknowledged it."""


def release(actor: Actor, evaluation_id: int, *, revision: int) -> Evaluation:
    """Draft becomes released: complete, scored anew, the agent sees it, the assignment is done.

    Raises `NotFound`, `OwnCall`, `AlreadyReleased`, `StaleEvaluation`, `Incomplete`.
    """
    actor.require(UserRole.INSPECTOR, UserRole.SUPERVISOR)
    with writing() as session:
        row, recording = _human(session, actor, evaluation_id)
        refuse_own_call(actor, recording)
        if row.state is not EvaluationState.DRAFT:
            raise AlreadyReleased
        if row.revision != revision:
            raise stale(session, row)
        heard = calls.heard_call(recording, row.transcript_id)
        rubric, answers = rubric_of(row.rubric_id), answers_of(evaluation_id)
        lacks = missing(rubric, answers, heard.call_data)
        if lacks:
            raise Incomplete(lacks)
        claim(session, actor, row)
        put_score(row, score(rubric, answers, heard.call_data))
        row.state = EvaluationState.RELEASED
        row.released_at = now()
        row.evaluator_id = actor.user_id
        row.agent_id = recording.agent_id
        session.add(row)
        criterion_scores.put(session, evaluation_id, rubric, answers, heard.call_data)
        _close_assignments(session, actor, recording.id)
        kept = snapshots.take(session, row, snapshots.Occasion.RELEASE)
        detail = {"revision": row.revision, "sha256": kept.sha256}
        audit.record(actor, audit.AuditAction.EVALUATION_RELEASED, row.id, **detail)
        return row


def take_back(actor: Actor, evaluation_id: int) -> Evaluation:
    """Released becomes draft again, for `TAKE_BACK_MINUTES` and until the agent acknowledges.

    Raises `NotFound`, `NotReleased`, `SeenByAgent`, `TakeBackTooLate`, `NotTheEvaluator`.
    """
    actor.require(UserRole.INSPECTOR, UserRole.SUPERVISOR)
    with writing() as session:
        row, recording = _human(session, actor, evaluation_id)
        if row.state is EvaluationState.ACKNOWLEDGED:
            raise SeenByAgent
        if row.state is not EvaluationState.RELEASED or row.released_at is None:
            raise NotReleased
        others = actor.user_id not in (None, row.evaluator_id)
        if others and not actor.may(UserRole.SUPERVISOR):
            raise NotTheEvaluator
        if now() - row.released_at > timedelta(minutes=TAKE_BACK_MINUTES):
            raise TakeBackTooLate(TAKE_BACK_MINUTES)
        row.state = EvaluationState.DRAFT
        row.released_at = None
        row.revision += 1
        row.updated_at = row.saved_at = now()
        row.saved_by = actor.user_id
        session.add(row)
        criterion_scores.remove(session, evaluation_id)
        _reopen_assignment(session, recording.id, row.evaluator_id)
        audit.record(actor, audit.AuditAction.EVALUATION_TAKEN_BACK, row.id, revision=row.revision)
        return row


def _human(session: Session, actor: Actor, evaluation_id: int) -> tuple[Evaluation, Recording]:
    row = evaluation_for(actor, evaluation_id)
    recording = session.get(Recording, row.recording_id)
    if recording is None or row.kind is not EvaluationKind.HUMAN:
        raise NotFound
    # PostgreSQL lets others change the row between reading its state and writing it.
    session.refresh(row, with_for_update=True)
    return row, recording


def _close_assignments(session: Session, actor: Actor, recording_id: str) -> None:
    """A call is scored once: the evaluator's assignment is done, others' are withdrawn."""
    rows = session.exec(
        select(Assignment).where(
            Assignment.recording_id == recording_id, Assignment.state == AssignmentState.OPEN
        )
    ).all()
    for row in rows:
        own = row.evaluator_id == actor.user_id
        row.state = AssignmentState.DONE if own else AssignmentState.WITHDRAWN
        session.add(row)


def _reopen_assignment(session: Session, recording_id: str, evaluator_id: int | None) -> None:
    row = session.exec(
        select(Assignment).where(
            Assignment.recording_id == recording_id, Assignment.evaluator_id == evaluator_id
        )
    ).first()
    if row is not None:
        row.state = AssignmentState.OPEN
        session.add(row)
