"""What the review page shows: a call, its form, and who else was at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from qm.core.actor import Actor
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.visibility import by_a_machine, recording_for
from qm.hearing.reads import calls
from qm.hearing.reads.call_views import CallView
from qm.judging import reads as learning_reads
from qm.models import (
    Assignment,
    Evaluation,
    EvaluationState,
    Job,
    JobState,
    Recording,
    RecordingStatus,
    RubricVersion,
    User,
)
from qm.reviewing.reads.answers import answers_of
from qm.reviewing.reads.evaluations import human_evaluation, rubric_of
from qm.rubrics.reads.bindings import GENERAL_RUBRIC, version_for
from qm.rubrics.reads.form_build import build_form
from qm.rubrics.reads.form_views import FormView
from qm.rubrics.reads.versions import in_force_for
from scoring.types import Answer


class NoRubric(NotFound):
    """No form is published."""

    message = "还没有发布的评分表，无法评分。请质检主管先发布一张评分表。"


@dataclass(frozen=True, slots=True)
class FormChoice:
    """A published form that could be used for this call."""

    rubric_id: int
    title: str


@dataclass(frozen=True, slots=True)
class OtherHand:
    """Somebody else who saved this evaluation last."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Everything the review page shows."""

    call: CallView
    form: FormView
    evaluation_id: int | None
    revision: int
    """0 while nobody has begun."""
    state: EvaluationState
    released_at: datetime | None
    acknowledged_at: datetime | None
    status: RecordingStatus
    problem: str
    """Why hearing failed, in words; empty otherwise."""
    chance: float | None
    """Chance of having been sampled; None where picked by hand."""
    own_call: bool
    other: OtherHand | None
    choices: tuple[FormChoice, ...]
    """Forms to choose from before beginning; one or none afterwards."""

    @property
    def open(self) -> bool:
        """The form can be filled in."""
        return not self.released and not self.own_call

    @property
    def released(self) -> bool:
        """A person's evaluation of the call counts, and its agent may read it."""
        return self.state is not EvaluationState.DRAFT


@dataclass(frozen=True, slots=True)
class ListeningView:
    """A call to hear and read, without a form."""

    call: CallView
    status: RecordingStatus
    problem: str
    evaluation_id: int | None
    """The released human evaluation, if there is one."""
    chance: float | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """Answers a person's form holds that are not stored (yet)."""

    answers: Sequence[Answer]
    comment: str


def review(
    actor: Actor,
    recording_id: str,
    *,
    rubric_id: int | None = None,
    filled: Filled | None = None,
    revealed: bool = False,
) -> ReviewView:
    """A call with its form for the person who scores it. `filled` is shown in place of what is stored.

    `revealed` shows personal numbers: only after `hearing.writes.personal_data.reveal`.

    Raises `NotFound`, `NoRubric`.
    """
    with reading() as session:
        recording = recording_for(actor, recording_id)
        row = human_evaluation(recording_id)
        choices = form_choices(recording) if row is None else ()
        used = row.rubric_id if row else _chosen(choices, rubric_id)
        rubric = rubric_of(used)
        heard = calls.heard_call(
            recording, row.transcript_id if row else None, rubric=rubric, revealed=revealed
        )
        if filled is None:
            filled = Filled(answers_of(row.id) if row and row.id else [], row.comment if row else "")
        open_yet = row is None or row.state is EvaluationState.DRAFT
        form = build_form(
            rubric,
            used,
            filled.answers,
            findings=heard.findings,
            moments=heard.view.moments,
            call_data=heard.call_data,
            comment=filled.comment,
            learned=learning_reads.suggestions(rubric, recording) if open_yet else None,
        )
        chance = session.exec(
            select(Assignment.inclusion_probability).where(
                Assignment.recording_id == recording_id, Assignment.evaluator_id == actor.user_id
            )
        ).first()
        return ReviewView(
            call=heard.view,
            form=form,
            evaluation_id=row.id if row else None,
            revision=row.revision if row else 0,
            state=row.state if row else EvaluationState.DRAFT,
            released_at=row.released_at if row else None,
            acknowledged_at=row.acknowledged_at if row else None,
            status=recording.status,
            problem=_problem(recording),
            chance=row.inclusion_probability if row else chance,
            own_call=actor.agent_id is not None and actor.agent_id == recording.agent_id,
            other=_other_hand(actor, row),
            choices=choices,
        )


def listening(actor: Actor, recording_id: str) -> ListeningView:
    """A call with its current transcript. Raises `NotFound`."""
    with reading():
        recording = recording_for(actor, recording_id)
        row = human_evaluation(recording_id)
        released = row is not None and row.state is not EvaluationState.DRAFT
        forms = form_choices(recording)
        rubric = rubric_of(forms[0].rubric_id) if forms else None
        return ListeningView(
            call=calls.heard_call(recording, rubric=rubric).view,
            status=recording.status,
            problem=_problem(recording),
            evaluation_id=row.id if row and released else None,
        )


def form_choices(recording: Recording) -> tuple[FormChoice, ...]:
    """Published forms: the one bound to the call first, then that of its pre-score, the general one."""
    bound = version_for(recording)
    with reading() as session:
        used = session.exec(
            select(RubricVersion.key)
            .join(Evaluation, col(Evaluation.rubric_id) == RubricVersion.id)
            .where(
                Evaluation.recording_id == recording.id,
                by_a_machine(),
            )
            .order_by(col(Evaluation.id).desc())
        ).first()
    first = bound.key if bound else used or GENERAL_RUBRIC
    ordered = sorted(in_force_for(recording.branch_id), key=lambda row: row.key != first)
    return tuple(FormChoice(row.id or 0, row.title) for row in ordered)


def _chosen(choices: Sequence[FormChoice], rubric_id: int | None) -> int:
    if not choices:
        raise NoRubric
    known = {choice.rubric_id for choice in choices}
    return rubric_id if rubric_id in known and rubric_id is not None else choices[0].rubric_id


def _problem(recording: Recording) -> str:
    if recording.status is not RecordingStatus.FAILED:
        return ""
    with reading() as session:
        job = session.exec(
            select(Job)
            .where(Job.recording_id == recording.id, Job.state == JobState.FAILED)
            .order_by(col(Job.updated_at).desc())
        ).first()
    return job.error if job else ""


def _other_hand(actor: Actor, row: Evaluation | None) -> OtherHand | None:
    """Who saved last, where it was not the actor."""
    if row is None or row.saved_by is None or row.saved_at is None or row.saved_by == actor.user_id:
        return None
    with reading() as session:
        return OtherHand(name=session.get_one(User, row.saved_by).name, at=row.saved_at)
