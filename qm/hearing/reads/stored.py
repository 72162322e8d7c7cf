"""Value types of hearing and judgement to JSON and rows, and back, without losing a digit.

A stored transcript is compact: utterances and words are arrays in the order of `_UTTERANCE` and
`_WORD`, because a one-hour call has ten thousand words. JSON keeps every float exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta, timezone
from typing import Any

from sqlmodel import col, select

from qm.core.database import reading
from qm.core.errors import NotFound
from qm.models import Agent, FindingRow, HitRow, Recording, Team, TranscriptRow
from recorder.types import Role
from scoring.documents import evidence_from_dict, evidence_to_dict
from scoring.types import Conversation, Evidence, Finding
from transcribe.types import Acoustics, Hit, Overlap, Span, Transcript, Utterance, Word

FORMAT = 1
"""Version of the stored document."""

Document = dict[str, Any]


class NotHeardYet(NotFound):
    """The recording has no transcript yet."""

    message = "这通录音还没有转写完成，请稍后再看。"


def dump_transcript(transcript: Transcript) -> Document:
    """The transcript as a JSON document; `load_transcript` gives an equal one back."""
    return {
        "format": FORMAT,
        "engine": transcript.engine,
        "engine_version": transcript.engine_version,
        "model": transcript.model,
        "language": transcript.language,
        "duration_s": transcript.duration_s,
        "roles_certain": transcript.roles_certain,
        "utterances": [_dump_utterance(item) for item in transcript.utterances],
        "unheard": _dump_spans(transcript.unheard),
        "acoustics": _dump_acoustics(transcript.acoustics),
    }


def load_transcript(document: Mapping[str, Any]) -> Transcript:
    """A stored transcript as the frozen value."""
    return Transcript(
        utterances=tuple(_load_utterance(item) for item in document["utterances"]),
        acoustics=_load_acoustics(document["acoustics"]),
        duration_s=document["duration_s"],
        language=document["language"],
        engine=document["engine"],
        engine_version=document["engine_version"],
        model=document["model"],
        unheard=_load_spans(document["unheard"]),
        roles_certain=document["roles_certain"],
    )


def _dump_utterance(item: Utterance) -> list[Any]:
    words = [[w.text, w.start_s, w.end_s, w.probability] for w in item.words]
    return [
        item.index, item.role.value, item.start_s, item.end_s, item.text, item.heard,
        item.confidence, item.speech_rate, item.loudness_db, words,
    ]  # fmt: skip


def _load_utterance(stored: Sequence[Any]) -> Utterance:
    index, role, start_s, end_s, text, heard, confidence, speech_rate, loudness_db, words = stored
    return Utterance(
        index=index,
        role=Role(role),
        start_s=start_s,
        end_s=end_s,
        text=text,
        heard=heard,
        words=tuple(Word(*word) for word in words),
        confidence=confidence,
        speech_rate=speech_rate,
        loudness_db=loudness_db,
    )


def _dump_acoustics(acoustics: Acoustics) -> Document:
    return {
        "voiced": _dump_spans(acoustics.voiced),
        "dead_air": [[span.start_s, span.end_s] for span in acoustics.dead_air],
        "overlaps": [[o.start_s, o.end_s, o.interrupter.value] for o in acoustics.overlaps],
        "talk_share": _dump_figures(acoustics.talk_share),
        "speech_rate": _dump_figures(acoustics.speech_rate),
        "loudness_db": _dump_figures(acoustics.loudness_db),
    }


def _load_acoustics(stored: Mapping[str, Any]) -> Acoustics:
    return Acoustics(
        voiced=_load_spans(stored["voiced"]),
        dead_air=tuple(Span(*span) for span in stored["dead_air"]),
        overlaps=tuple(Overlap(start, end, Role(who)) for start, end, who in stored["overlaps"]),
        talk_share=_load_figures(stored["talk_share"]),
        speech_rate=_load_figures(stored["speech_rate"]),
        loudness_db=_load_figures(stored["loudness_db"]),
    )


def _dump_spans(spans: Mapping[Role, Sequence[Span]]) -> dict[str, list[list[float]]]:
    return {role.value: [[s.start_s, s.end_s] for s in found] for role, found in spans.items()}


def _load_spans(stored: Mapping[str, Sequence[Sequence[float]]]) -> dict[Role, tuple[Span, ...]]:
    return {Role(role): tuple(Span(*span) for span in found) for role, found in stored.items()}


def _dump_figures(figures: Mapping[Role, float]) -> dict[str, float]:
    return {role.value: figure for role, figure in figures.items()}


def _load_figures(stored: Mapping[str, float]) -> dict[Role, float]:
    return {Role(role): figure for role, figure in stored.items()}


HIT_FIELDS = (
    "phrase_id", "phrase", "group", "kind", "role", "utterance", "start_char", "end_char",
    "start_s", "end_s", "heard", "match", "score", "negated", "acoustic",
)  # fmt: skip


def hit_row(hit: Hit, *, recording_id: str, transcript_id: int, library_id: int) -> HitRow:
    """A row for one hit."""
    fields = {name: getattr(hit, name) for name in HIT_FIELDS}
    return HitRow(recording_id=recording_id, transcript_id=transcript_id, library_id=library_id, **fields)


def load_hit(row: HitRow) -> Hit:
    """The hit a row stands for."""
    return Hit(**{name: getattr(row, name) for name in HIT_FIELDS})


def dump_evidence(evidence: Evidence) -> Document:
    """One piece of evidence as JSON."""
    return evidence_to_dict(evidence)


def load_evidence(stored: Mapping[str, Any]) -> Evidence:
    """One stored piece of evidence."""
    return evidence_from_dict(stored)


def load_finding(row: FindingRow) -> Finding:
    """The finding a row stands for."""
    return Finding(
        rule_key=row.rule_key,
        rule_version=row.rule_version,
        verdict=row.verdict,
        evidence=tuple(load_evidence(item) for item in row.evidence),
        explanation=row.explanation,
    )


def call_data_of(recording: Recording, *, agent_no: str = "", team: str = "") -> dict[str, str]:
    """Call data as rules and showing conditions read it. Attributes never replace the named keys."""
    zone = timezone(timedelta(minutes=recording.utc_offset_min))
    named = {
        "agent_no": agent_no,
        "team": team,
        "queue": recording.queue,
        "direction": recording.direction,
        "started_at": recording.started_at.astimezone(zone).isoformat(),
        "caller": recording.caller,
    }
    extra = {key: str(value) for key, value in recording.attributes.items()}
    return {**extra, **{key: value for key, value in named.items() if value or key not in extra}}


def conversation(recording_id: str) -> Conversation:
    """One heard and scanned call as rules see it, from its current transcript.

    Raises `NotHeardYet` where there is none (or no such recording).
    """
    current = (col(TranscriptRow.recording_id) == Recording.id) & col(TranscriptRow.current)
    with reading() as session:
        found = session.exec(
            select(Recording, TranscriptRow, Agent, Team)
            .join(TranscriptRow, current)
            .join(Agent, col(Agent.id) == Recording.agent_id, isouter=True)
            .join(Team, col(Team.id) == Recording.team_id, isouter=True)
            .where(Recording.id == recording_id)
        ).first()
        if found is None:
            raise NotHeardYet
        recording, transcript, agent, team = found
        rows = session.exec(
            select(HitRow)
            .where(HitRow.transcript_id == transcript.id)
            .order_by(col(HitRow.start_s), col(HitRow.id))
        ).all()
    return Conversation(
        recording_id=recording_id,
        transcript=load_transcript(transcript.document),
        hits=tuple(load_hit(row) for row in rows),
        call_data=call_data_of(
            recording, agent_no=agent.number if agent else "", team=team.name if team else ""
        ),
    )
