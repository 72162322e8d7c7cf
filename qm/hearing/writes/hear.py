"""Step `transcribe`: hear the call and keep what was heard, with engine, model and version."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from qm.core import objects
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.hearing.reads.stored import dump_transcript
from qm.hearing.writes import personal_data
from qm.hearing.writes.engine import Hear, HearingRequest
from qm.hearing.writes.search_index import index_utterances
from qm.intake.writes.status import info_of, load, mark
from qm.models import FindingRow, HitRow, Recording, RecordingStatus, TranscriptRow, UtteranceRow
from qm.phrases.writes import vocabulary as vocabulary_writes
from transcribe.types import Progress, Transcript


class RolesChanged(Exception):
    """Somebody exchanged the channels while the call was heard: what was heard names the wrong speakers."""

    def __init__(self) -> None:
        super().__init__("转写时声道被互换，将按新的声道重新转写")


def transcribe(recording_id: str, *, since: datetime, hear: Hear, progress: Progress) -> None:
    """Hear a recording and store the transcript, unless this run (begun at `since`) has stored it already.

    Raises `RecordingGone`, `EngineUnavailable`, `ObjectMissing`, `AudioRefused`, `RolesChanged`.
    """
    with reading() as session:
        recording = load(session, recording_id)
        if _heard_since(session, recording_id, since):
            return
    with objects.fetched(recording.object_key) as path:
        terms = vocabulary_writes.expected(recording.queue)
        request = HearingRequest(path, info_of(recording), recording.roles_swapped, terms)
        heard = hear(request, progress)
    with writing() as session:
        if load(session, recording_id).roles_swapped != recording.roles_swapped:
            raise RolesChanged
        if not _heard_since(session, recording_id, since):
            keep_transcript(session, recording_id, heard)


def keep_transcript(session: Session, recording_id: str, transcript: Transcript) -> TranscriptRow:
    """Make this the current transcript; the earlier one stays for the evaluations that pin it.

    Personal numbers are taken out and kept apart.
    """
    shown, secrets = personal_data.apart(transcript)
    recording = mark(session, recording_id, RecordingStatus.TRANSCRIBED)
    _put_aside(session, recording)
    row = TranscriptRow(
        recording_id=recording_id,
        engine=transcript.engine,
        engine_version=transcript.engine_version[:40],
        model=transcript.model[:120],
        language=transcript.language,
        document=dump_transcript(shown),
        masked=True,
        created_at=now(),
    )
    session.add(row)
    session.flush()
    personal_data.keep_secrets(session, row, secrets)
    utterances = [
        UtteranceRow(
            recording_id=recording_id,
            transcript_id=row.id or 0,
            seq=said.index,
            role=said.role,
            start_s=said.start_s,
            end_s=max(said.start_s, said.end_s),
            text=said.text,
        )
        for said in shown.utterances
    ]
    session.add_all(utterances)
    session.flush()
    index_utterances(session, utterances)
    return row


def _heard_since(session: Session, recording_id: str, since: datetime) -> bool:
    found = session.exec(
        select(TranscriptRow.id).where(
            TranscriptRow.recording_id == recording_id,
            col(TranscriptRow.current),
            TranscriptRow.created_at >= since,
        )
    ).first()
    return found is not None


def _put_aside(session: Session, recording: Recording) -> None:
    """What belongs to the current transcript only goes with it; findings and hits are found anew."""
    for table in (FindingRow, HitRow, UtteranceRow):
        session.connection().execute(sa.delete(table).where(col(table.recording_id) == recording.id))
    session.connection().execute(
        sa.update(TranscriptRow).where(col(TranscriptRow.recording_id) == recording.id).values(current=False)
    )
    session.flush()
