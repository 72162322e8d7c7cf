"""Giving calls to inspectors: by a supervisor, or by taking the next one oneself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from qm.assigning.reads.assignments import inspectors, nobody_has
from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from qm.core.visibility import released_by_a_person, visible_to
from qm.models import (
    Assignment,
    AssignmentState,
    Evaluation,
    Recording,
    User,
)


class NothingToTake(Conflict):
    """No call waits that this person could score."""

    message = "现在没有待评的录音。新的录音转写完成后会出现在这里，也可以请质检主管分配。"


class NoCallsChosen(InvalidInput):
    """Nothing was ticked."""

    message = "请先勾选要分配的录音，再选择质检员。"


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of the calls that were to be assigned."""

    given: int
    skipped: int
    """Already scored, already with somebody, or the inspector's own calls."""


def take_next(actor: Actor) -> str:
    """Assign the oldest free call of the branch to oneself; gives its id. Raises `NothingToTake`."""
    actor.require(UserRole.INSPECTOR, UserRole.SUPERVISOR)
    if actor.user_id is None:
        raise Forbidden  # nobody to give it to
    with writing() as session:
        while (recording_id := _oldest_free(session, actor)) is not None:
            if _give(session, actor, recording_id, actor.user_id, at=now()):
                audit.record(actor, audit.AuditAction.ASSIGNMENT_TAKEN, recording_id)
                return recording_id
        raise NothingToTake


def _oldest_free(session: Session, actor: Actor) -> str | None:
    """PostgreSQL may still show a call that somebody took a moment ago: `_give` tells."""
    return session.exec(
        select(Recording.id)
        .where(nobody_has(actor))
        .order_by(col(Recording.started_at), col(Recording.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()


def assign(
    actor: Actor, *, recording_ids: Sequence[str], evaluator_id: int, due_at: datetime | None = None
) -> Assigned:
    """Give calls to an inspector, to be scored by `due_at` where one is named.

    Those that cannot be given are left as they are and counted. Raises `Forbidden` for anyone but
    supervisors, `NoCallsChosen`, `NotFound` for an inspector out of reach.
    """
    actor.require(UserRole.SUPERVISOR)
    if not recording_ids:
        raise NoCallsChosen
    evaluator = next((user for user in inspectors(actor) if user.id == evaluator_id), None)
    if evaluator is None:
        raise NotFound
    at = now()
    with writing() as session:
        # One order for everybody: two who lock the same calls never wait for each other.
        given = [
            key
            for key in sorted(set(recording_ids))
            if _may_give(session, actor, key, evaluator)
            and _give(session, actor, key, evaluator_id, at=at, due_at=due_at)
        ]
        audit.record(actor, audit.AuditAction.ASSIGNMENTS_GIVEN, evaluator_id, recordings=given)
    return Assigned(given=len(given), skipped=len(set(recording_ids)) - len(given))


def withdraw(actor: Actor, assignment_id: int) -> None:
    """Open becomes withdrawn: the call is free again. Raises `Forbidden`, `NotFound`."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = session.exec(
            select(Assignment)
            .join(Recording, col(Recording.id) == Assignment.recording_id)
            .where(
                Assignment.id == assignment_id,
                Assignment.state == AssignmentState.OPEN,
                visible_to(actor),
            )
        ).first()
        if row is None:
            raise NotFound
        row.state = AssignmentState.WITHDRAWN
        session.add(row)
        audit.record(actor, audit.AuditAction.ASSIGNMENT_WITHDRAWN, row.recording_id)


def _may_give(session: Session, actor: Actor, recording_id: str, evaluator: User) -> bool:
    recording = session.exec(
        select(Recording).where(Recording.id == recording_id, visible_to(actor)).with_for_update()
    ).first()
    if recording is None:
        return False
    own = evaluator.agent_id is not None and evaluator.agent_id == recording.agent_id
    out_of_reach = evaluator.branch_id is not None and evaluator.branch_id != recording.branch_id
    if own or out_of_reach:
        return False
    scored = session.exec(
        select(Evaluation.id).where(
            Evaluation.recording_id == recording_id,
            released_by_a_person(),  # a draft is carried on by whoever has the call
        )
    ).first()
    held = session.exec(
        select(Assignment.id).where(
            Assignment.recording_id == recording_id, Assignment.state == AssignmentState.OPEN
        )
    ).first()
    return scored is None and held is None


def _give(
    session: Session,
    actor: Actor,
    recording_id: str,
    evaluator_id: int,
    *,
    at: datetime,
    due_at: datetime | None = None,
) -> bool:
    """Open the assignment; False where somebody was quicker: a call has one open assignment."""
    row = session.exec(
        select(Assignment).where(
            Assignment.recording_id == recording_id, Assignment.evaluator_id == evaluator_id
        )
    ).first() or Assignment(recording_id=recording_id, evaluator_id=evaluator_id, assigned_at=at)
    try:
        with session.begin_nested():
            row.state = AssignmentState.OPEN
            row.assigned_by = actor.user_id
            row.assigned_at = at
            row.due_at = due_at
            session.add(row)
            session.flush()
    except IntegrityError:
        return False
    return True
