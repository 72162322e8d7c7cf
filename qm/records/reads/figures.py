"""Figures over many released evaluations, added up by the database: averages, months, where points went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    select,
    type_coerce,
)
from sqlmodel import col

from qm.core.actor import Actor, UserRole
from qm.core.batches import batches
from qm.core.clock import local
from qm.core.database import reading
from qm.core.visibility import released_by_a_person, visible_to
from qm.models import CriterionScore, Evaluation, EvaluationState, Recording, RubricVersion
from qm.records.reads.averages import Average, Tally, average


@dataclass(frozen=True, slots=True)
class Scope:
    """Which released evaluations; a field left as it is sets no limit."""

    agent_id: int | None = None
    team_id: int | None = None
    """The team as it was when the call came in."""
    since: datetime | None = None
    """Moment of release."""
    until: datetime | None = None
    """Exclusive."""
    lost_in: str = ""
    """Those in which this criterion lost points."""
    vetoed: bool = False
    acknowledged: bool | None = None

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """On `Evaluation` and its `Recording`: released by a person, scored, within the actor's reach."""
        found = [
            released_by_a_person(),
            col(Evaluation.released_at).is_not(None),
            col(Evaluation.total).is_not(None),
            _within(actor),
        ]
        if self.agent_id is not None:
            found.append(col(Evaluation.agent_id) == self.agent_id)
        if self.team_id is not None:
            found.append(col(Recording.team_id) == self.team_id)
        if self.since is not None:
            found.append(col(Evaluation.released_at) >= self.since)
        if self.until is not None:
            found.append(col(Evaluation.released_at) < self.until)
        if self.lost_in:
            found.append(_lost(self.lost_in))
        if self.vetoed:
            found.append(_VETOED)
        if self.acknowledged is not None:
            found.append(_WAITING if not self.acknowledged else ~_WAITING)
        return found


EVERY = Scope()
_WAITING = col(Evaluation.state) == EvaluationState.RELEASED
_LOST = col(CriterionScore.lost) > Decimal(0)
_VETOED = col(Evaluation.lost_total).is_not(None)
_MILLION = 1_000_000
"""Parts that `Millionths` keeps of a point."""
_NINE_DECIMALS = Decimal("0.000000001")


def _within(actor: Actor) -> ColumnElement[bool]:
    if actor.may(UserRole.AGENT) and actor.agent_id is not None:
        # What `visible_to` comes to for them, without its way round over the recordings.
        return col(Evaluation.agent_id) == actor.agent_id
    return and_(visible_to(actor), col(Evaluation.agent_id).is_not(None))


def _lost(criterion: str) -> ColumnElement[bool]:
    return exists().where(
        col(CriterionScore.evaluation_id) == Evaluation.id,
        col(CriterionScore.criterion) == criterion,
        _LOST,
    )


@dataclass(frozen=True, slots=True)
class LossLine:
    """What one criterion cost over several calls."""

    criterion: str
    title: str
    mean_points: Decimal
    """Average points off the total, over the calls in which the criterion counted, each weighted by the
    inverse of its chance of being sampled."""
    lost_in: int
    """Calls in which any point was lost."""
    counted_in: int
    """Calls in which the criterion counted."""


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of an agent's record."""

    month: date
    """Its first day."""
    average: Average


def tallies(actor: Actor, scope: Scope = EVERY) -> list[Tally]:
    """Scores with how often each was given."""
    return tallies_by(literal(0), actor, scope).get(0, [])


def tallies_by(key: Any, actor: Actor, scope: Scope = EVERY) -> dict[Any, list[Tally]]:
    """Scores with how often each was given, by an expression on `Evaluation` and its `Recording`."""
    by = col(Evaluation.total), col(Evaluation.inclusion_probability)
    counts = func.count(), func.sum(case((_WAITING, 1), else_=0)), func.sum(case((_VETOED, 1), else_=0))
    statement = _over_calls(actor, scope, key.label("tally_key"), *by, *counts)
    found: dict[Any, list[Tally]] = defaultdict(list)
    for of, *figures in _rows(statement.group_by("tally_key", *by)):
        found[of].append(Tally(*figures))
    return found


def _over_calls(actor: Actor, scope: Scope, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Evaluation)
        .join(Recording, col(Recording.id) == Evaluation.recording_id)
        .where(*scope.conditions(actor))
    )


def _rows(statement: Any) -> Sequence[Any]:
    with reading() as session:
        return session.connection().execute(statement).all()


def monthly(actor: Actor, scope: Scope = EVERY) -> tuple[MonthLine, ...]:
    """Averages by month of release in the installation's zone, newest first; empty ones are left out."""
    moment = col(Evaluation.released_at)
    ((first, last),) = _rows(_over_calls(actor, scope, func.min(moment), func.max(moment)))
    if first is None:
        return ()
    starts = _months(first, last)
    month = case(*((moment >= start, n) for n, start in enumerate(starts)), else_=-1)
    by_month = tallies_by(month, actor, scope)
    lines = ((starts[n].date(), average(by_month[n])) for n in sorted(by_month))
    return tuple(MonthLine(start, figure) for start, figure in lines if figure is not None)


def _months(first: datetime, last: datetime) -> list[datetime]:
    """Where the months from `first` to `last` begin, newest first."""
    earliest, start = (
        local(moment).replace(day=1, hour=0, minute=0, second=0, microsecond=0) for moment in (first, last)
    )
    found = []
    while start >= earliest:
        found.append(start)
        start = start.replace(year=start.year - (start.month == 1), month=(start.month - 2) % 12 + 1)
    return found


@dataclass(slots=True)
class _Sum:
    """One criterion, while its rows are added up."""

    lost: float = 0.0
    """Millionths of points, each call's as often as its weight says."""
    weights: float = 0.0
    lost_in: int = 0
    counted_in: int = 0
    newest: tuple[datetime, int, int] | None = None
    """Release, evaluation and form of the newest call in which it counted."""

    @property
    def mean(self) -> Decimal:
        """Points a call: what adding up in another order would move lies beyond the ninth decimal."""
        return Decimal(self.lost / self.weights / _MILLION).quantize(_NINE_DECIMALS)


def loss_lines(actor: Actor, scope: Scope = EVERY) -> tuple[LossLine, ...]:
    """What each criterion cost over these calls, the dearest first; criteria without loss are left out.

    Criteria of different rubric versions are taken together by key, under the newest title.
    """
    sums = {key: found for key, found in _sums(actor, scope).items() if found.lost_in}
    forms = criterion_titles(found.newest[2] for found in sums.values() if found.newest)
    placed = []
    for key, found in sums.items():
        assert found.newest is not None
        released_at, evaluation_id, rubric_id = found.newest
        place, title = forms[rubric_id][key]
        line = LossLine(key, title, found.mean, found.lost_in, found.counted_in)
        placed.append((-line.mean_points, -released_at.timestamp(), -evaluation_id, place, line))
    return tuple(line for *_, line in sorted(placed, key=lambda item: item[:-1]))


def _sums(actor: Actor, scope: Scope) -> dict[str, _Sum]:
    by = col(CriterionScore.criterion), col(Evaluation.rubric_id)
    # The database weighs: grouping by chance would fetch every row where each call has a chance of its own.
    weight = 1.0 / func.coalesce(func.nullif(col(Evaluation.inclusion_probability), 0.0), 1.0)
    lost = weight * type_coerce(col(CriterionScore.lost), BigInteger)
    sums = func.sum(type_coerce(lost, Float)), func.sum(type_coerce(weight, Float))
    counts = func.count(), func.sum(case((_LOST, 1), else_=0))
    newest = func.max(col(Evaluation.released_at)), func.max(col(Evaluation.id))
    statement = _over_calls(actor, scope, *by, *sums, *counts, *newest).join(
        CriterionScore, col(CriterionScore.evaluation_id) == Evaluation.id
    )
    found: dict[str, _Sum] = defaultdict(_Sum)
    for criterion, rubric_id, lost_parts, weights, counted, lost_in, *last in _rows(statement.group_by(*by)):
        one = found[criterion]
        one.lost += lost_parts
        one.weights += weights
        one.lost_in += lost_in
        one.counted_in += counted
        latest = (*last, rubric_id)
        one.newest = latest if one.newest is None else max(one.newest, latest)
    return found


def lost_titles(evaluation_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Titles of the criteria that lost points, the dearest first, of each of these evaluations."""
    evaluation, criterion = col(CriterionScore.evaluation_id), col(CriterionScore.criterion)
    lines = (
        select(evaluation, criterion, col(CriterionScore.lost), col(Evaluation.rubric_id))
        .join(Evaluation, col(Evaluation.id) == evaluation)
        .where(_LOST)
    )
    rows = [row for some in batches(evaluation_ids) for row in _rows(lines.where(evaluation.in_(some)))]
    forms = criterion_titles(rubric_id for *_, rubric_id in rows)
    found: dict[int, list[tuple[Decimal, int, str]]] = {item: [] for item in evaluation_ids}
    for evaluation_id, key, lost, rubric_id in rows:
        found[evaluation_id].append((-lost, *forms[rubric_id][key]))
    return {item: tuple(title for *_, title in sorted(titles)) for item, titles in found.items()}


def criterion_titles(rubric_ids: Iterable[int]) -> dict[int, dict[str, tuple[int, str]]]:
    """Of each form its criteria by key: their place in it and their title."""
    found = {}
    forms = select(col(RubricVersion.id), col(RubricVersion.document))
    for some in batches(set(rubric_ids)):
        for rubric_id, document in _rows(forms.where(col(RubricVersion.id).in_(some))):
            asked = (item for section in document["sections"] for item in section["criteria"])
            found[rubric_id] = {item["key"]: (n, item["title"]) for n, item in enumerate(asked)}
    return found
