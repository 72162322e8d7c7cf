"""Refused files are kept whole, with their reason and their call data, until somebody decides on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from qm.core import audit, objects
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.models import Quarantine, QuarantineState
from recorder.calldata import CallData, CallDataInvalid
from recorder.probe import sha256_of
from recorder.types import AudioRefused


def keep_refused(
    path: Path,
    refusal: AudioRefused,
    call_data: CallData | CallDataInvalid | Mapping[str, Any],
    *,
    actor: Actor,
    filename: str,
) -> int:
    """Keep a refused file; gives its number. The same file refused again for the same reason is kept once."""
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    sha256 = sha256_of(path)
    key = objects.quarantine_key(sha256)
    fields = _fields(call_data)
    objects.store().put(key, path, content_type="application/octet-stream", sha256=sha256)
    with writing() as session:
        known = session.exec(
            select(Quarantine).where(
                Quarantine.sha256 == sha256,
                Quarantine.filename == filename[-255:],
                Quarantine.reason == refusal.reason.value,
                Quarantine.state == QuarantineState.OPEN,
                col(Quarantine.branch_id) == actor.branch_id
                if actor.branch_id is not None
                else col(Quarantine.branch_id).is_(None),
            )
        ).first()
        if known is not None and known.call_data == fields:
            return known.id or 0
        row = Quarantine(
            filename=filename[-255:],
            source=str(fields.get("source") or "upload")[:40],
            branch_id=actor.branch_id,
            call_data=fields,
            reason=refusal.reason.value,
            detail=refusal.detail,
            object_key=key,
            sha256=sha256,
            size_bytes=path.stat().st_size,
            created_at=now(),
            created_by=actor.user_id,
        )
        session.add(row)
        session.flush()
        audit.record(actor, audit.AuditAction.RECORDING_REFUSED, row.id, reason=row.reason)
        return row.id or 0


def _fields(call_data: CallData | CallDataInvalid | Mapping[str, Any]) -> dict[str, Any]:
    """Call data as named fields, the form in which it can be corrected and read again."""
    if isinstance(call_data, CallDataInvalid):
        return {}
    if not isinstance(call_data, CallData):
        return {str(name): value if _plain(value) else str(value) for name, value in call_data.items()}
    named = _named(call_data)
    return {**named.pop("attributes"), **named}


def _named(call: CallData) -> dict[str, Any]:
    """Call data as JSON-ready fields, `attributes` apart."""
    return {
        "external_id": call.external_id,
        "source": call.source,
        "agent_no": call.agent_no,
        "team": call.team,
        "started_at": call.started_at.isoformat(),
        "direction": call.direction.value,
        "queue": call.queue,
        "caller": call.caller,
        "attributes": dict(call.attributes),
    }


def _plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
