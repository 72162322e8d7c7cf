"""Who listened to which call, when, from where. A player's many Range requests are one listening."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from qm.actor import Actor, UserRole
from qm.clock import now
from qm.database import reading
from qm.models import AuditEvent
from qm.queries.recordings import recording_for
from qm.services import audit

ONE_LISTENING = timedelta(minutes=10)


def listened(actor: Actor, recording_id: str) -> None:
    """Record a listening, unless this person's last one of this call from here was within `ONE_LISTENING`.

    Raises `NotFound` for a call that the person may not hear.
    """
    _record_once(actor, "recording_listened", recording_id)


def downloaded(actor: Actor, recording_id: str) -> None:
    """Record that the original was taken away, ranges of one download counted once.

    Raises `Forbidden`, `NotFound`.
    """
    actor.require(UserRole.INSPECTOR, UserRole.SUPERVISOR)
    _record_once(actor, "recording_downloaded", recording_id)


def _record_once(actor: Actor, action: str, recording_id: str) -> None:
    recording_for(actor, recording_id)
    with reading() as session:
        known = session.exec(
            select(AuditEvent.id)
            .where(
                AuditEvent.subject_id == recording_id,
                AuditEvent.action == action,
                AuditEvent.user_id == actor.user_id,
                AuditEvent.address == actor.address,
                col(AuditEvent.at) >= now() - ONE_LISTENING,
            )
            .limit(1)
        ).first()
    if known is None:
        audit.record(actor, action, "recording", recording_id)
