"""People's word on what a rule looks for, and drawing calls at random to ask about."""

from __future__ import annotations

import hashlib

from sqlmodel import select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.visibility import recording_for
from qm.models import RuleMark
from qm.rules.reads import versions as rule_reads
from qm.rules.reads.calls import heard_ids


def mark(actor: Actor, key: str, recording_id: str, *, present: bool, drawn: bool = False) -> RuleMark:
    """Keep whether the call has what the rule looks for; a later word replaces an earlier one.

    `drawn`: the call was drawn at random. Raises `NotFound`.
    """
    actor.require(UserRole.SUPERVISOR)
    rule_reads.line(key, actor)
    recording_for(actor, recording_id)
    with writing() as session:
        row = _mark(key, recording_id) or RuleMark(
            rule_key=key, recording_id=recording_id, present=present, marked_at=now()
        )
        row.present, row.audit = present, row.audit or drawn
        row.marked_by, row.marked_at = actor.user_id, now()
        session.add(row)
        session.flush()
        audit.record(actor, audit.AuditAction.RULE_MARKED, key, recording=recording_id, present=present)
        return row


def unmark(actor: Actor, key: str, recording_id: str) -> None:
    """Take a mark back. Raises `NotFound` for calls that the actor may not see."""
    actor.require(UserRole.SUPERVISOR)
    recording_for(actor, recording_id)
    with writing() as session:
        row = _mark(key, recording_id)
        if row is not None:
            session.delete(row)
            audit.record(actor, audit.AuditAction.RULE_MARK_REMOVED, key, recording=recording_id)


def draw(actor: Actor, key: str, *, number: int) -> list[str]:
    """Calls to ask about, drawn evenly from all that are heard and not yet drawn for this rule.

    The order is fixed by the rule, so that leaving the page and coming back shows the same calls.
    """
    with reading() as session:
        drawn = set(
            session.exec(select(RuleMark.recording_id).where(RuleMark.rule_key == key, RuleMark.audit)).all()
        )
    left = sorted(set(heard_ids(actor)) - drawn)
    # Each call has its own place, so calls that come in later do not reshuffle the rest.
    return sorted(left, key=lambda recording_id: _place(key, recording_id))[:number]


def _place(key: str, recording_id: str) -> bytes:
    """As even as a random number, and the same each time."""
    return hashlib.sha256(f"{key}/{recording_id}".encode()).digest()


def _mark(key: str, recording_id: str) -> RuleMark | None:
    with reading() as session:
        return session.exec(
            select(RuleMark).where(RuleMark.rule_key == key, RuleMark.recording_id == recording_id)
        ).first()
