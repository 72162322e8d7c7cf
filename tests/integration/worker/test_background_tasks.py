"""Work that a person asked for survives its worker; what waits is tried ever less often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from qm import jobs
from qm.app.seeds import ensure_seeded
from qm.bench.stored_calls import store_calls
from qm.core.actor import SYSTEM
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.intake.writes.ingest import ingest
from qm.jobs import beats, mirror
from qm.jobs import reads as job_reads
from qm.jobs.writes.retries import retry_job
from qm.judging.writes import rejudge as rejudge_writes
from qm.models import Job, JobState, RubricVersion, WhatIfRun
from qm.rubrics.reads.bindings import GENERAL_RUBRIC
from qm.trials.reads import whatif as whatif_reads
from qm.trials.writes import runs as whatif_runs
from qm.worker import housekeeping
from tests.support.calls import fields, sound
from tests.support.people import Centre
from tests.support.servers.workers import Worker, wait_until

Client = Callable[[str], FlaskClient]


def asked_for(centre: Centre) -> int:
    """A what-if of three stored calls, asked for and not begun; gives its id."""
    ensure_seeded()
    store_calls(3)
    rejudge_writes.rejudge(processes=1)
    with reading() as session:
        form = session.exec(select(RubricVersion).where(RubricVersion.key == GENERAL_RUBRIC)).first()
    assert form is not None
    begin, end = now() - timedelta(days=9), now() + timedelta(days=9)
    run = whatif_runs.start(centre.actors["headquarters"], form.id or 0, from_at=begin, to_at=end)
    return run.id or 0


def test_a_worker_carries_out_a_what_if(centre: Centre, start_worker: Callable[..., Worker]) -> None:
    run_id = asked_for(centre)
    start_worker()
    wait_until(lambda: whatif_reads.run_of(run_id).state is JobState.DONE, what="the what-if is done")
    assert whatif_reads.run_of(run_id).done == 3


def test_a_background_task_of_a_worker_that_died_is_carried_out_by_the_next(
    centre: Centre, start_worker: Callable[..., Worker]
) -> None:
    first = start_worker(QM_WORKER_NAME="first")
    wait_until(lambda: bool(beats.alive()), what="the worker lives")
    first.kill()
    run_id = asked_for(centre)
    with writing() as session:  # as it stands when its worker is killed
        row = session.get(WhatIfRun, run_id)
        assert row is not None
        row.state = JobState.RUNNING
    beats.leave("first-1")
    start_worker(QM_WORKER_NAME="second")
    wait_until(lambda: whatif_reads.run_of(run_id).state is JobState.DONE, what="the what-if is done")


def waiting_job(tmp_path: Path) -> str:
    """A job that waits because an engine refused; gives its recording's id."""
    recording_id = ingest(sound(tmp_path), fields(), actor=SYSTEM, filename="a.wav").recording_id or ""
    refuse(recording_id)
    return recording_id


def refuse(recording_id: str) -> Job:
    """The engine refuses the latest job of a recording."""
    with reading() as session:
        job = session.exec(select(Job).where(Job.recording_id == recording_id)).one()
    mirror.begin(job.id, jobs.Step.TRANSCRIBE, worker="w")
    mirror.wait(job.id, "转写服务拒绝了请求")
    with reading() as session:
        return session.exec(select(Job).where(Job.recording_id == recording_id)).one()


def rested(recording_id: str) -> None:
    """The rest of a waiting job is over."""
    with writing() as session:
        job = session.exec(select(Job).where(Job.recording_id == recording_id)).one()
        job.next_at = now() - timedelta(seconds=1)


def test_what_is_refused_again_rests_twice_as_long_up_to_a_quarter_of_an_hour(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client_of: Client
) -> None:
    monkeypatch.setattr(housekeeping, "unavailable", lambda _config: None)
    recording_id = waiting_job(tmp_path)
    assert housekeeping.wake(None) == 0, "it rests first"  # type: ignore[arg-type]
    rests = []
    for _ in range(3):
        rested(recording_id)
        assert housekeeping.wake(None) == 1  # type: ignore[arg-type]
        before = now()
        job = refuse(recording_id)
        assert job.next_at is not None
        rests.append(round((job.next_at - before).total_seconds()))
    assert rests == [12, 24, 48]
    assert mirror.rest_after(50) == mirror.LONGEST_REST == timedelta(minutes=15)
    line = job_reads.job_for(SYSTEM, recording_id)
    assert line.next_at == job.next_at
    assert "后再试" in client_of("supervisor").get("/manage/jobs").text


def test_a_person_who_retries_begins_the_rests_anew(centre: Centre, tmp_path: Path) -> None:
    recording_id = waiting_job(tmp_path)
    with writing() as session:
        session.exec(select(Job).where(Job.recording_id == recording_id)).one().wakes = 6
    retry_job(SYSTEM, recording_id)
    with reading() as session:
        assert session.exec(select(Job).where(Job.recording_id == recording_id)).one().wakes == 0
