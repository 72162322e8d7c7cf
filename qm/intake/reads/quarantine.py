"""Refused files, as far as a person may see them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, true
from sqlmodel import col, func, select

from qm.core.actor import Actor, UserRole
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.models import Quarantine, QuarantineState


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Supervisors and administrators see what their branch sent in; without a branch, everything."""
    if actor.user_id is not None and not actor.may(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR):
        return false()
    return true() if actor.branch_id is None else col(Quarantine.branch_id) == actor.branch_id


def quarantined_for(actor: Actor, quarantine_id: int) -> Quarantine:
    """One refused file. Raises `NotFound`."""
    with reading() as session:
        found = session.exec(
            select(Quarantine).where(Quarantine.id == quarantine_id, visible_to(actor))
        ).first()
    if found is None:
        raise NotFound
    return found


def listed(
    actor: Actor, *, state: QuarantineState | None = QuarantineState.OPEN, limit: int = 200, offset: int = 0
) -> list[Quarantine]:
    """Refused files, newest first; `state` None gives all of them."""
    query = select(Quarantine).where(visible_to(actor))
    if state is not None:
        query = query.where(Quarantine.state == state)
    with reading() as session:
        newest = query.order_by(col(Quarantine.id).desc()).offset(offset).limit(limit)
        return list(session.exec(newest).all())


def count(actor: Actor, *, state: QuarantineState = QuarantineState.OPEN) -> int:
    """How many refused files are in this state."""
    with reading() as session:
        return session.exec(
            select(func.count()).select_from(Quarantine).where(visible_to(actor), Quarantine.state == state)
        ).one()
