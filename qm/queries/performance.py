"""Released scores: which a person may see, their average with its interval, and where points went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from qm import stored
from qm.actor import Actor, UserRole
from qm.database import reading
from qm.models import (
    Agent,
    Evaluation,
    EvaluationState,
    Recording,
    RestatedScore,
    Restatement,
    RubricVersion,
    Team,
)
from qm.queries.answers import answers_by_evaluation
from qm.queries.averages import Average, average
from qm.queries.recordings import released_by_a_person, visible_to
from qm.queries.rubrics import rubrics_by_id
from qm.settings import settings
from scoring.losses import CriterionLoss, losses


@dataclass(frozen=True, slots=True)
class RestatedFrom:
    """The score before the latest restatement, and the reason given for it."""

    total: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class ScoredCall:
    """One released evaluation by a person, with what is needed of its call."""

    evaluation_id: int
    recording_id: str
    agent_id: int
    agent_name: str
    agent_number: str
    team_id: int | None
    """The team as it was when the call came in."""
    rubric_id: int
    rubric_title: str
    state: EvaluationState
    total: Decimal
    lost_total: Decimal | None
    """What the total would have been without veto; None where nothing was vetoed."""
    vetoes: tuple[str, ...]
    comment: str
    inclusion_probability: float | None
    released_at: datetime
    acknowledged_at: datetime | None
    started_at: datetime
    queue: str
    direction: str
    duration_s: float
    restated: RestatedFrom | None = None

    @property
    def acknowledged(self) -> bool:
        """True once the agent has confirmed having read it."""
        return self.state is EvaluationState.ACKNOWLEDGED


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
    evaluation_ids: tuple[int, ...]
    """The evaluations in which points were lost, newest first."""

    @property
    def share_lost(self) -> float:
        """Share of the calls in which points were lost, 0..1."""
        return self.lost_in / self.counted_in


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of an agent's record."""

    month: date
    """Its first day."""
    average: Average


def released(
    actor: Actor,
    *,
    agent_id: int | None = None,
    team_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = None,
) -> tuple[ScoredCall, ...]:
    """Released evaluations that `actor` may see, newest release first.

    `since` and `until` (exclusive) are moments of release.
    """
    conditions = _released_to(actor)
    if agent_id is not None:
        conditions.append(col(Evaluation.agent_id) == agent_id)
    if team_id is not None:
        conditions.append(col(Recording.team_id) == team_id)
    if since is not None:
        conditions.append(col(Evaluation.released_at) >= since)
    if until is not None:
        conditions.append(col(Evaluation.released_at) < until)
    statement = (
        select(Evaluation, Recording, Agent, RubricVersion.title)
        .join(Recording, col(Recording.id) == Evaluation.recording_id)
        .join(Agent, col(Agent.id) == Evaluation.agent_id)
        .join(RubricVersion, col(RubricVersion.id) == Evaluation.rubric_id)
        .where(*conditions)
        .order_by(col(Evaluation.released_at).desc(), col(Evaluation.id).desc())
        .limit(limit)
    )
    with reading() as session:
        calls = [_call(*row) for row in session.exec(statement).all()]
        before = _restated(session, [call.evaluation_id for call in calls])
    return tuple(replace(call, restated=before.get(call.evaluation_id)) for call in calls)


def _restated(session: Session, evaluation_ids: Sequence[int]) -> dict[int, RestatedFrom]:
    """Of each restated evaluation the score it had before the last time."""
    rows = session.exec(
        select(RestatedScore, Restatement.reason)
        .join(Restatement, col(Restatement.id) == RestatedScore.restatement_id)
        .where(col(RestatedScore.evaluation_id).in_(evaluation_ids))
        .order_by(col(RestatedScore.id))
    ).all()
    return {
        line.evaluation_id: RestatedFrom(line.old_total, reason)
        for line, reason in rows
        if line.old_total is not None
    }


def _released_to(actor: Actor) -> list[ColumnElement[bool]]:
    """What makes an evaluation by a person visible: released, scored, of a call within reach."""
    conditions = [
        visible_to(actor),
        released_by_a_person(),
        col(Evaluation.released_at).is_not(None),
        col(Evaluation.total).is_not(None),
    ]
    if actor.may(UserRole.AGENT):
        conditions.append(col(Evaluation.agent_id) == actor.agent_id)
    return conditions


def loss_lines(calls: Sequence[ScoredCall]) -> tuple[LossLine, ...]:
    """What each criterion cost over these calls, the dearest first; criteria without loss are left out.

    Criteria of different rubric versions are taken together by key, under the newest title.
    """
    per_call = _losses_by_evaluation(calls)
    seen: dict[str, list[tuple[ScoredCall, CriterionLoss]]] = defaultdict(list)
    for call in calls:
        for item in per_call.get(call.evaluation_id, ()):
            seen[item.criterion].append((call, item))
    lines = [_line(key, items) for key, items in seen.items()]
    return tuple(sorted((line for line in lines if line.lost_in), key=lambda line: -line.mean_points))


def lost_titles(calls: Sequence[ScoredCall]) -> dict[int, tuple[str, ...]]:
    """Titles of the criteria that lost points, the dearest first, by evaluation."""
    found = {}
    for evaluation_id, items in _losses_by_evaluation(calls).items():
        lost = sorted((item for item in items if item.points > 0), key=lambda item: -item.points)
        found[evaluation_id] = tuple(item.title for item in lost)
    return found


def monthly(calls: Sequence[ScoredCall]) -> tuple[MonthLine, ...]:
    """The average of each month of release, newest first; months without evaluations are left out."""
    zone = ZoneInfo(settings().timezone)
    by_month: dict[date, list[ScoredCall]] = defaultdict(list)
    for call in calls:
        by_month[call.released_at.astimezone(zone).date().replace(day=1)].append(call)
    found = []
    for month in sorted(by_month, reverse=True):
        figure = average(by_month[month])
        assert figure is not None
        found.append(MonthLine(month, figure))
    return tuple(found)


def _line(key: str, items: list[tuple[ScoredCall, CriterionLoss]]) -> LossLine:
    lost = tuple(call.evaluation_id for call, item in items if item.points > 0)
    weights = [1 / Decimal(str(call.inclusion_probability or 1)) for call, _ in items]
    whole = sum((weight * item.points for weight, (_, item) in zip(weights, items, strict=True)), Decimal(0))
    return LossLine(key, items[0][1].title, whole / sum(weights), len(lost), len(items), lost)


def _call(evaluation: Evaluation, recording: Recording, agent: Agent, rubric_title: str) -> ScoredCall:
    assert evaluation.id is not None
    assert agent.id is not None
    assert evaluation.total is not None
    assert evaluation.released_at is not None
    return ScoredCall(
        evaluation_id=evaluation.id,
        recording_id=recording.id,
        agent_id=agent.id,
        agent_name=agent.name,
        agent_number=agent.number,
        team_id=recording.team_id,
        rubric_id=evaluation.rubric_id,
        rubric_title=rubric_title,
        state=evaluation.state,
        total=evaluation.total,
        lost_total=evaluation.lost_total,
        vetoes=tuple(evaluation.vetoes),
        comment=evaluation.comment,
        inclusion_probability=evaluation.inclusion_probability,
        released_at=evaluation.released_at,
        acknowledged_at=evaluation.acknowledged_at,
        started_at=recording.started_at,
        queue=recording.queue,
        direction=recording.direction,
        duration_s=recording.duration_s,
    )


def _losses_by_evaluation(calls: Sequence[ScoredCall]) -> dict[int, tuple[CriterionLoss, ...]]:
    with reading() as session:
        told = session.exec(
            select(Recording, Agent.number, Team.name)
            .outerjoin(Agent, col(Agent.id) == Recording.agent_id)
            .outerjoin(Team, col(Team.id) == Recording.team_id)
            .where(col(Recording.id).in_([call.recording_id for call in calls]))
        ).all()
    answers = answers_by_evaluation((call.evaluation_id for call in calls), with_evidence=False)
    rubrics = rubrics_by_id({call.rubric_id for call in calls})
    call_data = {
        recording.id: stored.call_data_of(recording, agent_no=number or "", team=team or "")
        for recording, number, team in told
    }
    return {
        call.evaluation_id: losses(
            rubrics[call.rubric_id], answers[call.evaluation_id], call_data[call.recording_id]
        )
        for call in calls
    }
