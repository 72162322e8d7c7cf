"""Recordings, as far as a person may see them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, true
from sqlmodel import col, select

from qm.core.actor import Actor, UserRole
from qm.core.database import reading
from qm.core.errors import NotFound
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
            Evaluation.agent_id == actor.agent_id, released_by_a_person()
        )
        return col(Recording.id).in_(released)
    return false()


def by_a_person(of: Any = Evaluation) -> ColumnElement[bool]:
    """The condition on `Evaluation` (or an alias of it): scored by a person, finished or not."""
    return col(of.kind) == EvaluationKind.HUMAN


def by_a_machine(of: Any = Evaluation) -> ColumnElement[bool]:
    """The condition on `Evaluation` (or an alias of it): an automatic one."""
    return col(of.kind) == EvaluationKind.AUTOMATIC


def still_a_draft(of: Any = Evaluation) -> ColumnElement[bool]:
    """The condition on `Evaluation` (or an alias of it): not released, or taken back."""
    return col(of.state) == EvaluationState.DRAFT


def released_by_a_person(of: Any = Evaluation) -> ColumnElement[bool]:
    """The condition on `Evaluation` (or an alias of it): it counts, and its agent may read it."""
    return and_(by_a_person(of), ~still_a_draft(of))


def counts(row: Evaluation) -> bool:
    """As `released_by_a_person`, of a row that is at hand."""
    return row.kind is EvaluationKind.HUMAN and row.state is not EvaluationState.DRAFT


def recording_for(actor: Actor, recording_id: str) -> Recording:
    """One recording. Raises `NotFound` where it does not exist or is not this person's to see."""
    with reading() as session:
        found = session.exec(select(Recording).where(Recording.id == recording_id, visible_to(actor))).first()
    if found is None:
        raise NotFound
    return found
