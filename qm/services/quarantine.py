"""Refused files: kept whole with their reason until somebody retries or discards them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from qm import jobs
from qm.actor import Actor
from qm.clock import now
from qm.database import writing
from qm.errors import Conflict
from qm.models import Quarantine, QuarantineState
from qm.queries import quarantine as queries
from qm.services import audit, objects
from recorder.calldata import CallData, CallDataInvalid
from recorder.probe import sha256_of
from recorder.types import AudioRefused


class QuarantineDecided(Conflict):
    """The file was retried or discarded already."""

    message = "这个文件已经处理过，请刷新列表。"


class BytesGone(Conflict):
    """Retention removed the discarded file."""

    message = "这个文件丢弃后已过保留期限，内容已删除，无法放回。请重新上传。"


class StillRefused(Conflict):
    """The retried file is still not acceptable."""

    status = 422
    message = "仍不能入库：%(detail)s"


def keep(
    path: Path,
    refusal: AudioRefused,
    call_data: CallData | CallDataInvalid | Mapping[str, Any],
    *,
    actor: Actor,
    filename: str,
) -> int:
    """Keep a refused file; gives its number. The same file refused again for the same reason is kept once."""
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
        audit.record(actor, "recording_refused", "quarantine", row.id, reason=row.reason)
        return row.id or 0


def retry(quarantine_id: int, *, actor: Actor, call_data: Mapping[str, Any] | None = None) -> str:
    """Try a refused file again, perhaps with corrected call data; gives the recording's id.

    Raises `NotFound`, `QuarantineDecided`, and `StillRefused` (the reason kept is then the new one).
    """
    from qm.services import ingest  # noqa: PLC0415 - ingest keeps what it refuses through this module

    jobs.prepare()
    row = queries.quarantined_for(actor, quarantine_id)
    _check_open(row)
    fields = {**row.call_data, **(call_data or {})}
    try:
        with objects.fetched(row.object_key) as path:
            made = ingest.admit(path, fields, actor=actor, filename=row.filename)
    except AudioRefused as refusal:
        _refused_again(quarantine_id, fields, refusal)  # raises where somebody decided meanwhile
        raise StillRefused(detail=refusal.detail) from refusal
    _decide(quarantine_id, QuarantineState.RETRIED, actor=actor, action="quarantine_retried")
    return made.recording_id or ""


def discard(quarantine_id: int, *, actor: Actor) -> None:
    """Put a refused file aside. Its bytes stay until retention removes them, so `restore` can undo this."""
    queries.quarantined_for(actor, quarantine_id)
    _decide(quarantine_id, QuarantineState.DISCARDED, actor=actor, action="quarantine_discarded")


def restore(quarantine_id: int, *, actor: Actor) -> None:
    """Undo a discard. Raises `QuarantineDecided` where the file was not discarded, `BytesGone`."""
    queries.quarantined_for(actor, quarantine_id)
    with writing() as session:
        row = _held(session, quarantine_id)
        if row.state is not QuarantineState.DISCARDED:
            raise QuarantineDecided
        if not row.object_key:
            raise BytesGone
        row.state, row.decided_at, row.decided_by = QuarantineState.OPEN, None, None
        audit.record(actor, "quarantine_restored", "quarantine", quarantine_id)


def _check_open(row: Quarantine) -> None:
    if row.state is not QuarantineState.OPEN:
        raise QuarantineDecided


def _held(session: Session, quarantine_id: int) -> Quarantine:
    """The file as it is now, held until the transaction ends. Raises `QuarantineDecided`."""
    row = session.get(Quarantine, quarantine_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise QuarantineDecided
    return row


def _decide(quarantine_id: int, state: QuarantineState, *, actor: Actor, action: str) -> None:
    with writing() as session:
        row = _held(session, quarantine_id)
        _check_open(row)
        row.state, row.decided_at, row.decided_by = state, now(), actor.user_id
        audit.record(actor, action, "quarantine", quarantine_id)


def _refused_again(quarantine_id: int, fields: Mapping[str, Any], refusal: AudioRefused) -> None:
    """Keep the newer reason. What was decided meanwhile keeps its own: raises `QuarantineDecided`."""
    with writing() as session:
        row = _held(session, quarantine_id)
        _check_open(row)
        row.call_data = dict(fields)
        row.reason, row.detail = refusal.reason.value, refusal.detail


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
