"""What was heard in a recording, for whoever may see it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case
from sqlmodel import col, select

from qm.core.actor import Actor
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.visibility import by_a_person, recording_for
from qm.hearing.reads import stored
from qm.models import Evaluation, HitRow, Recording, TranscriptRow
from transcribe.types import Hit, Transcript


@dataclass(frozen=True, slots=True)
class Heard:
    """The current transcript of a recording with the phrases found in it."""

    recording: Recording
    transcript: Transcript
    hits: tuple[Hit, ...]


def heard_transcript(actor: Actor, recording_id: str) -> Heard:
    """Transcript and hits of one recording. Raises `NotFound`, `NotHeardYet`."""
    recording = recording_for(actor, recording_id)
    with reading() as session:
        row = session.exec(
            select(TranscriptRow).where(
                TranscriptRow.recording_id == recording_id, col(TranscriptRow.current)
            )
        ).first()
        if row is None:
            raise stored.NotHeardYet
        hits = session.exec(
            select(HitRow).where(HitRow.transcript_id == row.id).order_by(col(HitRow.start_s))
        ).all()
    return Heard(recording, stored.load_transcript(row.document), tuple(map(stored.load_hit, hits)))


def newest_evaluation(recording_id: str) -> int:
    """Number of the recording's human evaluation, else of its newest automatic one.

    Says nothing about access. Raises `NotFound` where there is neither.
    """
    with reading() as session:
        found = session.exec(
            select(Evaluation.id)
            .where(Evaluation.recording_id == recording_id)
            .order_by(case((by_a_person(), 0), else_=1), col(Evaluation.id).desc())
        ).first()
    if found is None:
        raise NotFound
    return found
