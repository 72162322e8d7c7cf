"""Evaluations, as far as a person may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, false, true
from sqlmodel import col, select

from qm.core.actor import Actor, UserRole
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.visibility import by_a_person, released_by_a_person, visible_to
from qm.hearing.reads import calls
from qm.hearing.reads.call_views import CallView
from qm.models import (
    Evaluation,
    EvaluationKind,
    EvaluationState,
    Recording,
    RestatedScore,
    Restatement,
    RubricVersion,
    User,
)
from qm.reviewing.reads.answers import answers_of
from qm.rubrics.reads.form_build import build_form
from qm.rubrics.reads.form_views import FormView
from qm.rubrics.reads.versions import version
from scoring.rubric import rubric_from_dict
from scoring.types import Rubric


@dataclass(frozen=True, slots=True)
class Restated:
    """A score that a newer form replaced, and why."""

    old_total: Decimal | None
    old_version: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EvaluationView:
    """One evaluation with the call it judges: everything its page shows."""

    id: int
    recording_id: str
    agent_id: int | None
    kind: EvaluationKind
    state: EvaluationState
    revision: int
    evaluator: str
    """Name of who scored; empty for automatic ones."""
    updated_at: datetime
    released_at: datetime | None
    acknowledged_at: datetime | None
    acknowledgement: str
    inclusion_probability: float | None
    call: CallView
    form: FormView
    restated: tuple[Restated, ...] = ()
    """Scores it had before it was judged by a newer form, latest first."""


def readable_by(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Evaluation` and its `Recording` that says which `actor` may read.

    Inspectors and supervisors: those of the calls they may see. Leaders: released ones of their team.
    Agents: their own released ones. Automatic ones are for inspectors and supervisors only.
    """
    released = released_by_a_person()
    if actor.user_id is None:
        return true()
    if actor.may(UserRole.INSPECTOR, UserRole.SUPERVISOR):
        return visible_to(actor)
    if actor.may(UserRole.LEADER):
        return and_(visible_to(actor), released)
    if actor.may(UserRole.AGENT) and actor.agent_id is not None:
        return and_(col(Evaluation.agent_id) == actor.agent_id, released)
    return false()


def evaluation_for(actor: Actor, evaluation_id: int) -> Evaluation:
    """One evaluation row. Raises `NotFound` where it does not exist or is not this person's to read."""
    with reading() as session:
        found = session.exec(
            select(Evaluation)
            .join(Recording, col(Recording.id) == Evaluation.recording_id)
            .where(Evaluation.id == evaluation_id, readable_by(actor))
        ).first()
    if found is None:
        raise NotFound
    return found


def evaluation_view(actor: Actor, evaluation_id: int) -> EvaluationView:
    """One evaluation for its page, on the transcript and form versions it pinned. Raises `NotFound`."""
    with reading() as session:
        row = evaluation_for(actor, evaluation_id)
        recording = session.get(Recording, row.recording_id)
        if recording is None:
            raise NotFound
        rubric = rubric_of(row.rubric_id)
        heard = calls.heard_call(recording, row.transcript_id, rubric=rubric)
        form = build_form(
            rubric,
            row.rubric_id,
            answers_of(evaluation_id),
            findings=heard.findings,
            moments=heard.view.moments,
            call_data=heard.call_data,
            comment=row.comment,
        )
        evaluator = session.get(User, row.evaluator_id) if row.evaluator_id else None
    return EvaluationView(
        id=evaluation_id,
        recording_id=row.recording_id,
        agent_id=row.agent_id,
        kind=row.kind,
        state=row.state,
        revision=row.revision,
        evaluator=evaluator.name if evaluator else "",
        updated_at=row.updated_at,
        released_at=row.released_at,
        acknowledged_at=row.acknowledged_at,
        acknowledgement=row.acknowledgement,
        inclusion_probability=row.inclusion_probability,
        call=heard.view,
        form=form,
        restated=restated(evaluation_id),
    )


def restated(evaluation_id: int) -> tuple[Restated, ...]:
    """What the ledger says of one evaluation, latest first."""
    with reading() as session:
        rows = session.exec(
            select(RestatedScore, Restatement, RubricVersion.version)
            .join(Restatement, col(Restatement.id) == RestatedScore.restatement_id)
            .join(RubricVersion, col(RubricVersion.id) == RestatedScore.old_rubric_id)
            .where(RestatedScore.evaluation_id == evaluation_id)
            .order_by(col(RestatedScore.id).desc())
        ).all()
    return tuple(
        Restated(line.old_total, number, decision.reason, decision.decided_at)
        for line, decision, number in rows
    )


def human_evaluation(recording_id: str) -> Evaluation | None:
    """The one human evaluation of a call; None where nobody began."""
    with reading() as session:
        return session.exec(
            select(Evaluation).where(Evaluation.recording_id == recording_id, by_a_person())
        ).first()


def rubric_of(rubric_id: int) -> Rubric:
    """A stored rubric version. Raises `NotFound`."""
    return rubric_from_dict(version(rubric_id).document)
