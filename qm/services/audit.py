"""The audit: one event beside each write, in the same transaction."""

from __future__ import annotations

from qm.actor import Actor
from qm.clock import now
from qm.database import writing
from qm.models import AuditEvent


def record(actor: Actor, action: str, subject_type: str, subject_id: object, **detail: object) -> None:
    """Add an event; `action` is past tense. `detail` never holds transcript text or customers' data."""
    with writing() as session:
        session.add(
            AuditEvent(
                at=now(),
                user_id=actor.user_id,
                address=actor.address,
                action=action,
                subject_type=subject_type,
                subject_id=str(subject_id),
                detail=detail,
            )
        )
