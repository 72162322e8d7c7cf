"""Personal numbers that were said, for the few steps and people that need them."""

from __future__ import annotations

from dataclasses import fields

from sqlmodel import col, select

from qm.core.database import reading
from qm.hearing.reads import stored
from qm.models import PersonalData, TranscriptRow
from transcribe.masking import Secret, restored
from transcribe.pii import PiiKind
from transcribe.types import Transcript

FIELDS = tuple(field.name for field in fields(Secret))


def secrets_of(transcript_id: int | None) -> tuple[Secret, ...]:
    """What was taken out of one transcript, by time."""
    with reading() as session:
        rows = session.exec(
            select(PersonalData)
            .where(PersonalData.transcript_id == transcript_id)
            .order_by(col(PersonalData.start_s), col(PersonalData.id))
        ).all()
    return tuple(Secret(**{name: getattr(row, name) for name in FIELDS}) for row in rows)


def private_stretches(transcript_id: int | None) -> list[tuple[float, float]]:
    """Seconds of the call in which hidden numbers are said, to be bleeped."""
    shown = PiiKind.CARD_TAIL
    return [(s.start_s, s.end_s) for s in secrets_of(transcript_id) if s.kind is not shown]


def whole(row: TranscriptRow) -> Transcript:
    """A stored transcript with its personal numbers in their places. Never for display by default."""
    return restored(stored.load_transcript(row.document), secrets_of(row.id))
