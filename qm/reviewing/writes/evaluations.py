"""Scoring a call: the draft that an inspector saves again and again.

Each save names the revision it started from; one that started from an older revision is refused
and told who saved in between, so that two people on one call never overwrite each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, update

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import NotFound
from qm.core.visibility import still_a_draft
from qm.models import Evaluation, EvaluationKind, EvaluationState, Recording, User
from qm.reviewing.reads.answering import Answering, answering, versions_heard
from qm.reviewing.reads.evaluations import human_evaluation
from qm.reviewing.writes.answers import check_lengths, store_answers
from qm.reviewing.writes.refusals import (
    AlreadyReleased,
    AnswerRefused,
    OwnCall,
    StaleEvaluation,
    TextTooLong,
    local_time,
)
from scoring.arithmetic import score
from scoring.errors import AnswerInvalid
from scoring.types import Answer, Rubric, Score

OVERALL_MAX = 2000
"""Characters of the comment on the whole call."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person's form holds."""

    revision: int
    """The revision the form was opened from; 0 where nobody had begun."""
    rubric_id: int
    answers: tuple[Answer, ...]
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """A stored draft and its score so far, with what showing its figures needs."""

    evaluation_id: int
    revision: int
    score: Score
    draft: Draft
    rubric: Rubric
    call_data: Mapping[str, str]


def refuse_own_call(actor: Actor, recording: Recording) -> None:
    """Raise `OwnCall` where the call is the actor's own."""
    if actor.agent_id is not None and actor.agent_id == recording.agent_id:
        raise OwnCall


def save(actor: Actor, recording_id: str, draft: Draft) -> Saved:
    """Begin or continue the one human evaluation of a call, still a draft. As `save_read`."""
    return save_read(actor, recording_id, draft.rubric_id, lambda _rubric, _used: draft)


def save_read(actor: Actor, recording_id: str, rubric_id: int, read: Callable[[Rubric, int], Draft]) -> Saved:
    """Begin or continue the one human evaluation of a call with the draft that `read` finds in a form.

    `read` is given the form that was begun, else `rubric_id`'s, and its id; what it raises is raised.

    1. The call must be this person's to see, and not their own.
    2. The first save pins form, transcript and phrase library versions.
    3. A save from an older revision is refused with who saved in between.
    4. Answers are stored, the score so far with them.

    Raises `NotFound`, `OwnCall`, `AlreadyReleased`, `StaleEvaluation`, `AnswerRefused`, `TextTooLong`.
    """
    actor.require(UserRole.INSPECTOR, UserRole.SUPERVISOR)
    with writing() as session:
        call = answering(actor, recording_id, rubric_id)
        refuse_own_call(actor, call.recording)
        row = call.row
        if row is None and not call.usable:
            raise NotFound
        draft = read(call.rubric, call.rubric_id)
        outcome = checked_score(call.rubric, draft, call.call_data)
        values = _score_columns(outcome) | {"comment": draft.comment}
        if row is None or row.transcript_id is None:
            values["transcript_id"], values["library_id"] = versions_heard(recording_id)
        if row is None and draft.revision == 0:
            row = _begin(session, actor, call, values)
        elif row is None or row.revision != draft.revision:
            raise stale(session, row)
        else:
            claim(session, actor, row, **values)
        store_answers(session, row, call.rubric, draft.answers)
        audit.record(actor, audit.AuditAction.EVALUATION_SAVED, row.id, revision=row.revision)
        return Saved(row.id or 0, row.revision, outcome, draft, call.rubric, call.call_data)


def checked_score(rubric: Rubric, draft: Draft, call_data: dict[str, str]) -> Score:
    """The score of a draft. Raises `AnswerRefused`, `TextTooLong`."""
    check_lengths(rubric, draft.answers)
    if len(draft.comment) > OVERALL_MAX:
        raise TextTooLong("总评", OVERALL_MAX)
    try:
        return score(rubric, draft.answers, call_data)
    except AnswerInvalid as error:
        raise AnswerRefused(error.detail) from error


def put_score(row: Evaluation, outcome: Score) -> None:
    """Write a score into its row; no total while nothing can be scored."""
    for name, value in _score_columns(outcome).items():
        setattr(row, name, value)


def _score_columns(outcome: Score) -> dict[str, Any]:
    return {
        "total": outcome.total if outcome.scorable else None,
        "lost_total": outcome.lost_total,
        "vetoes": list(outcome.vetoes),
        "critical_errors": {kind.value: count for kind, count in outcome.critical_errors.items()},
        "updated_at": now(),
    }


def claim(session: Session, actor: Actor, row: Evaluation, **values: Any) -> None:
    """Raise the revision in the actor's name if nobody did since it was read, and set `values` with it.

    Raises `AlreadyReleased`, `StaleEvaluation`.
    """
    if row.state is not EvaluationState.DRAFT:
        raise AlreadyReleased
    changed = session.exec(
        update(Evaluation)
        .where(
            col(Evaluation.id) == row.id,
            col(Evaluation.revision) == row.revision,
            still_a_draft(),
        )
        .values(revision=row.revision + 1, saved_by=actor.user_id, saved_at=now(), **values)
        .execution_options(synchronize_session="evaluate")  # `row` has the new values without being read
    )
    if changed.rowcount != 1:
        raise stale(session, row)


def stale(session: Session, row: Evaluation | None) -> StaleEvaluation:
    """The error that names who saved last and when."""
    if row is None:
        return StaleEvaluation(name="", time="", revision=0)
    session.refresh(row)
    last = session.get(User, row.saved_by) if row.saved_by else None
    time = local_time(row.saved_at or row.updated_at)
    return StaleEvaluation(name=last.name if last else "", time=time, revision=row.revision)


def _begin(session: Session, actor: Actor, call: Answering, values: dict[str, Any]) -> Evaluation:
    at = now()
    row = Evaluation(
        recording_id=call.recording.id,
        agent_id=call.recording.agent_id,
        rubric_id=call.rubric_id,
        kind=EvaluationKind.HUMAN,
        evaluator_id=actor.user_id,
        inclusion_probability=call.chance,
        created_at=at,
        saved_by=actor.user_id,
        saved_at=at,
        **values,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise stale(session, human_evaluation(call.recording.id)) from error
    return row
