"""Proposals of branches to the centre, as far as a person may see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col, func, select
from sqlmodel.sql.expression import Select

from qm.core.actor import Actor, UserRole
from qm.core.database import reading
from qm.core.ownership import everywhere
from qm.models import Branch, Proposal, ProposalKind, ProposalState, User


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """One proposal, readable."""

    row: Proposal
    branch: str
    by: str
    """Name of who proposed it; empty where it was the system."""


def open_one(kind: ProposalKind, key: str) -> Proposal | None:
    """The proposal that waits for the centre, if there is one."""
    with reading() as session:
        return session.exec(
            select(Proposal).where(
                Proposal.kind == kind, Proposal.key == key, Proposal.state == ProposalState.OPEN
            )
        ).first()


def waiting(actor: Actor, kind: ProposalKind) -> tuple[ProposalLine, ...]:
    """Open proposals, the oldest first: every one for the centre, a branch's own for its supervisors."""
    statement = _lines().where(Proposal.kind == kind, Proposal.state == ProposalState.OPEN)
    if not everywhere(actor):
        statement = statement.where(Proposal.branch_id == actor.branch_id)
    with reading() as session:
        return _read(session.exec(statement.order_by(col(Proposal.id))).all())


def waiting_by_kind(actor: Actor) -> dict[ProposalKind, int]:
    """How many proposals wait for this person's answer; none but for the centre's supervisors."""
    if not (actor.may(UserRole.SUPERVISOR) and everywhere(actor)):
        return {}
    statement = (
        select(Proposal.kind, func.count())
        .where(Proposal.state == ProposalState.OPEN)
        .group_by(col(Proposal.kind))
        .order_by(col(Proposal.kind))
    )
    with reading() as session:
        return {ProposalKind(kind): number for kind, number in session.exec(statement).all()}


def latest(actor: Actor, kind: ProposalKind, key: str) -> ProposalLine | None:
    """The newest proposal about one thing, whatever became of it; of other branches only for the centre."""
    statement = _lines().where(Proposal.kind == kind, Proposal.key == key)
    if not everywhere(actor):
        statement = statement.where(Proposal.branch_id == actor.branch_id)
    with reading() as session:
        found = _read(session.exec(statement.order_by(col(Proposal.id).desc()).limit(1)).all())
    return found[0] if found else None


def _lines() -> Select[Proposal, str, str]:
    return (
        select(Proposal, Branch.name, User.name)
        .join(Branch, col(Branch.id) == Proposal.branch_id)
        .join(User, col(User.id) == Proposal.proposed_by, isouter=True)
    )


def _read(rows: Iterable[tuple[Proposal, str, str | None]]) -> tuple[ProposalLine, ...]:
    return tuple(ProposalLine(row, branch, by or "") for row, branch, by in rows)
