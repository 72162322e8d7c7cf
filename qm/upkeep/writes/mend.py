"""Mending what `doctor.examine` found. Each remedy may be applied twice without harm."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import select

from qm import jobs
from qm.core import audit, objects
from qm.core.actor import Actor
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.intake.writes.store import store_derivatives
from qm.models import Job, Quarantine, QuarantineState, Recording
from qm.reviewing.writes import criterion_scores
from qm.upkeep.writes.doctor import Ailment, Trouble
from recorder.probe import sha256_of
from recorder.types import Refusal


def mend(trouble: Trouble, *, actor: Actor) -> bool:
    """Apply the remedy; False where there is none. Raises what the remedy meets (`StorageError`, …)."""
    actor.require()
    if not trouble.mendable:
        return False
    _REMEDIES[trouble.ailment](trouble.subject, actor)
    return True


def _derive(recording_id: str, actor: Actor) -> None:
    store_derivatives(recording_id)
    audit.record(actor, audit.AuditAction.PLAYBACK_MENDED, recording_id)


def _restore_original(recording_id: str, actor: Actor) -> None:
    with reading() as session:
        row = session.get(Recording, recording_id)
    if row is None:
        return
    with objects.fetched(objects.quarantine_key(row.sha256)) as path:
        content_type = objects.content_type_of(row.container)
        objects.store().put(row.object_key, path, content_type=content_type, sha256=row.sha256)
    audit.record(actor, audit.AuditAction.ORIGINAL_MENDED, recording_id)


def _quarantine_stray(key: str, actor: Actor) -> None:
    with objects.fetched(key) as path:
        sha256, size_bytes = sha256_of(path), path.stat().st_size
        target = objects.quarantine_key(sha256)
        if target != key:
            objects.store().put(target, path, content_type="application/octet-stream", sha256=sha256)
    with writing() as session:
        if session.exec(select(Recording.id).where(Recording.object_key == key)).first() is not None:
            return  # its row came while we looked
        session.add(
            Quarantine(
                filename=key.rpartition("/")[2],
                source="doctor",
                reason=Refusal.BAD_CALL_DATA.value,
                detail="存储中有这份录音，却没有记录。请补充通话数据后重试，或丢弃",
                object_key=target,
                sha256=sha256,
                size_bytes=size_bytes,
                created_at=now(),
            )
        )
        audit.record(actor, audit.AuditAction.STRAY_OBJECT_QUARANTINED, sha256)
    if target != key:
        objects.store().delete(key)


def _delete_derivative(key: str, actor: Actor) -> None:
    objects.store().delete(key)
    audit.record(actor, audit.AuditAction.STRAY_DERIVATIVE_DELETED, key[-80:])


def _discard_empty(quarantine_id: str, actor: Actor) -> None:
    with writing() as session:
        row = session.get(Quarantine, int(quarantine_id))
        if row is not None and row.state is QuarantineState.OPEN:
            row.state, row.decided_at, row.decided_by = QuarantineState.DISCARDED, now(), actor.user_id
            audit.record(actor, audit.AuditAction.QUARANTINE_DISCARDED, quarantine_id, bytes_missing=True)


def _enqueue(recording_id: str, actor: Actor) -> None:
    jobs.prepare()
    with writing() as session:
        job = session.exec(select(Job).where(Job.recording_id == recording_id)).first()
        step = jobs.Step(job.step) if job is not None and job.step else jobs.Step.STORE
        jobs.enqueue(recording_id, step_from=step)
        audit.record(actor, audit.AuditAction.JOB_MENDED, recording_id)


def _score_anew(evaluation_id: str, actor: Actor) -> None:
    criterion_scores.repair(actor, int(evaluation_id))


_REMEDIES: dict[Ailment, Callable[[str, Actor], None]] = {
    Ailment.ORIGINAL_MISSING: _restore_original,
    Ailment.PLAYBACK_MISSING: _derive,
    Ailment.OBJECT_WITHOUT_ROW: _quarantine_stray,
    Ailment.DERIVATIVE_WITHOUT_ROW: _delete_derivative,
    Ailment.QUARANTINE_BYTES_MISSING: _discard_empty,
    Ailment.JOB_STUCK: _enqueue,
    Ailment.JOB_MISSING: _enqueue,
    Ailment.FIGURES_DIFFER: _score_anew,
}
