"""Many stored calls written straight into the tables, from conversations that samples hold."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import func, select

from qm.bench.truth import transcript_of
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.paths import SAMPLES
from qm.hearing.reads.stored import HIT_FIELDS, dump_transcript
from qm.hearing.writes.scan import matcher
from qm.models import HitRow, Recording, RecordingStatus, TranscriptRow
from qm.phrases.reads import library as phrase_reads
from transcribe.types import Transcript

HEARD_CHARS = 300


def sample_transcripts() -> list[Transcript]:
    """What was said in the sample calls."""
    return [transcript_of(path) for path in sorted(SAMPLES.glob("*.json"))]


def store_calls(number: int, *, seed: int = 1) -> list[str]:
    """So many heard and scanned calls, each a sample with its turns shuffled; gives their ids."""
    chance = random.Random(seed)  # noqa: S311 - made-up calls need no secrecy
    library = phrase_reads.published()
    assert library is not None
    found = matcher(library.id or 0)
    samples = sample_transcripts()
    documents = []
    for _ in range(min(number, 400)):  # distinct texts; more calls repeat them
        spoken = chance.choice(samples)
        document = dump_transcript(spoken)
        document["utterances"] = [_varied(item, chance) for item in document["utterances"]]
        documents.append((json.loads(json.dumps(document)), found.scan(spoken, agent_no="8021")))
    ids = [uuid.uuid4().hex for _ in range(number)]
    _write(ids, documents, library.id or 0)
    return ids


def _varied(item: list[object], chance: random.Random) -> list[object]:
    """The turn with two of its characters exchanged: as many distinct clauses as a busy day has."""
    text = str(item[4])
    if len(text) > 6:
        at = chance.randrange(len(text) - 2)
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return [*item[:4], text, text, *item[6:]]


def _write(ids: Sequence[str], documents: Sequence[tuple[Any, Any]], library_id: int) -> None:
    moment = now()
    recordings, transcripts, hits = [], [], []
    with reading() as session:
        last = session.exec(select(func.max(TranscriptRow.id))).one() or 0
    for number, recording_id in enumerate(ids):
        document, scanned = documents[number % len(documents)]
        transcript_id = last + number + 1
        recordings.append(_recording(recording_id, moment - timedelta(minutes=number)))
        transcripts.append(_transcript(transcript_id, recording_id, document, moment))
        for hit in scanned:
            row = {name: getattr(hit, name) for name in HIT_FIELDS}
            row |= {"heard": row["heard"][:HEARD_CHARS], "recording_id": recording_id}
            hits.append({**row, "transcript_id": transcript_id, "library_id": library_id})
    with writing() as session:
        for table, rows in ((Recording, recordings), (TranscriptRow, transcripts), (HitRow, hits)):
            if rows:
                session.connection().execute(sa.insert(table), rows)


def _transcript(row_id: int, recording_id: str, document: object, moment: object) -> dict[str, object]:
    return {
        "id": row_id, "recording_id": recording_id, "engine": "truth", "engine_version": "1",
        "model": "none", "language": "zh", "document": document, "current": True, "created_at": moment,
    }  # fmt: skip


def _recording(recording_id: str, started_at: object) -> dict[str, object]:
    return {
        "id": recording_id, "source": "test", "external_id": recording_id, "started_at": started_at,
        "utc_offset_min": 480,
        "direction": "inbound", "queue": "转账", "caller": "", "attributes": {"agent_no": "8021"},
        "filename": f"{recording_id}.wav", "sha256": uuid.uuid4().hex * 2, "size_bytes": 1,
        "container": "wav",
        "codec": "pcm_s16le", "channels": 2, "rate_hz": 8000, "duration_s": 60.0, "identical_channels": False,
        "roles_swapped": False, "warnings": [], "object_key": f"recordings/{recording_id}", "keywords": [],
        "status": RecordingStatus.READY, "created_at": started_at,
    }  # fmt: skip
