"""Recordings, as far as a person may see them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, true
from sqlmodel import col, select

from qm.actor import Actor, UserRole
from qm.database import reading
from qm.errors import NotFound
from qm.models import Evaluation, EvaluationKind, EvaluationState, Recording


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Recording` rows that says which of them `actor` may see and hear.

    Inspectors and supervisors see their branch (all, where they have none: headquarters),
    leaders their team, agents the calls of their own released evaluations, administrators none.
    """
    if actor.user_id is None:
        return true()
    if actor.may(UserRole.INSPECTOR, UserRole.SUPERVISOR):
        return true() if actor.branch_id is None else col(Recording.branch_id) == actor.branch_id
    if actor.may(UserRole.LEADER):
        return col(Recording.team_id) == actor.team_id if actor.team_id is not None else false()
    if actor.may(UserRole.AGENT) and actor.agent_id is not None:
        released = select(Evaluation.recording_id).where(
            Evaluation.agent_id == actor.agent_id,
            Evaluation.kind == EvaluationKind.HUMAN,
            Evaluation.state != EvaluationState.DRAFT,
        )
        return col(Recording.id).in_(released)
    return false()


def recording_for(actor: Actor, recording_id: str) -> Recording:
    """One recording. Raises `NotFound` where it does not exist or is not this person's to see."""
    with reading() as session:
        found = session.exec(select(Recording).where(Recording.id == recording_id, visible_to(actor))).first()
    if found is None:
        raise NotFound
    return found
