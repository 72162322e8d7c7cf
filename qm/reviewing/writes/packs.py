"""Exporting an evaluation's evidence pack, and telling whether a pack is one that was exported here."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from sqlmodel import select

from qm.core import audit, objects
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.errors import Conflict
from qm.hearing.reads.personal_data import private_stretches
from qm.models import Evaluation, EvaluationState, PackExport, Recording, RubricVersion, TranscriptRow
from qm.reviewing.reads.answers import answers_of
from qm.reviewing.reads.evaluations import evaluation_for
from qm.reviewing.reads.pack_files import PINNED, STORED, TRANSCRIPT, PackCheck, differences, write_pack
from qm.reviewing.writes import snapshots
from recorder.clip import clip
from recorder.probe import sha256_of
from recorder.types import AudioRefused
from scoring import pack
from scoring.documents import answer_from_dict

CLIP_MARGIN_S = 1.0
"""Kept before and after each span, so that it can be understood."""


class NotReleased(Conflict):
    """Only a released score is defended."""

    message = "评分还没有发布，不能导出证据包。请先提交评分。"


class SoundChanged(Conflict):
    """The stored bytes are not those that came in: clips of them prove nothing."""

    message = "这通录音的原始文件与入库时不同，不能作为证据。请管理员运行 qm doctor --deep 并从备份恢复。"


@dataclass(frozen=True, slots=True)
class ExportedPack:
    """A pack ready to be sent."""

    file: io.BytesIO
    name: str
    sha256: str
    problems: tuple[str, ...]
    """What checking it finds: stored rows that no longer equal what was released."""


def export(actor: Actor, evaluation_id: int) -> ExportedPack:
    """What the score rested on at release, what is stored of it now, transcript and clips in one zip.

    The same score exported twice is the same pack. Raises `NotFound`, `NotReleased`, `SoundChanged`,
    `ObjectMissing`.
    """
    actor.require(UserRole.INSPECTOR, UserRole.SUPERVISOR)
    row = evaluation_for(actor, evaluation_id)
    if row.state is EvaluationState.DRAFT:
        raise NotReleased
    with reading() as session:
        recording = session.get_one(Recording, row.recording_id)
        transcript = session.get(TranscriptRow, row.transcript_id) if row.transcript_id else None
    pinned = snapshots.pinned(row)
    files = {PINNED: pinned, STORED: _stored(row), **_clips(recording, pack.parse_pinned(pinned), row)}
    if transcript is not None:
        files[TRANSCRIPT] = pack.canonical(transcript.document)
    problems = differences(files)
    target = io.BytesIO()
    digest = write_pack(target, files)
    target.seek(0)
    with writing() as session:
        session.add(
            PackExport(
                evaluation_id=evaluation_id, sha256=digest, exported_by=actor.user_id, exported_at=now()
            )
        )
        action = audit.AuditAction.EVALUATION_PACK_EXPORTED
        audit.record(actor, action, evaluation_id, sha256=digest, problems=len(problems))
    return ExportedPack(target, f"qm-{recording.external_id}-{evaluation_id}.zip", digest, problems)


def unknown_here(found: PackCheck) -> tuple[str, ...]:
    """Why this installation does not vouch for a checked pack, in words; empty where it does."""
    with reading() as session:
        exports = session.exec(
            select(PackExport.sha256).where(PackExport.evaluation_id == found.evaluation_id)
        ).all()
    reasons = []
    if found.sha256 not in exports:
        reasons.append("导出记录里没有导出过这个证据包：它不是本系统导出的，或整包改写过")
    kept = snapshots.sha256_of(found.evaluation_id, found.revision)
    if kept is not None and kept != found.pinned_sha256:
        reasons.append("pinned.json：与本系统发布评分时的存档不同")
    if kept is None and not found.notes:
        reasons.append("本系统没有这次评分的存档")
    return tuple(reasons)


def _stored(row: Evaluation) -> bytes:
    """The evaluation as the tables have it now, to be held against what was released."""
    with reading() as session:
        form = session.get_one(RubricVersion, row.rubric_id)
    return pack.canonical(
        pack.stored_document(
            revision=row.revision,
            rubric=(form.key, form.version),
            total=row.total,
            lost_total=row.lost_total,
            vetoes=row.vetoes,
            critical_errors=row.critical_errors,
            answers=answers_of(row.id or 0),
        )
    )


def _clips(recording: Recording, pinned: dict[str, Any], row: Evaluation) -> dict[str, bytes]:
    """Each piece of evidence to hear; personal numbers are bleeped, as they are masked in the text."""
    answers = [answer_from_dict(item) for item in pinned["score"]["answers"]]
    spans = [
        (f"clips/{answer.criterion}-{number:02d}.mp3", proof.start_s, proof.end_s)
        for answer in answers
        for number, proof in enumerate(answer.evidence, start=1)
    ]
    bleeped = private_stretches(row.transcript_id)
    files = {}
    with objects.fetched(recording.object_key) as path:
        if sha256_of(path) != pinned["recording"]["sha256"]:
            raise SoundChanged
        for name, start_s, end_s in spans:
            try:
                begin_s = max(0.0, start_s - CLIP_MARGIN_S)
                files[name] = clip(path, begin_s, end_s + CLIP_MARGIN_S, bleeped=bleeped)
            except AudioRefused:  # the span lies behind the end of the sound: there is nothing to hear
                continue
    return files
