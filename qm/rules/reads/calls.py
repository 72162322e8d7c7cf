"""Stored calls read many at a time, as rules see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col, select

from qm.core.actor import SYSTEM, Actor
from qm.core.database import reading
from qm.core.visibility import visible_to
from qm.hearing.reads.stored import HIT_FIELDS, call_data_of, load_transcript
from qm.models import Agent, HitRow, PhraseLibrary, Recording, Team, TranscriptRow, VersionState
from scoring.types import Conversation
from transcribe.types import Hit

READ_TOGETHER = 500
"""Calls read by one statement."""


@dataclass(frozen=True, slots=True)
class StoredCall:
    """One heard call with what a finding about it has to name."""

    recording: Recording
    agent_name: str
    transcript_id: int
    library_id: int
    """Phrase library that its hits came from; the one in force where nothing was hit."""
    conversation: Conversation


def heard_ids(actor: Actor = SYSTEM, *, limit: int | None = None) -> list[str]:
    """Ids of the calls with a transcript that `actor` may see, the newest first."""
    current = (col(TranscriptRow.recording_id) == Recording.id) & col(TranscriptRow.current)
    statement = (
        select(Recording.id)
        .join(TranscriptRow, current)
        .where(visible_to(actor))
        .order_by(col(Recording.started_at).desc(), col(Recording.id))
        .limit(limit)
    )
    with reading() as session:
        return list(session.exec(statement).all())


def stored_calls(recording_ids: Sequence[str], actor: Actor = SYSTEM) -> list[StoredCall]:
    """The calls of these ids that are heard and that `actor` may see, in the order given."""
    found: dict[str, StoredCall] = {}
    for start in range(0, len(recording_ids), READ_TOGETHER):
        for call in _read(recording_ids[start : start + READ_TOGETHER], actor):
            found[call.recording.id] = call
    return [found[key] for key in recording_ids if key in found]


def _read(recording_ids: Sequence[str], actor: Actor) -> list[StoredCall]:
    current = (col(TranscriptRow.recording_id) == Recording.id) & col(TranscriptRow.current)
    with reading() as session:
        rows = session.exec(
            select(Recording, TranscriptRow, Agent, Team)
            .join(TranscriptRow, current)
            .join(Agent, col(Agent.id) == Recording.agent_id, isouter=True)
            .join(Team, col(Team.id) == Recording.team_id, isouter=True)
            .where(col(Recording.id).in_(recording_ids), visible_to(actor))
        ).all()
    hits, libraries = _hits(recording_ids)
    in_force = _library_in_force()
    return [
        StoredCall(
            recording,
            agent.name if agent else "",
            transcript.id or 0,
            libraries.get(recording.id, in_force),
            Conversation(
                recording.id,
                load_transcript(transcript.document),
                tuple(hits[recording.id]),
                call_data_of(
                    recording, agent_no=agent.number if agent else "", team=team.name if team else ""
                ),
            ),
        )
        for recording, transcript, agent, team in rows
    ]


def _hits(recording_ids: Sequence[str]) -> tuple[dict[str, list[Hit]], dict[str, int]]:
    columns = [getattr(HitRow, name) for name in HIT_FIELDS]
    statement = (
        sa.select(col(HitRow.recording_id), col(HitRow.library_id), *columns)
        .where(col(HitRow.recording_id).in_(recording_ids))
        .order_by(col(HitRow.start_s), col(HitRow.id))
    )
    hits: dict[str, list[Hit]] = defaultdict(list)
    libraries: dict[str, int] = {}
    with reading() as session:
        for recording_id, library_id, *values in session.connection().execute(statement):
            hits[recording_id].append(Hit(**dict(zip(HIT_FIELDS, values, strict=True))))
            libraries[recording_id] = library_id
    return hits, libraries


def _library_in_force() -> int:
    with reading() as session:
        found = session.exec(
            select(PhraseLibrary.id)
            .where(PhraseLibrary.state == VersionState.PUBLISHED)
            .order_by(col(PhraseLibrary.version).desc())
        ).first()
    return found or 0
