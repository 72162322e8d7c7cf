"""Keeping personal numbers apart from transcripts, and showing them to whoever may ask."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sqlmodel import Session, col, select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.database import reading, writing
from qm.core.visibility import recording_for
from qm.hearing.reads import stored
from qm.hearing.reads.personal_data import FIELDS
from qm.hearing.writes.search_index import index_utterances
from qm.models import FindingRow, HitRow, PersonalData, TranscriptRow, UtteranceRow
from transcribe.masking import SIGN, Secret, hidden, masked, masked_hit
from transcribe.pii import PiiFinder
from transcribe.types import Transcript

MAY_REVEAL = (UserRole.INSPECTOR, UserRole.SUPERVISOR)


def reveal(actor: Actor, recording_id: str) -> None:
    """Record that this person looked at the personal numbers of a call. Raises `NotFound`, `Forbidden`."""
    actor.require(*MAY_REVEAL)
    recording_for(actor, recording_id)
    audit.record(actor, audit.AuditAction.PERSONAL_DATA_REVEALED, recording_id)


def apart(transcript: Transcript) -> tuple[Transcript, tuple[Secret, ...]]:
    """A transcript as it may be stored and shown, and what was taken out."""
    return masked(transcript, _finder())


def keep_secrets(session: Session, row: TranscriptRow, secrets: tuple[Secret, ...]) -> None:
    """Store what was taken out of a transcript (already flushed)."""
    session.add_all(
        PersonalData(
            recording_id=row.recording_id,
            transcript_id=row.id or 0,
            **{name: getattr(secret, name) for name in FIELDS},
        )
        for secret in secrets
    )


def mask_stored(recording_id: str | None = None) -> int:
    """Take personal numbers out of transcripts stored before this was done; gives how many transcripts.

    Turns, index, hits and findings of a transcript go along. Evidence of evaluations stays as it was given.
    """
    wanted = select(TranscriptRow.id).where(col(TranscriptRow.masked).is_(False))
    if recording_id is not None:
        wanted = wanted.where(TranscriptRow.recording_id == recording_id, col(TranscriptRow.current))
    with reading() as session:
        found = session.exec(wanted).all()
    for transcript_id in found:
        with writing() as session:
            row = session.get(TranscriptRow, transcript_id)
            if row is not None and not row.masked:
                _mask(session, row)
    return len(found)


def _mask(session: Session, row: TranscriptRow) -> None:
    shown, secrets = apart(stored.load_transcript(row.document))
    row.document, row.masked = stored.dump_transcript(shown), True
    session.add(row)
    keep_secrets(session, row, secrets)
    if not any(SIGN in said.heard or SIGN in said.text for said in shown.utterances):
        return
    texts = {said.index: said.text for said in shown.utterances}
    turns = session.exec(select(UtteranceRow).where(UtteranceRow.transcript_id == row.id)).all()
    for turn in turns:
        turn.text = texts.get(turn.seq, turn.text)
    session.add_all(turns)
    index_utterances(session, turns)
    for hit in session.exec(select(HitRow).where(HitRow.transcript_id == row.id)).all():
        hit.heard = masked_hit(stored.load_hit(hit), shown).heard
        session.add(hit)
    for finding in session.exec(select(FindingRow).where(FindingRow.transcript_id == row.id)).all():
        proofs = [stored.load_evidence(item) for item in finding.evidence]
        proofs = [replace(item, text=hidden(item.text, secrets)) for item in proofs]
        finding.evidence = [stored.dump_evidence(item) for item in proofs]
        session.add(finding)


@lru_cache(maxsize=1)
def _finder() -> PiiFinder:
    return PiiFinder()
