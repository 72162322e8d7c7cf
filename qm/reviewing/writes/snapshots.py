"""What a score rested on, kept word for word at release: the ground of evidence packs.

Findings are judged anew, phrases searched anew and forms restated; a released score keeps what it was
released with. The database refuses every change of a snapshot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from qm.core.clock import now
from qm.core.database import reading
from qm.hearing.reads import calls
from qm.models import (
    AnswerRow,
    Evaluation,
    EvaluationSnapshot,
    FindingRow,
    HitRow,
    PhraseLibrary,
    Recording,
    RubricVersion,
    RuleVersion,
    TranscriptRow,
    User,
)
from qm.reviewing.reads.answers import answers_of
from qm.reviewing.reads.evaluations import rubric_of
from scoring import pack
from scoring.arithmetic import score


class Occasion(StrEnum):
    """When a snapshot was taken."""

    RELEASE = "release"
    RESTATEMENT = "restatement"
    EXPORT = "export"
    """Not kept: the score was released before snapshots were."""


def take(session: Session, row: Evaluation, occasion: Occasion) -> EvaluationSnapshot:
    """Keep what `row` rests on now, under its revision. Joins the open write."""
    session.flush()
    data = document(row, occasion)
    kept = EvaluationSnapshot(
        evaluation_id=row.id or 0,
        revision=row.revision,
        document=data.decode(),
        sha256=hashlib.sha256(data).hexdigest(),
        made_at=now(),
    )
    session.add(kept)
    return kept


def pinned(row: Evaluation) -> bytes:
    """The snapshot of a released evaluation; one taken now where none was kept at its release.

    A row added under a later revision than the evaluation has is nobody's release.
    """
    with reading() as session:
        kept = session.exec(
            select(EvaluationSnapshot.document)
            .where(EvaluationSnapshot.evaluation_id == row.id, EvaluationSnapshot.revision <= row.revision)
            .order_by(col(EvaluationSnapshot.revision).desc())
        ).first()
    return kept.encode() if kept is not None else document(row, Occasion.EXPORT)


def sha256_of(evaluation_id: int, revision: int) -> str | None:
    """Hash of the text of a kept snapshot, computed anew; None where none is kept."""
    with reading() as session:
        kept = session.exec(
            select(EvaluationSnapshot.document).where(
                EvaluationSnapshot.evaluation_id == evaluation_id, EvaluationSnapshot.revision == revision
            )
        ).first()
    return None if kept is None else hashlib.sha256(kept.encode()).hexdigest()


def document(row: Evaluation, occasion: Occasion) -> bytes:
    """Everything that `row` rests on, in one order whatever the database's: canonical JSON."""
    with reading() as session:
        recording = session.get_one(Recording, row.recording_id)
        rubric, answers = rubric_of(row.rubric_id), answers_of(row.id or 0)
        call_data = calls.heard_call(recording, row.transcript_id).call_data
        evaluator = session.get(User, row.evaluator_id) if row.evaluator_id else None
        findings = _findings(session, row)
        return pack.canonical(
            {
                "format": pack.PINNED_FORMAT,
                "taken": occasion.value,
                "evaluation": {
                    "id": row.id,
                    "revision": row.revision,
                    "released_at": row.released_at.isoformat() if row.released_at else None,
                    "evaluator": evaluator.username if evaluator else None,
                    "comment": row.comment,
                },
                "recording": {
                    "id": recording.id,
                    "external_id": recording.external_id,
                    "started_at": recording.started_at.isoformat(),
                    "sha256": recording.sha256,
                    "roles_swapped": recording.roles_swapped,
                },
                "versions": _versions(session, row, findings),
                "score": pack.score_document(rubric, answers, call_data, score(rubric, answers, call_data)),
                "suggested": _suggested(session, row),
                "findings": [_plain(item) for item in findings],
                "hits": [_plain(item) for item in _hits(session, row)],
            }
        )


def _versions(session: Session, row: Evaluation, findings: Iterable[FindingRow]) -> dict[str, Any]:
    library = session.get(PhraseLibrary, row.library_id) if row.library_id else None
    transcript = session.get(TranscriptRow, row.transcript_id) if row.transcript_id else None
    form = session.get_one(RubricVersion, row.rubric_id)
    return {
        "rubric": {"key": form.key, "version": form.version, "sha256": pack.sha256(form.document)},
        "rules": {item.rule_key: _rule(session, item) for item in findings},
        "phrase_library": library.version if library else None,
        "transcript": transcript
        and {
            "id": transcript.id,
            "engine": transcript.engine,
            "engine_version": transcript.engine_version,
            "model": transcript.model,
            "sha256": pack.sha256(transcript.document),
        },
    }


def _rule(session: Session, finding: FindingRow) -> dict[str, Any]:
    text = session.exec(
        select(RuleVersion.document).where(
            RuleVersion.key == finding.rule_key, RuleVersion.version == finding.rule_version
        )
    ).first()
    sha256 = None if text is None else hashlib.sha256(text.encode()).hexdigest()
    return {"version": finding.rule_version, "sha256": sha256}


def _suggested(session: Session, row: Evaluation) -> dict[str, Any]:
    """What the machine had proposed when a person answered, by criterion."""
    rows = session.exec(select(AnswerRow).where(AnswerRow.evaluation_id == row.id)).all()
    return {item.criterion: item.suggested for item in rows if item.suggested is not None}


def _findings(session: Session, row: Evaluation) -> list[FindingRow]:
    found = session.exec(
        select(FindingRow)
        .where(FindingRow.transcript_id == row.transcript_id)
        .order_by(col(FindingRow.rule_key))
    )
    return list(found.all())


def _hits(session: Session, row: Evaluation) -> list[HitRow]:
    found = session.exec(
        select(HitRow)
        .where(HitRow.transcript_id == row.transcript_id)
        .order_by(col(HitRow.start_s), col(HitRow.end_s), col(HitRow.phrase_id), col(HitRow.id))
    )
    return list(found.all())


def _plain(item: HitRow | FindingRow) -> dict[str, Any]:
    return item.model_dump(mode="json", exclude={"id", "recording_id", "transcript_id"})
