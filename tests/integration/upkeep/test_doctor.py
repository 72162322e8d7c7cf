"""Rows and objects that disagree are found, told and mended; sound is never thrown away."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, select
from time_machine import TimeMachineFixture

from qm.core import clock, database, objects
from qm.core.actor import SYSTEM
from qm.core.database import reading, writing
from qm.intake.writes import quarantine as quarantine_writes
from qm.intake.writes.ingest import ingest
from qm.jobs import engine
from qm.models import (
    EvaluationSnapshot,
    Job,
    JobState,
    Quarantine,
    QuarantineState,
    Recording,
    RecordingStatus,
)
from qm.upkeep.writes import doctor
from qm.upkeep.writes.doctor import Ailment, examine
from qm.upkeep.writes.mend import mend
from qm.worker import pipeline
from recorder.storage import ObjectMissing
from tests.support.calls import fields, sound
from tests.support.people import Centre


@pytest.fixture
def recording(centre: Centre, tmp_path: Path) -> Recording:
    made = ingest(sound(tmp_path), fields(), actor=SYSTEM, filename="a.wav")
    pipeline.store_derivatives(made.recording_id or "")
    return row_of(made.recording_id or "")


def row_of(recording_id: str) -> Recording:
    with reading() as session:
        found = session.get(Recording, recording_id)
    assert found is not None
    return found


@pytest.fixture
def later(time_machine: TimeMachineFixture) -> None:
    """It is two hours later: what lies about now is nobody's who is just coming in."""
    time_machine.move_to(clock.now() + timedelta(hours=2))


def found() -> dict[Ailment, str]:
    return {trouble.ailment: trouble.subject for trouble in examine(deep=True)}


def mend_all() -> None:
    for trouble in examine(deep=True):
        assert mend(trouble, actor=SYSTEM), trouble


def test_where_all_agrees_nothing_is_found(recording: Recording, later: None) -> None:
    assert found() == {}


def test_a_missing_rendition_is_made_again(recording: Recording) -> None:
    objects.store().delete(recording.playback_key or "")
    assert found() == {Ailment.PLAYBACK_MISSING: recording.id}
    mend_all()
    assert found() == {}
    assert objects.store().stat(recording.playback_key or "") is not None


def test_a_missing_original_is_told_and_cannot_be_made_up(recording: Recording) -> None:
    objects.store().delete(recording.object_key)
    (trouble,) = [t for t in examine() if t.ailment is Ailment.ORIGINAL_MISSING]
    assert not mend(trouble, actor=SYSTEM)
    assert recording.object_key in trouble.words


def test_a_missing_original_comes_back_from_quarantine_where_it_lies_there(
    recording: Recording, tmp_path: Path
) -> None:
    ingest(tmp_path / "call.wav", fields("call-2"), actor=SYSTEM, filename="b.wav")
    objects.store().delete(recording.object_key)
    mend_all()
    with objects.store().open(recording.object_key) as file:
        assert file.read() == (tmp_path / "call.wav").read_bytes()


def test_a_changed_original_is_noticed(recording: Recording) -> None:
    objects.store().put(recording.object_key, io.BytesIO(b"short"), content_type="audio/wav")
    assert found() == {Ailment.ORIGINAL_DAMAGED: recording.id}


def test_the_same_length_does_not_deceive_a_deep_look(recording: Recording) -> None:
    changed = os.urandom(recording.size_bytes)
    objects.store().put(recording.object_key, io.BytesIO(changed), content_type="audio/wav")
    assert [t.ailment for t in examine()] == []
    assert found() == {Ailment.ORIGINAL_DAMAGED: recording.id}


def test_sound_without_a_row_goes_to_quarantine_and_can_come_in(
    centre: Centre, tmp_path: Path, later: None
) -> None:
    key = f"{objects.RECORDINGS}ab/stray.wav"
    objects.store().put(key, sound(tmp_path), content_type="audio/wav")
    assert found() == {Ailment.OBJECT_WITHOUT_ROW: key}
    mend_all()
    assert found() == {}
    with reading() as session:
        kept = session.exec(select(Quarantine)).one()
    assert quarantine_writes.retry(kept.id or 0, actor=SYSTEM, call_data=fields())


def test_what_is_just_coming_in_is_left_alone(centre: Centre, tmp_path: Path) -> None:
    objects.store().put(f"{objects.RECORDINGS}ab/new.wav", sound(tmp_path), content_type="audio/wav")
    assert found() == {}


def test_a_rendition_of_nothing_is_removed(centre: Centre, tmp_path: Path, later: None) -> None:
    key = objects.playback_key("0" * 32, ".ogg")
    objects.store().put(key, io.BytesIO(b"x"), content_type="audio/ogg")
    mend_all()
    with pytest.raises(ObjectMissing), objects.store().open(key):
        pass


def test_a_refused_file_whose_bytes_are_gone_is_put_aside(centre: Centre, tmp_path: Path) -> None:
    bad = tmp_path / "a.wav"
    bad.touch()
    ingest(bad, fields(), actor=SYSTEM, filename="a.wav")
    with reading() as session:
        row = session.exec(select(Quarantine)).one()
    objects.store().delete(row.object_key)
    mend_all()
    with reading() as session:
        assert session.exec(select(Quarantine.state)).one() is QuarantineState.DISCARDED


def test_a_job_the_engine_has_forgotten_is_enqueued_again(recording: Recording, later: None) -> None:
    with writing() as session:
        job = session.exec(select(Job)).one()
        session.connection().execute(sa.text("DELETE FROM workflow_status"))
        job.state, job.step = JobState.RUNNING, "transcribe"
    assert found() == {Ailment.JOB_STUCK: recording.id}
    mend_all()
    with reading() as session:
        job = session.exec(select(Job)).one()
    assert (job.state, job.step) == (JobState.QUEUED, "transcribe")
    assert list(engine.unfinished()) == [job.id]
    assert found() == {}


def test_a_recording_without_a_job_gets_one(recording: Recording) -> None:
    with writing() as session:
        session.connection().execute(sa.delete(Job))
    assert found() == {Ailment.JOB_MISSING: recording.id}
    mend_all()
    assert found() == {}


def test_a_recording_that_is_ready_needs_no_job(recording: Recording) -> None:
    with writing() as session:
        session.connection().execute(sa.delete(Job))
        session.connection().execute(
            sa.update(Recording).where(col(Recording.id) == recording.id).values(status=RecordingStatus.READY)
        )
    assert found() == {}


def test_a_missing_guard_and_an_altered_snapshot_are_told_and_not_mended(
    recording: Recording, later: None
) -> None:
    with writing() as session:
        session.add(
            EvaluationSnapshot(
                evaluation_id=7, revision=1, document="a", sha256="0" * 64, made_at=clock.now()
            )
        )
    connection = database.engine().execution_options(qm_writes=True).connect()
    with connection, connection.begin():
        connection.execute(sa.text("DROP TRIGGER guard_rubric_version_update"))
    told = examine(deep=True)
    assert {(trouble.ailment, trouble.subject) for trouble in told} == {
        (Ailment.GUARD_MISSING, "guard_rubric_version_update"),
        (Ailment.SNAPSHOT_ALTERED, "7"),
    }
    assert not any(mend(trouble, actor=SYSTEM) for trouble in told)


def test_more_rows_than_are_read_together_are_all_examined(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_TOGETHER", 2)
    for number in range(5):
        made = ingest(
            sound(tmp_path, seed=number), fields(f"call-{number}"), actor=SYSTEM, filename=f"{number}.wav"
        )
        objects.store().delete(row_of(made.recording_id or "").object_key)
    assert [trouble.ailment for trouble in examine()] == [Ailment.ORIGINAL_MISSING] * 5


def test_a_call_that_comes_in_while_the_doctor_looks_is_not_missing(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = objects.store()

    class ListedBefore:
        """The store, whose list was taken before the call came."""

        def list(self, prefix: str = "") -> list[object]:
            return []

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    monkeypatch.setattr(objects, "store", ListedBefore)
    assert examine() == []
