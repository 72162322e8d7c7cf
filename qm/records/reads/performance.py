"""Released evaluations one by one; figures over many of them are in `qm.records.reads.figures`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, func, select

from qm.core.actor import Actor
from qm.core.batches import batches
from qm.core.database import reading
from qm.models import (
    Agent,
    Evaluation,
    EvaluationState,
    Recording,
    RestatedScore,
    Restatement,
    RubricVersion,
)
from qm.records.reads.figures import EVERY, Scope


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


LISTED = 50
"""Calls that a page lists at a time."""
DRAWN = 100
"""The last calls, which a chart of scores draws; its average is of all."""


def released(
    actor: Actor, scope: Scope = EVERY, *, limit: int = LISTED, offset: int = 0
) -> tuple[ScoredCall, ...]:
    """Released evaluations that `actor` may see, newest release first: so many, after the first `offset`."""
    statement = _calls().where(*scope.conditions(actor)).order_by(*NEWEST_FIRST).limit(limit).offset(offset)
    return _told(statement)


def last_by_agent(actor: Actor, scope: Scope, *, each: int) -> dict[int, tuple[ScoredCall, ...]]:
    """The newest few of every agent, newest first."""
    place = func.row_number().over(partition_by=col(Evaluation.agent_id), order_by=NEWEST_FIRST)
    numbered = (
        select(col(Evaluation.id).label("id"), place.label("place"))
        .join(Recording, col(Recording.id) == Evaluation.recording_id)
        .where(*scope.conditions(actor))
        .subquery()
    )
    statement = (
        _calls()
        .join(numbered, numbered.c.id == Evaluation.id)
        .where(numbered.c.place <= each)
        .order_by(*NEWEST_FIRST)
    )
    found: dict[int, list[ScoredCall]] = defaultdict(list)
    for call in _told(statement):
        found[call.agent_id].append(call)
    return {agent_id: tuple(calls) for agent_id, calls in found.items()}


NEWEST_FIRST = (col(Evaluation.released_at).desc(), col(Evaluation.id).desc())


def _calls() -> Any:
    return (
        select(Evaluation, Recording, Agent, RubricVersion.title)
        .join(Recording, col(Recording.id) == Evaluation.recording_id)
        .join(Agent, col(Agent.id) == Evaluation.agent_id)
        .join(RubricVersion, col(RubricVersion.id) == Evaluation.rubric_id)
    )


def _told(statement: Any) -> tuple[ScoredCall, ...]:
    with reading() as session:
        calls = [_call(*row) for row in session.exec(statement).all()]
        before = _restated(session, [call.evaluation_id for call in calls])
    return tuple(replace(call, restated=before.get(call.evaluation_id)) for call in calls)


def _restated(session: Session, evaluation_ids: Sequence[int]) -> dict[int, RestatedFrom]:
    """Of each restated evaluation the score it had before the last time."""
    found = {}
    for some in batches(evaluation_ids):
        rows = session.exec(
            select(RestatedScore, Restatement.reason)
            .join(Restatement, col(Restatement.id) == RestatedScore.restatement_id)
            .where(col(RestatedScore.evaluation_id).in_(some))
            .order_by(col(RestatedScore.id))
        ).all()
        for line, reason in rows:
            if line.old_total is not None:
                found[line.evaluation_id] = RestatedFrom(line.old_total, reason)
    return found


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
