"""What a branch offers the centre of its phrases, and the centre takes over."""

from __future__ import annotations

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.database import writing
from qm.core.errors import NotFound
from qm.core.ownership import require_owner
from qm.models import Proposal, ProposalKind
from qm.phrases.reads import library as phrase_reads
from qm.phrases.writes.library import GroupUnknown, start_draft
from qm.proposals import writes as proposal_writes
from qm.proposals.reads import open_one


def propose(actor: Actor, *, group: str, note: str = "") -> Proposal:
    """Ask the centre to make a group of the branch everybody's.

    Raises `NotFound`, `NothingToPropose`, `AlreadyProposed`.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing():
        found = phrase_reads.group_of(phrase_reads.draft() or phrase_reads.published(), group, actor)
        return proposal_writes.put(
            actor, ProposalKind.PHRASES, group, title=found.name, branch_id=found.branch_id, note=note
        )


def adopt(actor: Actor, *, group: str) -> None:
    """Make a proposed group the centre's, in the draft; it holds for all once that is published.

    Raises `NotFound` where nothing is proposed, `NotTheOwner`, `GroupUnknown`.
    """
    actor.require(UserRole.SUPERVISOR)
    if open_one(ProposalKind.PHRASES, group) is None:
        raise NotFound
    require_owner(actor, None)
    with writing() as session:
        draft = start_draft(actor)
        rows = [row for row in phrase_reads.rows(draft) if row.group == group]
        if not rows:
            raise GroupUnknown
        proposal_writes.taken_up(session, actor, ProposalKind.PHRASES, group)
        for row in rows:
            row.branch_id = None
        session.add_all(rows)
        audit.record(actor, audit.AuditAction.PHRASE_GROUP_ADOPTED, group, name=rows[0].group_name)
