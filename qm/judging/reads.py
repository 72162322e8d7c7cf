"""Criteria that no rule covers: how many human answers there are, trained models, their suggestions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from qm.core.actor import SYSTEM, Actor
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.ownership import shown_to
from qm.core.visibility import released_by_a_person
from qm.hearing.reads import stored
from qm.models import (
    AnswerRow,
    Evaluation,
    LearnedModelRow,
    LearningRun,
    Recording,
    RubricVersion,
    User,
)
from qm.rubrics.reads.versions import published
from scoring.rubric import rubric_from_dict
from scoring.types import Criterion, CriterionKind, Policy, Rubric

if TYPE_CHECKING:
    from scoring.learn import CrossValidated, Labelled, Learned, LearnedModel

ANSWERS_MAX = 2000
"""The newest answers are learned from, so many at most."""
_KINDS = frozenset({CriterionKind.YES_NO, CriterionKind.SCALE, CriterionKind.CHOICE})


@dataclass(frozen=True, slots=True)
class ModelView:
    """One training, readable."""

    row: LearnedModelRow
    checked: CrossValidated
    by: str


@dataclass(frozen=True, slots=True)
class LearnLine:
    """One criterion that can be learned."""

    rubric_key: str
    rubric_title: str
    criterion: Criterion
    answers: int
    active: ModelView | None


@dataclass(frozen=True, slots=True)
class LearnView:
    """One criterion with its answers and models."""

    line: LearnLine
    given: Mapping[str, int]
    """How often people chose each option."""
    models: tuple[ModelView, ...]
    """Newest first."""
    run: LearningRun | None
    """The latest training asked for."""


def learnable(criterion: Criterion) -> bool:
    """True where no rule answers and one of several options does."""
    return criterion.rule is None and criterion.kind in _KINDS and len(criterion.options) > 1


def lines(actor: Actor = SYSTEM) -> tuple[LearnLine, ...]:
    """Every criterion in force that can be learned and that `actor` may read, most answers first."""
    found = []
    for row in shown_to(actor, published()):
        rubric = rubric_from_dict(row.document)
        counts = _counts(row.key)
        active = {model.criterion: model for model in _models(row.key) if model.active}
        for criterion in rubric.criteria:
            if learnable(criterion):
                given = counts.get(criterion.key, Counter())
                known = {option.key for option in criterion.options}
                answers = sum(n for key, n in given.items() if key in known)
                model = active.get(criterion.key)
                view = _view(model) if model else None
                found.append(LearnLine(row.key, row.title, criterion, answers, view))
    return tuple(sorted(found, key=lambda line: (-line.answers, line.rubric_key, line.criterion.key)))


def line(rubric_key: str, criterion: str, actor: Actor = SYSTEM) -> LearnLine:
    """One criterion. Raises `NotFound` where it is not in force, or cannot be learned."""
    named = (x for x in lines(actor) if (x.rubric_key, x.criterion.key) == (rubric_key, criterion))
    found = next(named, None)
    if found is None:
        raise NotFound
    return found


def view(rubric_key: str, criterion: str, actor: Actor = SYSTEM) -> LearnView:
    """One criterion for its page. Raises `NotFound`."""
    one = line(rubric_key, criterion, actor)
    given = _counts(rubric_key).get(criterion, Counter())
    models = [_view(row) for row in _models(rubric_key) if row.criterion == criterion]
    known = {option.key: given.get(option.key, 0) for option in one.criterion.options}
    return LearnView(one, known, tuple(models), latest_run(rubric_key, criterion))


def latest_run(rubric_key: str, criterion: str) -> LearningRun | None:
    """The latest training of a criterion that was asked for."""
    with reading() as session:
        return session.exec(
            select(LearningRun)
            .where(LearningRun.rubric_key == rubric_key, LearningRun.criterion == criterion)
            .order_by(col(LearningRun.id).desc())
        ).first()


def examples(
    rubric_key: str, criterion: Criterion, *, progress: Callable[[int, int], None] | None = None
) -> list[Labelled]:
    """Heard calls with the option a person chose, of every version of the form, newest first."""
    from scoring.learn import Labelled  # noqa: PLC0415 - it brings scikit-learn, seconds to import

    known = {option.key for option in criterion.options}
    with reading() as session:
        rows = session.exec(
            select(AnswerRow, Evaluation)
            .join(Evaluation, col(Evaluation.id) == AnswerRow.evaluation_id)
            .join(RubricVersion, col(RubricVersion.id) == Evaluation.rubric_id)
            .where(*_human(rubric_key), AnswerRow.criterion == criterion.key)
            .order_by(col(Evaluation.released_at).desc())
            .limit(ANSWERS_MAX)
        ).all()
    found = []
    for place, (answer, evaluation) in enumerate(rows, start=1):
        if progress is not None:
            progress(place, len(rows))
        if len(answer.options) != 1 or answer.options[0] not in known:
            continue
        try:
            call = stored.conversation(evaluation.recording_id)
        except stored.NotHeardYet:
            continue
        found.append(Labelled(call, answer.options[0], str(evaluation.agent_id or "")))
    return found


def model_row(model_id: int) -> LearnedModelRow:
    """One training. Raises `NotFound`."""
    with reading() as session:
        row = session.get(LearnedModelRow, model_id)
    if row is None:
        raise NotFound
    return row


def suggestions(rubric: Rubric, recording: Recording) -> dict[str, Learned]:
    """What models in use suggest for a call's form, by criterion; nothing without evidence.

    Criteria that are for people only get none.
    """
    open_to_machines = (c for c in rubric.criteria if c.policy is not Policy.HUMAN_ONLY)
    wanted = {criterion.key: criterion for criterion in open_to_machines if learnable(criterion)}
    with reading() as session:
        active = session.exec(
            select(LearnedModelRow.id, LearnedModelRow.criterion).where(
                LearnedModelRow.rubric_key == rubric.key,
                col(LearnedModelRow.active),
                col(LearnedModelRow.criterion).in_(list(wanted)),
            )
        ).all()
    if not active:
        return {}
    try:
        call = stored.conversation(recording.id)
    except stored.NotHeardYet:
        return {}
    found = {}
    for model_id, criterion in active:
        learned = model(model_id or 0).suggest(call)
        known = {option.key for option in wanted[criterion].options}
        if learned is not None and set(learned.answer.options) <= known:
            found[criterion] = learned
    return found


@lru_cache(maxsize=32)
def model(model_id: int) -> LearnedModel:
    """A stored model; kept, for it never changes. Raises `NotFound`."""
    return _read(model_row(model_id).document)


def _human(rubric_key: str) -> tuple[ColumnElement[bool], ...]:
    return col(RubricVersion.key) == rubric_key, released_by_a_person()


def _counts(rubric_key: str) -> dict[str, Counter[str]]:
    """How often people chose each option of each criterion."""
    with reading() as session:
        rows = session.exec(
            select(AnswerRow.criterion, AnswerRow.options)
            .join(Evaluation, col(Evaluation.id) == AnswerRow.evaluation_id)
            .join(RubricVersion, col(RubricVersion.id) == Evaluation.rubric_id)
            .where(*_human(rubric_key))
        ).all()
    found: dict[str, Counter[str]] = {}
    for criterion, options in rows:
        if len(options) == 1:
            found.setdefault(criterion, Counter())[options[0]] += 1
    return found


def _models(rubric_key: str) -> list[LearnedModelRow]:
    with reading() as session:
        return list(
            session.exec(
                select(LearnedModelRow)
                .where(LearnedModelRow.rubric_key == rubric_key)
                .order_by(col(LearnedModelRow.id).desc())
            ).all()
        )


def _view(row: LearnedModelRow) -> ModelView:
    with reading() as session:
        by = session.get(User, row.trained_by) if row.trained_by else None
    return ModelView(row, _checked(row.id or 0, row.document), by.name if by else "")


@lru_cache(maxsize=256)
def _checked(_model_id: int, document: str) -> CrossValidated:
    """Its figures, read once (the whole is read, for the library owns the format)."""
    return _read(document).checked


def _read(document: str) -> LearnedModel:
    from scoring.learn import model_from_bytes  # noqa: PLC0415 - it brings scikit-learn

    return model_from_bytes(document.encode())
