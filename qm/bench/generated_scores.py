"""Evaluations of a generated installation, released over the last days, and what is still to be scored."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sqlmodel import Session, col, select

from qm.bench.generated_people import People
from qm.core.actor import UserRole
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.hearing.reads import calls
from qm.judging.writes.rejudge_chunk import rubric_in_force
from qm.models import (
    AnswerRow,
    Assignment,
    AssignmentState,
    Evaluation,
    EvaluationKind,
    EvaluationState,
    EvidenceRow,
    Recording,
    TranscriptRow,
)
from qm.reviewing.reads.evaluations import rubric_of
from qm.reviewing.writes import criterion_scores, snapshots
from qm.reviewing.writes.evaluations import put_score
from qm.rubrics.reads.stored_answers import answer_columns
from scoring.arithmetic import score
from scoring.types import Answer, Criterion, CriterionKind

OPEN = 40
"""Calls that the inspector still has to score."""

_FAULTS = 0.12
"""Share of criteria that are not answered with full points."""


def add(people: People, number: int) -> int:
    """Score the first team's calls and leave some of others to the inspector; gives how many were scored."""
    chance = random.Random(2)  # noqa: S311 - made-up scores need no secrecy
    inspector = people.actor(UserRole.INSPECTOR)
    evaluator_id = inspector.user_id or 0
    of_first_team = col(Recording.agent_id).in_(people.first_team)
    newest = select(Recording).order_by(col(Recording.started_at).desc())
    with reading() as session:
        rubric_id = rubric_in_force(session).id or 0
        found = session.exec(newest.where(of_first_team).limit(number)).all()
        others = newest.where(~of_first_team, Recording.branch_id == inspector.branch_id)
        left = session.exec(others.limit(OPEN)).all()
    criteria = rubric_of(rubric_id).criteria
    for start in range(0, len(found), 200):
        with writing() as session:
            for recording in found[start : start + 200]:
                answers = [_answer(criterion, chance) for criterion in criteria]
                insert_released(
                    session, recording, rubric_id, answers, evaluator_id=evaluator_id, chance=chance
                )
    with writing() as session:
        session.add_all(_assignment(row, evaluator_id, AssignmentState.OPEN) for row in left)
    return len(found)


def insert_released(
    session: Session,
    recording: Recording,
    rubric_id: int,
    answers: Sequence[Answer],
    *,
    evaluator_id: int,
    chance: random.Random,
) -> Evaluation:
    """One released evaluation with what a release leaves behind: answers, score, snapshot, assignment.

    As `releases.release` does it, but for the moment, which lies two hours after the call.
    """
    rubric, released_at = rubric_of(rubric_id), recording.started_at + timedelta(hours=2)
    transcript_id = session.exec(
        select(TranscriptRow.id).where(TranscriptRow.recording_id == recording.id, col(TranscriptRow.current))
    ).one()
    row = Evaluation(
        recording_id=recording.id,
        agent_id=recording.agent_id,
        rubric_id=rubric_id,
        transcript_id=transcript_id,
        kind=EvaluationKind.HUMAN,
        evaluator_id=evaluator_id,
        state=EvaluationState.RELEASED,
        comment="语速合适，核实身份完整。",
        created_at=released_at,
        updated_at=released_at,
        released_at=released_at,
    )
    _acknowledge(row, released_at, chance)
    call_data = calls.heard_call(recording, transcript_id).call_data
    put_score(row, score(rubric, list(answers), call_data))
    session.add(row)
    session.flush()
    _keep_answers(session, row, answers)
    criterion_scores.put(session, row.id or 0, rubric, answers, call_data)
    session.add(_assignment(recording, evaluator_id, AssignmentState.DONE))
    snapshots.take(session, row, snapshots.Occasion.RELEASE)
    return row


def _acknowledge(row: Evaluation, released_at: datetime, chance: random.Random) -> None:
    if chance.random() < 0.7:
        row.state, row.acknowledged_at = EvaluationState.ACKNOWLEDGED, min(released_at + timedelta(1), now())
        row.acknowledgement = "收到，下次注意。"


def _keep_answers(session: Session, row: Evaluation, answers: Sequence[Answer]) -> None:
    rows = [AnswerRow(evaluation_id=row.id or 0, **answer_columns(answer)) for answer in answers]
    session.add_all(rows)
    session.flush()
    session.add(
        EvidenceRow(
            answer_id=rows[0].id or 0, start_s=0.5, end_s=2.0, role="agent", text="您好", source="person"
        )
    )
    session.flush()


def _answer(criterion: Criterion, chance: random.Random) -> Answer:
    faulty = chance.random() < _FAULTS
    if criterion.kind is CriterionKind.TEXT:
        return Answer(criterion.key, comment="表达自然")
    if criterion.kind is CriterionKind.DEDUCTION:
        return Answer(criterion.key, occurrences=1 if faulty else 0, comment="见录音")
    if not criterion.options:
        return Answer(criterion.key, number=Decimal(1))
    best = max(criterion.options, key=lambda option: option.points)
    chosen = chance.choice(criterion.options) if faulty else best
    return Answer(criterion.key, options=(chosen.key,), comment="见录音")


def _assignment(recording: Recording, evaluator_id: int, state: AssignmentState) -> Assignment:
    return Assignment(
        recording_id=recording.id,
        evaluator_id=evaluator_id,
        assigned_at=recording.started_at + timedelta(hours=1),
        state=state,
        inclusion_probability=0.1,
    )
