"""Restating past scores by a newer form: with a reason, and a ledger that keeps each old score."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session, col, delete, select

from qm import jobs
from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.batches import batches
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict, InvalidInput, NotFound
from qm.core.visibility import released_by_a_person
from qm.hearing.reads import stored
from qm.jobs import Step
from qm.jobs.reads import ACTIVE
from qm.models import (
    Agent,
    AnswerRow,
    Evaluation,
    EvaluationKind,
    Job,
    JobState,
    Recording,
    RestatedScore,
    Restatement,
    RubricVersion,
    Team,
    VersionState,
    WhatIfCall,
    WhatIfRun,
)
from qm.reviewing.reads.answers import answers_by_evaluation
from qm.reviewing.writes import criterion_scores, snapshots
from qm.reviewing.writes.evaluations import put_score
from qm.rubrics.writes.versions import publish
from qm.trials.reads.whatif import run_for
from scoring.arithmetic import score
from scoring.documents import answer_from_dict, answer_to_dict
from scoring.rubric import Lack, missing, rubric_from_dict
from scoring.types import Answer, Rubric
from scoring.whatif import carried

REASON_CHARS_MIN, REASON_CHARS_MAX = 4, 500


class ReasonMissing(InvalidInput):
    """Nobody restates a score without saying why."""

    message = "请写明重述的理由（%(least)d 到 %(most)d 个字），它会与新旧分数一起留档。"


class NotTried(Conflict):
    """A form is restated only as it was tried."""

    message = "试算还没有完成，或试算后评分表又改过。请重新试算，再决定是否重述。"


@dataclass(frozen=True, slots=True)
class Restated:
    """What a restatement did."""

    restatement_id: int
    scores: int
    """Human scores told anew."""
    left: int
    """Human evaluations left as they were: a person would have to answer new questions first."""
    automatic: int
    """Calls put in the queue for a new automatic evaluation; the old ones stay beside them."""


def restate(actor: Actor, run_id: int, *, reason: str) -> Restated:
    """Publish the form that was tried, and tell the scores of the run's period anew by it.

    1. The run must be done, and the form still be as it was tried. 2. A draft is published. 3. Each
    released human evaluation whose answers carry over is scored by the new version; old score and answers
    go to the ledger, which the database keeps from change. 4. Calls judged automatically are queued for
    judging by the new version. Raises `NotFound`, `ReasonMissing`, `NotTried`, `Forbidden`.
    """
    reason = reason.strip()
    actor.require(UserRole.SUPERVISOR)
    if not REASON_CHARS_MIN <= len(reason) <= REASON_CHARS_MAX:
        raise ReasonMissing(least=REASON_CHARS_MIN, most=REASON_CHARS_MAX)
    run_for(actor, run_id)
    jobs.prepare()
    with writing() as session:
        run, row = _tried(session, run_id)
        if row.state is VersionState.DRAFT:
            publish(actor, row.id or 0)
        decision = Restatement(
            rubric_id=row.id or 0,
            reason=reason,
            from_at=run.from_at,
            to_at=run.to_at,
            decided_at=now(),
            decided_by=actor.user_id,
        )
        session.add(decision)
        session.flush()
        lines = session.exec(select(WhatIfCall).where(WhatIfCall.run_id == run_id)).all()
        human = [line.evaluation_id for line in lines if line.kind is EvaluationKind.HUMAN]
        changed, left = _retell(session, decision, row, human)
        automatic = _queue(session, [x.evaluation_id for x in lines if x.kind is EvaluationKind.AUTOMATIC])
        audit.record(
            actor, audit.AuditAction.SCORES_RESTATED, decision.id, scores=changed, left=left, key=row.key
        )
        return Restated(decision.id or 0, changed, left, automatic)


def _tried(session: Session, run_id: int) -> tuple[WhatIfRun, RubricVersion]:
    run = session.get(WhatIfRun, run_id)
    row = session.get(RubricVersion, run.rubric_id) if run else None
    if run is None or row is None:
        raise NotFound
    same = rubric_from_dict(row.document) == rubric_from_dict(run.document)
    if run.state is not JobState.DONE or not same or row.state is VersionState.RETIRED:
        raise NotTried
    return run, row


def _retell(session: Session, decision: Restatement, row: RubricVersion, ids: list[int]) -> tuple[int, int]:
    """How many scores were told anew, and how many had to be left."""
    new = rubric_from_dict(row.document)
    changed = left = 0
    for batch in batches(ids, 200):
        found = session.exec(
            select(Evaluation, Recording, Agent, Team)
            .join(Recording, col(Recording.id) == Evaluation.recording_id)
            .join(Agent, col(Agent.id) == Recording.agent_id, isouter=True)
            .join(Team, col(Team.id) == Recording.team_id, isouter=True)
            .where(col(Evaluation.id).in_(batch), released_by_a_person())
        ).all()
        answers = answers_by_evaluation(batch)
        for evaluation, recording, agent, team in found:
            if evaluation.rubric_id == row.id:
                continue
            data = stored.call_data_of(
                recording, agent_no=agent.number if agent else "", team=team.name if team else ""
            )
            given = tuple(answers[evaluation.id or 0])
            done = _one(session, decision, evaluation, new, given, data)
            changed, left = changed + done, left + (not done)
    return changed, left


def _one(
    session: Session,
    decision: Restatement,
    evaluation: Evaluation,
    new: Rubric,
    answers: tuple[Answer, ...],
    data: dict[str, str],
) -> bool:
    """Tell one score anew; False where answers are lacking."""
    row = session.get(RubricVersion, evaluation.rubric_id)
    assert row is not None
    kept, lost = carried(rubric_from_dict(row.document), new, answers)
    outcome = score(new, kept, data)
    lacking = any(item.lack in (Lack.ANSWER, Lack.SCORABLE) for item in missing(new, kept, data))
    if lacking or not outcome.scorable:
        return False
    old = (evaluation.rubric_id, evaluation.total, evaluation.lost_total)
    evaluation.rubric_id = decision.rubric_id
    put_score(evaluation, outcome)
    evaluation.revision += 1
    session.add(evaluation)
    if lost:
        session.exec(
            delete(AnswerRow).where(
                col(AnswerRow.evaluation_id) == evaluation.id, col(AnswerRow.criterion).in_(lost)
            )
        )
    criterion_scores.put(session, evaluation.id or 0, new, kept, data)
    session.add(_entry(decision, evaluation, old, answers))
    snapshots.take(session, evaluation, snapshots.Occasion.RESTATEMENT)
    return True


def _entry(
    decision: Restatement,
    evaluation: Evaluation,
    old: tuple[int, Decimal | None, Decimal | None],
    answers: tuple[Answer, ...],
) -> RestatedScore:
    return RestatedScore(
        restatement_id=decision.id or 0,
        evaluation_id=evaluation.id or 0,
        recording_id=evaluation.recording_id,
        agent_id=evaluation.agent_id,
        old_rubric_id=old[0],
        old_total=old[1],
        old_lost_total=old[2],
        new_total=evaluation.total,
        new_lost_total=evaluation.lost_total,
        old_answers=[answer_to_dict(answer) for answer in answers],
    )


def old_answers(entry: RestatedScore) -> tuple[Answer, ...]:
    """The answers of a ledger line as values, to recompute its old score."""
    return tuple(answer_from_dict(item) for item in entry.old_answers)


def _queue(session: Session, evaluation_ids: list[int]) -> int:
    """Put the calls of these evaluations in the queue for judging."""
    calls: set[str] = set()
    for batch in batches(evaluation_ids):
        calls |= set(session.exec(select(Evaluation.recording_id).where(col(Evaluation.id).in_(batch))).all())
    busy = set(session.exec(select(Job.recording_id).where(col(Job.state).in_(ACTIVE))).all())
    calls -= busy  # they meet the new version by themselves
    for recording_id in sorted(calls):
        jobs.enqueue(recording_id, step_from=Step.PRESCORE)
    return len(calls)
