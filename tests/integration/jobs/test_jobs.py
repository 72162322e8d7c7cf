"""Real workers on real recordings: killed, restarted, taken over from, waiting for a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from sqlmodel import select

from qm import jobs
from qm.app import seeds
from qm.core.actor import SYSTEM
from qm.core.database import reading, writing
from qm.core.errors import NotFound
from qm.core.paths import SAMPLES
from qm.intake.writes.ingest import ingest
from qm.jobs import beats
from qm.jobs import reads as job_reads
from qm.jobs.writes.retries import retry_job
from qm.models import Evaluation, Job, JobState, Recording, RecordingStatus, TranscriptRow, WorkerBeat
from qm.worker import names
from recorder.calldata import sidecar_call_data
from tests.support.calls import fields, sound
from tests.support.people import Centre
from tests.support.servers.workers import ENDED_WITHIN_S, Worker, job_of, wait_done, wait_until

CALLS = ("p09_mono_query.wav", "p07_no_closing.wav")


def bring_in(*names: str) -> list[str]:
    seeds.ensure_seeded()
    made = []
    for name in names:
        path = SAMPLES / name
        call = sidecar_call_data(path.with_suffix(".json"), source="test")
        made.append(ingest(path, call, actor=SYSTEM, filename=name).recording_id or "")
    return made


def rows(table: type) -> list:
    with reading() as session:
        return list(session.exec(select(table)).all())


def hearing(recording_ids: list[str]) -> bool:
    """True while some call is being heard."""
    lines = [job_of(item) for item in recording_ids]
    return any(line.state is JobState.RUNNING and line.step == "transcribe" for line in lines)


def assert_each_ended_once(recording_ids: list[str]) -> None:
    assert sorted(row.recording_id for row in rows(TranscriptRow)) == sorted(recording_ids)
    assert sorted(row.recording_id for row in rows(Evaluation)) == sorted(recording_ids)
    assert {row.status for row in rows(Recording)} == {RecordingStatus.READY}


@pytest.mark.whisper
def test_a_worker_killed_while_hearing_leaves_nothing_undone(
    with_weights: Path, any_database: str, start_worker: Callable[..., Worker]
) -> None:
    recording_ids = bring_in(*CALLS)
    worker = start_worker()
    wait_until(lambda: hearing(recording_ids), what="hearing began")
    children = psutil.Process(worker.process.pid).children(recursive=True)
    worker.kill()
    psutil.wait_procs(children, timeout=ENDED_WITHIN_S)
    assert [child.pid for child in children if child.is_running() and child.status() != "zombie"] == []
    restarted = start_worker()
    wait_done(recording_ids, worker=restarted)
    assert_each_ended_once(recording_ids)


@pytest.mark.whisper
def test_another_worker_takes_over_from_one_that_fell_silent(
    with_weights: Path, sqlite: None, start_worker: Callable[..., Worker]
) -> None:
    recording_ids = bring_in(CALLS[0])
    first = start_worker(QM_WORKER_NAME="first")
    wait_until(lambda: hearing(recording_ids), what="hearing began")
    first.kill()
    beats.leave("first-1")  # rather than wait until it has been silent long enough
    second = start_worker(QM_WORKER_NAME="second")
    wait_done(recording_ids, worker=second)
    assert_each_ended_once(recording_ids)
    assert job_of(recording_ids[0]).worker == "second-1"
    assert [row.name for row in rows(WorkerBeat)] == ["second-1"]


@pytest.mark.whisper
def test_without_a_model_calls_wait_and_go_on_by_themselves_when_it_comes(
    models_dir: Path, sqlite: None, tmp_path: Path, start_worker: Callable[..., Worker]
) -> None:
    recording_ids = bring_in(CALLS[0])
    later = tmp_path / "models"
    worker = start_worker(QM_MODEL="ours", QM_MODELS_DIR=str(later))
    wait_until(lambda: job_of(recording_ids[0]).state is JobState.WAITING, what="the job waits")
    line = job_of(recording_ids[0])
    assert "qm models" in line.error
    (recording,) = rows(Recording)
    assert recording.playback_key is not None
    later.mkdir()
    (later / "ours").symlink_to(models_dir / "base")
    wait_done(recording_ids, worker=worker)
    assert_each_ended_once(recording_ids)


def test_a_worker_asked_to_end_ends_and_can_be_taken_over_from_at_once(
    sqlite: None, start_worker: Callable[..., Worker]
) -> None:
    seeds.ensure_seeded()
    worker = start_worker(QM_WORKER_NAME="polite")
    wait_until(lambda: [row.name for row in beats.alive()] == ["polite-1"], what="the worker lives")
    worker.stop()
    assert worker.process.returncode == 0
    assert beats.alive() == []


def test_two_workers_of_one_name_become_two_names_and_a_freed_one_is_taken_again(tmp_path: Path) -> None:
    first, second = (names.take("twin", folder=tmp_path) for _ in range(2))
    assert (first.text, second.text) == ("twin-1", "twin-2")
    first.release()
    third = names.take("twin", folder=tmp_path)
    assert third.text == "twin-1"
    for held in (second, third):
        held.release()


def test_a_failed_job_is_run_again_from_the_step_that_failed(centre: Centre, tmp_path: Path) -> None:
    recording_id = ingest(sound(tmp_path), fields(), actor=SYSTEM, filename="a.wav").recording_id or ""
    with pytest.raises(jobs.JobNotRetriable):
        retry_job(SYSTEM, recording_id)
    with writing() as session:
        (job,) = session.exec(select(Job)).all()
        job.state, job.step, job.error = JobState.FAILED, "scan", "?"
        recording = session.get(Recording, recording_id)
        assert recording is not None
        recording.status = RecordingStatus.FAILED
    assert retry_job(centre.actors["supervisor"], recording_id) == f"{recording_id}-2"
    (job,) = rows(Job)
    assert (job.id, job.state, job.step, job.error) == (f"{recording_id}-2", JobState.QUEUED, "scan", "")
    assert rows(Recording)[0].status is RecordingStatus.STORED


def test_jobs_are_watched_by_those_who_run_the_installation(centre: Centre, tmp_path: Path) -> None:
    recording_id = ingest(sound(tmp_path), fields(), actor=SYSTEM, filename="a.wav").recording_id or ""
    for name in ("supervisor", "headquarters", "administrator", "inspector"):
        assert job_reads.job_for(centre.actors[name], recording_id).state is JobState.QUEUED
    assert job_reads.counts(centre.actors["supervisor"])[JobState.QUEUED] == 1
    for name in ("agent", "far_inspector", "other_leader"):
        with pytest.raises(NotFound):
            job_reads.job_for(centre.actors[name], recording_id)


def test_nothing_is_enqueued_before_the_engine_is_prepared(centre: Centre) -> None:
    jobs.engine.close()
    with pytest.raises(jobs.JobsNotPrepared), writing():
        jobs.enqueue("nobody")
