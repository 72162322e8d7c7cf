"""What a branch asks of the centre: proposed, then accepted by publishing, declined, or withdrawn."""

from __future__ import annotations

from sqlmodel import Session, select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict, InvalidInput, NotFound
from qm.core.ownership import everywhere, require_owner
from qm.models import Proposal, ProposalKind, ProposalState
from qm.proposals import reads as proposal_reads

NOTE_CHARS = 300
_ENDED = {
    ProposalState.ACCEPTED: audit.AuditAction.PROPOSAL_ACCEPTED,
    ProposalState.DECLINED: audit.AuditAction.PROPOSAL_DECLINED,
    ProposalState.WITHDRAWN: audit.AuditAction.PROPOSAL_WITHDRAWN,
}
"""The audited action of each end."""


class AlreadyProposed(Conflict):
    """It waits for the centre."""

    message = "已经提请总部，请等总部处理。"


class AnswerMissing(InvalidInput):
    """Who is declined learns why."""

    message = "请写明不采纳的理由（不超过 %(most)d 个字），提议的机构会看到。"


class NothingToPropose(Conflict):
    """What is proposed is a branch's own draft or group."""

    message = "只有本机构起草的草稿或短语分组才能提请总部发布。"


def put(
    actor: Actor, kind: ProposalKind, key: str, *, title: str, branch_id: int | None, note: str
) -> Proposal:
    """Offer to the centre what `branch_id` has written. Called by the write that knows it is there.

    Raises `Forbidden`, `NothingToPropose`, `AlreadyProposed`.
    """
    actor.require(UserRole.SUPERVISOR)
    if branch_id is None:
        raise NothingToPropose
    require_owner(actor, branch_id)
    with writing() as session:
        if proposal_reads.open_one(kind, key) is not None:
            raise AlreadyProposed
        row = Proposal(
            kind=kind,
            key=key,
            title=title[:120],
            branch_id=branch_id,
            note=note.strip()[:NOTE_CHARS],
            state=ProposalState.OPEN,
            proposed_at=now(),
            proposed_by=actor.user_id,
        )
        session.add(row)
        session.flush()
        audit.record(actor, audit.AuditAction.PROPOSAL_MADE, row.id, kind=kind.value, key=key)
        return row


def decline(actor: Actor, proposal_id: int, *, answer: str) -> Proposal:
    """Say no, and why; the draft or group stays the branch's. The centre's supervisors only.

    Raises `Forbidden`, `NotFound`, `AnswerMissing`.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = _open(session, proposal_id)
        _require_place(actor, row)
        require_owner(actor, None)
        if not 0 < len(answer.strip()) <= NOTE_CHARS:
            raise AnswerMissing(most=NOTE_CHARS)
        _end(session, actor, row, ProposalState.DECLINED, answer=answer.strip())
        return row


def withdraw(actor: Actor, proposal_id: int) -> Proposal:
    """Take a proposal back. Raises `Forbidden`, `NotFound`."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = _open(session, proposal_id)
        _require_place(actor, row)
        _end(session, actor, row, ProposalState.WITHDRAWN)
        return row


def taken_up(session: Session, actor: Actor, kind: ProposalKind, key: str) -> bool:
    """Where the centre publishes what was proposed: note that it was accepted. Joins the open write.

    False where nothing was. A branch that publishes its own withdraws what it had proposed.
    """
    row = _of_place(actor, kind, key)
    if row is None:
        return False
    accepted = everywhere(actor)
    _end(session, actor, row, ProposalState.ACCEPTED if accepted else ProposalState.WITHDRAWN)
    return accepted


def thrown_away(session: Session, actor: Actor, kind: ProposalKind, key: str) -> None:
    """What was proposed is gone, or another text by now: declined where that is the centre's doing, else
    withdrawn. Joins the open write."""
    row = _of_place(actor, kind, key)
    if row is not None:
        _end(session, actor, row, ProposalState.DECLINED if everywhere(actor) else ProposalState.WITHDRAWN)


def _require_place(actor: Actor, row: Proposal) -> None:
    """Raises `NotFound` for a proposal of another branch."""
    if not everywhere(actor) and row.branch_id != actor.branch_id:
        raise NotFound


def _of_place(actor: Actor, kind: ProposalKind, key: str) -> Proposal | None:
    actor.require(UserRole.SUPERVISOR)
    row = proposal_reads.open_one(kind, key)
    if row is not None:
        _require_place(actor, row)
    return row


def _open(session: Session, proposal_id: int) -> Proposal:
    row = session.exec(
        select(Proposal)
        .where(Proposal.id == proposal_id, Proposal.state == ProposalState.OPEN)
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound
    return row


def _end(session: Session, actor: Actor, row: Proposal, state: ProposalState, *, answer: str = "") -> None:
    row.state, row.answer = state, answer
    row.decided_at, row.decided_by = now(), actor.user_id
    session.add(row)
    session.flush()
    audit.record(actor, _ENDED[state], row.id, kind=row.kind.value, key=row.key)
