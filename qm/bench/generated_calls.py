"""Recordings of a generated installation: samples that walk the real road, then as many copies of them.

A copy has everything that its sample was found to have (transcript, utterances, search index, hits,
findings, automatic evaluation), written by one `INSERT … SELECT` a table. Copies have no sound.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from qm.bench import generated_copies
from qm.bench.generated_people import People
from qm.bench.truth import transcript_of
from qm.core.actor import SYSTEM
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.paths import SAMPLES
from qm.hearing.writes.hear import keep_transcript
from qm.hearing.writes.scan import scan
from qm.intake.writes.ingest import ingest
from qm.intake.writes.store import store_derivatives
from qm.jobs import Step, mirror
from qm.judging.writes.prescore import prescore
from qm.models import Agent, AuditEvent, Job, JobState, Recording, RecordingStatus, Team
from recorder.calldata import sidecar_call_data

DAYS = 60
"""Calls are spread over so many days before now."""
SOURCE = "bench"

_STATES = (*[JobState.DONE] * 46, JobState.FAILED, JobState.FAILED, JobState.WAITING, JobState.QUEUED)
_ERROR = "识别引擎没有响应。请检查后重试"


def add(people: People, number: int, *, of_first_team: int) -> None:
    """So many calls, newest first; `of_first_team` of them, evenly spread, are the first team's.

    The newest is a sample with its sound, of the first team's first agent.
    """
    samples = sorted(SAMPLES.glob("p*.json"))[:number]
    spread = {place * number // of_first_team for place in range(of_first_team)}
    first, others = cycle(people.first_team), cycle(people.others)
    apart = timedelta(days=DAYS) / number
    calls = [
        (next(first) if place in spread else next(others), now() - timedelta(hours=3) - apart * place)
        for place in range(number)
    ]
    walked = [_walk(path, *call) for path, call in zip(samples, calls, strict=False)]
    store_derivatives(walked[0])
    copies = [
        (uuid.uuid4().hex, walked[place % len(walked)], *call)
        for place, call in enumerate(calls[len(walked) :])
    ]
    if copies:
        _copy(copies)


def _walk(truth: Path, agent_id: int, started_at: datetime) -> str:
    """A sample through the services that a worker calls, heard by a perfect engine; gives its id."""
    sound = next(path for path in sorted(SAMPLES.glob(f"{truth.stem}.*")) if path.suffix != ".json")
    with reading() as session:
        agent_no = session.get_one(Agent, agent_id).number
    call = sidecar_call_data(truth, source=SOURCE)
    call = replace(call, agent_no=agent_no, team="", started_at=started_at.astimezone(call.started_at.tzinfo))
    recording_id = ingest(sound, call, actor=SYSTEM, filename=sound.name).recording_id or ""
    mirror.begin(recording_id, Step.STORE, worker=SOURCE)
    with writing() as session:
        keep_transcript(session, recording_id, transcript_of(truth))
    scan(recording_id)
    prescore(recording_id)
    mirror.finish(recording_id)
    return recording_id


def _copy(copies: list[tuple[str, str, int, datetime]]) -> None:
    """Rows of all copies: new id, sample's id, agent, start."""
    chance = random.Random(1)  # noqa: S311 - made-up calls need no secrecy
    with writing() as session:
        samples = {row.id: row for row in session.exec(select(Recording)).all()}
        places = _places(session)
        recordings = [
            _recording(samples[sample_id], recording_id, agent_id, places[agent_id], started_at)
            for recording_id, sample_id, agent_id, started_at in copies
        ]
        states = [chance.choice(_STATES) for _ in copies]
        run = session.connection().execute
        run(sa.insert(Recording), recordings)
        run(sa.insert(Job), [_job(row, state) for row, state in zip(recordings, states, strict=True)])
        run(sa.insert(AuditEvent), [_arrival(row) for row in recordings])
        generated_copies.copy_findings(session, [(new, sample) for new, sample, *_ in copies])


def _places(session: Session) -> dict[int, tuple[int, int]]:
    rows = session.exec(
        select(Agent.id, Team.id, Team.branch_id).join(Team, col(Team.id) == Agent.team_id)
    ).all()
    return {agent_id or 0: (team_id or 0, branch_id) for agent_id, team_id, branch_id in rows}


def _recording(
    sample: Recording, recording_id: str, agent_id: int, place: tuple[int, int], started_at: datetime
) -> dict[str, Any]:
    return sample.model_dump() | {
        "id": recording_id, "external_id": recording_id, "agent_id": agent_id, "team_id": place[0],
        "branch_id": place[1], "started_at": started_at, "filename": f"{recording_id}.wav",
        "sha256": uuid.uuid4().hex * 2, "object_key": f"recordings/{recording_id}", "playback_key": None,
        "peaks_key": None, "created_at": started_at + timedelta(minutes=30),
        "status": RecordingStatus.READY,
    }  # fmt: skip


def _job(recording: dict[str, Any], state: JobState) -> dict[str, Any]:
    moment = recording["created_at"] + timedelta(minutes=5)
    ended = state in (JobState.DONE, JobState.FAILED)
    return {
        "id": recording["id"], "recording_id": recording["id"], "branch_id": recording["branch_id"],
        "state": state,
        "step": (Step.STORE if state is JobState.QUEUED else Step.PRESCORE).value,
        "progress": 1.0 if ended else 0.0, "attempts": 0, "wakes": 0,
        "error": _ERROR if state in (JobState.FAILED, JobState.WAITING) else "", "worker": SOURCE,
        "created_at": recording["created_at"], "updated_at": moment,
        "finished_at": moment if ended else None,
    }  # fmt: skip


def _arrival(recording: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": recording["created_at"], "address": "", "action": "recording_ingested",
        "subject_type": "recording", "subject_id": recording["id"], "detail": {"source": SOURCE},
    }  # fmt: skip
