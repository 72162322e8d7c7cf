"""Exporting an evaluation's evidence pack."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

from sqlmodel import select

from qm.actor import Actor
from qm.clock import now
from qm.database import reading
from qm.errors import Conflict
from qm.models import Evaluation, EvaluationState, FindingRow, HitRow, PhraseLibrary, Recording, TranscriptRow
from qm.packs import SCORE, write_pack
from qm.queries import calls
from qm.queries.evaluations import answers_of, evaluation_for, rubric_of
from qm.services import audit, objects
from recorder.clip import clip
from recorder.types import AudioRefused
from scoring import pack
from scoring.arithmetic import score
from scoring.types import Answer

CLIP_MARGIN_S = 1.0
"""Kept before and after each span, so that it can be understood."""


class NotReleased(Conflict):
    """Only a released score is defended."""

    message = "评分还没有发布，不能导出证据包。请先提交评分。"


@dataclass(frozen=True, slots=True)
class ExportedPack:
    """A pack ready to be sent."""

    file: io.BytesIO
    name: str
    sha256: str


def export(actor: Actor, evaluation_id: int) -> ExportedPack:
    """Score, answers, evidence clips, transcript, versions and hashes in one zip.

    Raises `NotFound`, `NotReleased`, `ObjectMissing`.
    """
    row = evaluation_for(actor, evaluation_id)
    if row.state is EvaluationState.DRAFT:
        raise NotReleased
    with reading() as session:
        recording = session.get_one(Recording, row.recording_id)
    answers = answers_of(evaluation_id)
    files = {SCORE: _score(row, recording, answers), **_heard(row), **_clips(recording, answers)}
    target = io.BytesIO()
    digest = write_pack(target, files, _about(row, recording))
    target.seek(0)
    audit.record(actor, "evaluation_pack_exported", "evaluation", evaluation_id, sha256=digest)
    return ExportedPack(target, f"qm-{recording.external_id}-{evaluation_id}.zip", digest)


def _score(row: Evaluation, recording: Recording, answers: list[Answer]) -> bytes:
    rubric = rubric_of(row.rubric_id)
    call_data = calls.heard(recording, row.transcript_id).call_data
    return pack.canonical(pack.score_document(rubric, answers, call_data, score(rubric, answers, call_data)))


def _heard(row: Evaluation) -> dict[str, bytes]:
    with reading() as session:
        transcript = session.get(TranscriptRow, row.transcript_id) if row.transcript_id else None
        hits = session.exec(select(HitRow).where(HitRow.transcript_id == row.transcript_id)).all()
        findings = session.exec(select(FindingRow).where(FindingRow.transcript_id == row.transcript_id)).all()
    files = {
        "hits.json": _json([hit.model_dump(mode="json", exclude={"id"}) for hit in hits]),
        "findings.json": _json([finding.model_dump(mode="json", exclude={"id"}) for finding in findings]),
    }
    if transcript is not None:
        files["transcript.json"] = _json(transcript.document)
    return files


def _clips(recording: Recording, answers: list[Answer]) -> dict[str, bytes]:
    spans = [
        (f"clips/{answer.criterion}-{number:02d}.mp3", proof.start_s, proof.end_s)
        for answer in answers
        for number, proof in enumerate(answer.evidence, start=1)
    ]
    if not spans:
        return {}
    files = {}
    with objects.fetched(recording.object_key) as path:
        for name, start_s, end_s in spans:
            try:
                files[name] = clip(path, max(0.0, start_s - CLIP_MARGIN_S), end_s + CLIP_MARGIN_S)
            except AudioRefused:  # the span lies behind the end of the sound: there is nothing to hear
                continue
    return files


def _about(row: Evaluation, recording: Recording) -> dict[str, Any]:
    with reading() as session:
        library = session.get(PhraseLibrary, row.library_id) if row.library_id else None
        transcript = session.get(TranscriptRow, row.transcript_id) if row.transcript_id else None
    rubric = rubric_of(row.rubric_id)
    return {
        "exported_at": now().isoformat(),
        "evaluation": row.id,
        "released_at": row.released_at.isoformat() if row.released_at else None,
        "stored_total": str(row.total),
        "recording": {
            "id": recording.id,
            "external_id": recording.external_id,
            "sha256": recording.sha256,
            "started_at": recording.started_at.isoformat(),
        },
        "rubric": {"key": rubric.key, "version": rubric.version},
        "phrase_library": library.version if library else None,
        "hearing": (
            {"engine": transcript.engine, "version": transcript.engine_version, "model": transcript.model}
            if transcript
            else None
        ),
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()
