"""What becomes of refused files: somebody retries, discards or restores them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from qm import jobs
from qm.core import audit, objects
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict
from qm.intake.reads import quarantine as quarantine_reads
from qm.intake.writes import ingest as ingest_writes
from qm.models import Quarantine, QuarantineState
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


def retry(quarantine_id: int, *, actor: Actor, call_data: Mapping[str, Any] | None = None) -> str:
    """Try a refused file again, perhaps with corrected call data; gives the recording's id.

    Raises `NotFound`, `QuarantineDecided`, and `StillRefused` (the reason kept is then the new one).
    """
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    jobs.prepare()
    row = quarantine_reads.quarantined_for(actor, quarantine_id)
    _check_open(row)
    fields = {**row.call_data, **(call_data or {})}
    try:
        with objects.fetched(row.object_key) as path:
            made = ingest_writes.admit(path, fields, actor=actor, filename=row.filename)
    except AudioRefused as refusal:
        _refused_again(quarantine_id, fields, refusal)  # raises where somebody decided meanwhile
        raise StillRefused(detail=refusal.detail) from refusal
    _decide(quarantine_id, QuarantineState.RETRIED, actor=actor, action=audit.AuditAction.QUARANTINE_RETRIED)
    return made.recording_id or ""


def discard(quarantine_id: int, *, actor: Actor) -> None:
    """Put a refused file aside. Its bytes stay until retention removes them, so `restore` can undo this."""
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    quarantine_reads.quarantined_for(actor, quarantine_id)
    _decide(
        quarantine_id, QuarantineState.DISCARDED, actor=actor, action=audit.AuditAction.QUARANTINE_DISCARDED
    )


def restore(quarantine_id: int, *, actor: Actor) -> None:
    """Undo a discard. Raises `QuarantineDecided` where the file was not discarded, `BytesGone`."""
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    quarantine_reads.quarantined_for(actor, quarantine_id)
    with writing() as session:
        row = _held(session, quarantine_id)
        if row.state is not QuarantineState.DISCARDED:
            raise QuarantineDecided
        if not row.object_key:
            raise BytesGone
        row.state, row.decided_at, row.decided_by = QuarantineState.OPEN, None, None
        audit.record(actor, audit.AuditAction.QUARANTINE_RESTORED, quarantine_id)


def _check_open(row: Quarantine) -> None:
    if row.state is not QuarantineState.OPEN:
        raise QuarantineDecided


def _held(session: Session, quarantine_id: int) -> Quarantine:
    """The file as it is now, held until the transaction ends. Raises `QuarantineDecided`."""
    row = session.get(Quarantine, quarantine_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise QuarantineDecided
    return row


def _decide(quarantine_id: int, state: QuarantineState, *, actor: Actor, action: audit.AuditAction) -> None:
    with writing() as session:
        row = _held(session, quarantine_id)
        _check_open(row)
        row.state, row.decided_at, row.decided_by = state, now(), actor.user_id
        audit.record(actor, action, quarantine_id)


def _refused_again(quarantine_id: int, fields: Mapping[str, Any], refusal: AudioRefused) -> None:
    """Keep the newer reason. What was decided meanwhile keeps its own: raises `QuarantineDecided`."""
    with writing() as session:
        row = _held(session, quarantine_id)
        _check_open(row)
        row.call_data = dict(fields)
        row.reason, row.detail = refusal.reason.value, refusal.detail
