"""The audit, as far as a person oversees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import col, func, select

from qm.core.actor import Actor
from qm.core.database import reading
from qm.models import (
    Agent,
    ApiToken,
    AuditEvent,
    Evaluation,
    Quarantine,
    Recording,
    RubricBinding,
    Team,
    User,
)
from qm.people.reads import in_scope

PAGE = 100
"""Audit events shown at once."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event of the audit and who did it; `who` is None for the system."""

    event: AuditEvent
    who: User | None


def lines(
    actor: Actor,
    *,
    action: str = "",
    subject: str = "",
    before: int | None = None,
    since: datetime | None = None,
) -> tuple[AuditLine, ...]:
    """Events that the person oversees, newest first, `PAGE` at most.

    `before` is the id of the last event of the page before; `subject` a user name or the id of a thing.
    """
    conditions = [overseen_by(actor)]
    if action:
        conditions.append(col(AuditEvent.action) == action)
    if subject:
        conditions.append(or_(col(AuditEvent.subject_id) == subject, col(User.username) == subject))
    if before is not None:
        conditions.append(col(AuditEvent.id) < before)
    if since is not None:
        conditions.append(col(AuditEvent.at) >= since)
    with reading() as session:
        rows = session.exec(
            select(AuditEvent, User)
            .outerjoin(User, col(User.id) == AuditEvent.user_id)
            .where(*conditions)
            .order_by(col(AuditEvent.id).desc())
            .limit(PAGE)
        ).all()
    return tuple(AuditLine(event, user) for event, user in rows)


def actions(actor: Actor) -> list[tuple[str, int]]:
    """Kinds of event that the person oversees, the most frequent first, with how often."""
    with reading() as session:
        rows = session.exec(
            select(AuditEvent.action, func.count())
            .select_from(AuditEvent)
            .outerjoin(User, col(User.id) == AuditEvent.user_id)
            .where(overseen_by(actor))
            .group_by(AuditEvent.action)
            .order_by(func.count().desc(), AuditEvent.action)
        ).all()
    return [(action, number) for action, number in rows]


def overseen_by(actor: Actor) -> ColumnElement[bool]:
    """The condition on `AuditEvent` outer-joined with its `User`. Headquarters oversee everything.

    A branch: what happened to things of the branch, whoever did it, and never what happened to another
    branch's; of things of no branch (forms, rules) what the branch's own people did.
    """
    if actor.branch_id is None:
        return true()
    things = _things_of(actor.branch_id)
    own = [
        and_(col(AuditEvent.subject_type) == kind, col(AuditEvent.subject_id).in_(ids))
        for kind, ids in things.items()
    ]
    return or_(*own, and_(col(AuditEvent.subject_type).not_in(list(things)), in_scope(actor)))


def _things_of(branch_id: int) -> dict[str, Any]:
    """Ids of a branch's things as the audit writes them, by kind of thing."""

    def ids(column: Any, *conditions: Any) -> Any:
        return sa.select(sa.cast(column, sa.String)).where(*conditions)

    calls = sa.select(col(Recording.id)).where(col(Recording.branch_id) == branch_id)
    teams = sa.select(col(Team.id)).where(col(Team.branch_id) == branch_id)
    people = sa.select(col(User.id)).where(col(User.branch_id) == branch_id)
    return {
        "recording": calls,
        "evaluation": ids(Evaluation.id, col(Evaluation.recording_id).in_(calls)),
        "quarantine": ids(Quarantine.id, Quarantine.branch_id == branch_id),
        "branch": sa.select(sa.literal(str(branch_id))),
        "team": ids(Team.id, Team.branch_id == branch_id),
        "agent": ids(Agent.id, col(Agent.team_id).in_(teams)),
        "user": ids(User.id, User.branch_id == branch_id),
        "api_token": ids(ApiToken.id, col(ApiToken.user_id).in_(people)),
        "rubric_binding": ids(RubricBinding.id, col(RubricBinding.team_id).in_(teams)),
    }
