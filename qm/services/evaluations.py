"""Scoring a call: the draft that an inspector saves again and again.

Each save names the revision it started from; one that started from an older revision is refused
and told who saved in between, so that two people on one call never overwrite each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from qm.actor import Actor, UserRole
from qm.clock import now
from qm.database import writing
from qm.errors import NotFound
from qm.models import (
    Assignment,
    AuditEvent,
    Evaluation,
    EvaluationKind,
    EvaluationState,
    Recording,
    RubricVersion,
    User,
    VersionState,
)
from qm.queries import calls
from qm.queries.evaluations import human_evaluation, rubric_of
from qm.queries.recordings import recording_for
from qm.services import audit
from qm.services.evaluation_answers import check_lengths, store_answers
from qm.services.evaluation_errors import (
    AlreadyReleased,
    AnswerRefused,
    OwnCall,
    StaleEvaluation,
    TextTooLong,
    local_time,
)
from qm.settings import settings
from scoring.arithmetic import score
from scoring.errors import AnswerInvalid
from scoring.types import Answer, Rubric, Score

OVERALL_MAX = 2000
"""Characters of the comment on the whole call."""

SAVED = "evaluation_saved"
"""Audit action of each save; tells a second person who was before them."""


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
    """A stored draft and its score so far."""

    evaluation_id: int
    revision: int
    score: Score


def refuse_own_call(actor: Actor, recording: Recording) -> None:
    """Raise `OwnCall` where the call is the actor's own."""
    if actor.agent_id is not None and actor.agent_id == recording.agent_id:
        raise OwnCall


def save(actor: Actor, recording_id: str, draft: Draft) -> Saved:
    """Begin or continue the one human evaluation of a call, still a draft.

    1. The call must be this person's to see, and not their own.
    2. The first save pins form, transcript and phrase library versions.
    3. A save from an older revision is refused with who saved in between.
    4. Answers are stored, the score so far with them.

    Raises `NotFound`, `OwnCall`, `AlreadyReleased`, `StaleEvaluation`, `AnswerRefused`, `TextTooLong`.
    """
    actor.require(UserRole.INSPECTOR, UserRole.SUPERVISOR)
    with writing() as session:
        recording = recording_for(actor, recording_id)
        refuse_own_call(actor, recording)
        heard = calls.heard(recording)
        row = human_evaluation(recording_id)
        if row is None:
            _refuse_form(session, draft.rubric_id, recording)
        rubric = rubric_of(row.rubric_id if row else draft.rubric_id)
        outcome = checked_score(rubric, draft, heard.call_data)
        if row is None and draft.revision == 0:
            row = _begin(session, actor, recording, draft.rubric_id)
        elif row is None or row.revision != draft.revision:
            raise stale(session, row)
        else:
            claim(session, row)
        if row.transcript_id is None:
            row.transcript_id, row.library_id = heard.transcript_id, heard.library_id
        put_score(row, outcome)
        row.comment = draft.comment
        session.add(row)
        told = {finding.rule_key: finding for finding in heard.findings}
        store_answers(row.id or 0, rubric, draft.answers, told)
        audit.record(actor, SAVED, "evaluation", row.id, revision=row.revision)
        return Saved(row.id or 0, row.revision, outcome)


def _refuse_form(session: Session, rubric_id: int, recording: Recording) -> None:
    """Raise `NotFound` for a form that may still change: nothing scored on it could be recomputed.

    Likewise for a form of another branch than the call's. A form retired since the page was opened is
    taken, so that nobody's work is lost.
    """
    form = session.get(RubricVersion, rubric_id)
    if form is None or form.state is VersionState.DRAFT or form.branch_id not in (None, recording.branch_id):
        raise NotFound


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
    row.total = outcome.total if outcome.scorable else None
    row.lost_total = outcome.lost_total
    row.vetoes = list(outcome.vetoes)
    row.critical_errors = {kind.value: count for kind, count in outcome.critical_errors.items()}
    row.updated_at = now()


def claim(session: Session, row: Evaluation) -> None:
    """Raise the revision if nobody did since it was read. Raises `AlreadyReleased`, `StaleEvaluation`."""
    if row.state is not EvaluationState.DRAFT:
        raise AlreadyReleased
    changed = session.exec(
        update(Evaluation)
        .where(
            col(Evaluation.id) == row.id,
            col(Evaluation.revision) == row.revision,
            col(Evaluation.state) == EvaluationState.DRAFT,
        )
        .values(revision=row.revision + 1)
    )
    if changed.rowcount != 1:
        raise stale(session, row)
    session.refresh(row)


def stale(session: Session, row: Evaluation | None) -> StaleEvaluation:
    """The error that names who saved last and when."""
    if row is None:
        return StaleEvaluation(name="", time="", revision=0)
    session.refresh(row)
    last = session.exec(
        select(AuditEvent.at, User.name)
        .join(User, col(User.id) == AuditEvent.user_id)
        .where(AuditEvent.subject_type == "evaluation", AuditEvent.subject_id == str(row.id))
        .order_by(col(AuditEvent.id).desc())
    ).first()
    at, name = last or (row.updated_at, "")
    return StaleEvaluation(name=name, time=local_time(at, settings().timezone), revision=row.revision)


def _begin(session: Session, actor: Actor, recording: Recording, rubric_id: int) -> Evaluation:
    at = now()
    chance = session.exec(
        select(Assignment.inclusion_probability).where(
            Assignment.recording_id == recording.id, Assignment.evaluator_id == actor.user_id
        )
    ).first()
    row = Evaluation(
        recording_id=recording.id,
        agent_id=recording.agent_id,
        rubric_id=rubric_id,
        kind=EvaluationKind.HUMAN,
        evaluator_id=actor.user_id,
        inclusion_probability=chance,
        created_at=at,
        updated_at=at,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise stale(session, human_evaluation(recording.id)) from error
    return row
