"""The JSON documents that API v1 answers with. Fields are only ever added within a version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qm.frame.saying import say
from qm.hearing.reads.transcripts import Heard
from qm.jobs.reads import JobLine
from qm.models import Evaluation
from scoring.documents import answer_to_dict
from scoring.types import Answer

Document = dict[str, Any]


def job_document(line: JobLine) -> Document:
    """Status of a recording: `status`, `job.state`, `job.step`, `job.progress` (0..1), `job.error`."""
    return {
        "id": line.recording_id,
        "external_id": line.external_id,
        "status": line.recording_status.value,
        "duration_s": line.duration_s,
        "job": {
            "state": line.state.value,
            "step": line.step,
            "progress": round(line.progress, 3),
            "error": say(line.error) or None,
            "updated_at": line.updated_at.isoformat(),
        },
    }


def transcript_document(heard: Heard) -> Document:
    """Utterances and hits; times in seconds from the start of the call."""
    transcript = heard.transcript
    return {
        "id": heard.recording.id,
        "engine": transcript.engine,
        "engine_version": transcript.engine_version,
        "model": transcript.model,
        "language": transcript.language,
        "duration_s": transcript.duration_s,
        "roles_certain": transcript.roles_certain,
        "keywords": heard.recording.keywords,
        "utterances": [
            {
                "index": said.index,
                "role": said.role.value,
                "start_s": round(said.start_s, 3),
                "end_s": round(said.end_s, 3),
                "text": said.text,
                "heard": said.heard,
                "confidence": round(said.confidence, 4),
            }
            for said in transcript.utterances
        ],
        "hits": [
            {
                "phrase": hit.phrase,
                "group": hit.group,
                "kind": hit.kind.value,
                "role": hit.role.value,
                "utterance": hit.utterance,
                "start_s": round(hit.start_s, 3),
                "end_s": round(hit.end_s, 3),
                "heard": hit.heard,
                "match": hit.match.value,
                "score": round(hit.score, 4),
                "negated": hit.negated,
                "acoustic": hit.acoustic if hit.acoustic is None else round(hit.acoustic, 2),
            }
            for hit in heard.hits
        ],
    }


def evaluation_document(row: Evaluation, answers: Sequence[Answer]) -> Document:
    """One evaluation; points as decimal strings, exact."""
    return {
        "id": row.id,
        "recording_id": row.recording_id,
        "kind": row.kind.value,
        "state": row.state.value,
        "rubric_id": row.rubric_id,
        "total": None if row.total is None else str(row.total),
        "total_without_veto": None if row.lost_total is None else str(row.lost_total),
        "vetoes": row.vetoes,
        "critical_errors": row.critical_errors,
        "released_at": row.released_at.isoformat() if row.released_at else None,
        "answers": [answer_to_dict(answer) for answer in answers],
    }
