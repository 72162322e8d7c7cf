"""Calls with released evaluations, written straight into the tables: what pages of records read."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

from qm.app.seeds import ensure_seeded
from qm.core import periods
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.models import (
    Agent,
    AnswerRow,
    CriterionScore,
    Evaluation,
    EvaluationKind,
    EvaluationState,
    Recording,
    RecordingStatus,
    RubricVersion,
    Team,
    User,
)
from qm.reviewing.reads.evaluations import rubric_of
from qm.reviewing.writes import criterion_scores
from scoring.arithmetic import score
from scoring.types import Answer, Criterion, CriterionKind, Rubric


@dataclass(frozen=True)
class ScoredCall:
    """Ids of a call and its evaluation."""

    recording_id: str
    evaluation_id: int


def add_call(agent_id: int | None, *, queue: str = "转账", started_at: datetime | None = None) -> str:
    """A ready recording of an agent; gives its id. There is no sound behind it."""
    recording_id = uuid.uuid4().hex
    with writing() as session:
        agent = session.get(Agent, agent_id) if agent_id else None
        team = session.get(Team, agent.team_id) if agent else None
        session.add(
            Recording(
                id=recording_id,
                source="test",
                external_id=recording_id,
                agent_id=agent_id,
                team_id=team.id if team else None,
                branch_id=team.branch_id if team else None,
                started_at=started_at or now() - timedelta(hours=3),
                direction="inbound",
                queue=queue,
                caller="13800138000",
                filename=f"{recording_id}.wav",
                sha256=uuid.uuid4().hex * 2,
                size_bytes=1000,
                container="wav",
                codec="pcm_s16le",
                channels=2,
                rate_hz=8000,
                duration_s=63.5,
                object_key=f"recordings/{recording_id}",
                status=RecordingStatus.READY,
                created_at=now(),
            )
        )
    return recording_id


def add_scored(
    agent_id: int,
    *,
    faults: Mapping[str, str] | None = None,
    released_at: datetime | None = None,
    state: EvaluationState = EvaluationState.RELEASED,
    probability: float | None = None,
    queue: str = "转账",
    comment: str = "",
) -> ScoredCall:
    """A call with an evaluation: full marks but for `faults` (criterion to option key).

    `state` may be a draft, which has no moment of release.
    """
    ensure_seeded()
    recording_id = add_call(agent_id, queue=queue, started_at=(released_at or now()) - timedelta(days=1))
    rubric_id, rubric = _rubric()
    answers = [_answer(criterion, faults or {}) for criterion in rubric.criteria]
    call_data = {"queue": queue, "direction": "inbound"}
    outcome = score(rubric, answers, call_data)
    with writing() as session:
        evaluator = session.exec(select(User).where(User.username == "inspector")).first()
        evaluation = Evaluation(
            recording_id=recording_id,
            agent_id=agent_id,
            rubric_id=rubric_id,
            kind=EvaluationKind.HUMAN,
            evaluator_id=evaluator.id if evaluator else None,
            state=state,
            total=outcome.total,
            lost_total=outcome.lost_total,
            vetoes=list(outcome.vetoes),
            comment=comment,
            inclusion_probability=probability,
            created_at=now(),
            updated_at=now(),
            released_at=None if state is EvaluationState.DRAFT else released_at or now(),
            acknowledged_at=now() if state is EvaluationState.ACKNOWLEDGED else None,
        )
        session.add(evaluation)
        session.flush()
        session.add_all(
            AnswerRow(
                evaluation_id=evaluation.id or 0,
                criterion=answer.criterion,
                options=list(answer.options),
                occurrences=answer.occurrences,
                comment=answer.comment,
            )
            for answer in answers
        )
        if state is not EvaluationState.DRAFT:
            criterion_scores.put(session, evaluation.id or 0, rubric, answers, call_data)
        return ScoredCall(recording_id, evaluation.id or 0)


def _rubric() -> tuple[int, Rubric]:
    with reading() as session:
        row = session.exec(select(RubricVersion).where(RubricVersion.key == "phone_banking")).one()
    return row.id or 0, rubric_of(row.id or 0)


def _answer(criterion: Criterion, faults: Mapping[str, str]) -> Answer:
    if criterion.kind is CriterionKind.DEDUCTION:
        return Answer(criterion.key, occurrences=int(faults.get(criterion.key, "0")))
    if criterion.kind is CriterionKind.TEXT:
        return Answer(criterion.key, comment="好")
    best = max(criterion.options, key=lambda option: option.points).key
    return Answer(criterion.key, options=(faults.get(criterion.key, best),), comment="见录音")


def many_scored(agent_id: int, n: int, *, chances: Sequence[float | None] = (None,), seed: int = 0) -> None:
    """`n` calls of one agent with evaluations released this month, put into the tables in bulk."""
    ensure_seeded()
    luck = random.Random(seed)
    _, rubric = _rubric()
    patterns = [_pattern(rubric, luck) for _ in range(40)]
    template = add_scored(agent_id)
    with writing() as session:
        call = session.get_one(Recording, template.recording_id).model_dump()
        row = session.get_one(Evaluation, template.evaluation_id).model_dump()
        first = template.evaluation_id + 1
        calls, rows, answers, scores = [], [], [], []
        for number in range(first, first + n):
            key, pattern = uuid.uuid4().hex, luck.choice(patterns)
            named = {"id": key, "external_id": key, "sha256": key * 2, "object_key": key}
            state = luck.choice([EvaluationState.RELEASED, EvaluationState.ACKNOWLEDGED])
            chance, at = luck.choice(chances), _this_month(luck)
            told = {"recording_id": key, "state": state, "inclusion_probability": chance, "released_at": at}
            calls.append({**call, **named})
            rows.append({**row, **told, **pattern.outcome, "id": number})
            answers += [{**item, "evaluation_id": number} for item in pattern.answers]
            scores += [{**item, "evaluation_id": number} for item in pattern.scores]
        connection = session.connection()
        for table, values in (
            (Recording, calls),
            (Evaluation, rows),
            (AnswerRow, answers),
            (CriterionScore, scores),
        ):
            connection.execute(sa.insert(table), values)


@dataclass(frozen=True)
class _Pattern:
    """One way to answer the form, as values of rows."""

    outcome: dict[str, Any]
    answers: list[dict[str, Any]]
    scores: list[dict[str, Any]]


def _pattern(rubric: Rubric, luck: random.Random) -> _Pattern:
    chosen = [c for c in rubric.criteria if c.options]
    answers = [
        Answer(c.key, (luck.choice(c.options).key if luck.random() < 0.15 else c.options[0].key,))
        for c in chosen
    ]
    outcome = score(rubric, answers)
    return _Pattern(
        {"total": outcome.total, "lost_total": outcome.lost_total, "vetoes": list(outcome.vetoes)},
        [
            AnswerRow(evaluation_id=0, criterion=a.criterion, options=list(a.options)).model_dump(
                exclude={"id"}
            )
            for a in answers
        ],
        [row.model_dump() for row in criterion_scores.rows_of(0, rubric, answers, {})],
    )


def _this_month(luck: random.Random) -> datetime:
    start = periods.current(periods.PeriodKind.MONTH).start
    return start + (now() - start) * luck.random()
