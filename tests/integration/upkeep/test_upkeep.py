"""What is removed in time, and what goes on when something stumbles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlmodel import select
from time_machine import TimeMachineFixture

from qm.cli import cli
from qm.cli import ingest as ingest_command
from qm.cli import watch as watch_command
from qm.core import clock, objects
from qm.core.actor import SYSTEM, Actor
from qm.core.database import reading, writing
from qm.core.settings import settings
from qm.intake.writes import ingest as ingest_writes
from qm.intake.writes import quarantine as quarantine_writes
from qm.intake.writes.ingest import ingest
from qm.jobs import mirror
from qm.jobs.writes import retries
from qm.models import Job, JobState, Quarantine, QuarantineState, Recording, SignInAttempt
from qm.phrases.writes import rescan
from qm.upkeep.writes import retention
from qm.worker.housekeeping import Housekeeping
from recorder.storage import StoreUnavailable
from tests.support.calls import fields, sound
from tests.support.people import Centre


def refused(folder: Path, *, filename: str) -> Quarantine:
    """A file in quarantine; the same bytes each time."""
    path = folder / "broken.wav"
    path.write_bytes(b"no sound at all")
    made = ingest(path, fields(), actor=SYSTEM, filename=filename)
    with reading() as session:
        return session.get_one(Quarantine, made.quarantine_id)


def row(quarantine_id: int | None) -> Quarantine:
    with reading() as session:
        return session.get_one(Quarantine, quarantine_id)


def test_failed_sign_ins_that_count_no_more_are_forgotten(centre: Centre) -> None:
    window = timedelta(minutes=settings().login_window_minutes)
    with writing() as session:
        for age in (window * 2, window / 2):
            session.add(SignInAttempt(username="x", address="::1", at=clock.now() - age))
    assert retention.purge().attempts == 1
    with reading() as session:
        assert len(session.exec(select(SignInAttempt)).all()) == 1


def test_bytes_of_a_discarded_file_go_after_their_time_and_not_before(
    centre: Centre, tmp_path: Path, time_machine: TimeMachineFixture
) -> None:
    kept = refused(tmp_path, filename="a.wav")
    quarantine_writes.discard(kept.id or 0, actor=SYSTEM)
    assert retention.purge().files == 0
    time_machine.move_to(clock.now() + timedelta(days=31))
    assert retention.purge().files == 1
    assert objects.store().stat(kept.object_key) is None
    assert retention.purge().files == 0
    with pytest.raises(quarantine_writes.BytesGone):
        quarantine_writes.restore(kept.id or 0, actor=SYSTEM)
    assert row(kept.id).reason == kept.reason


def test_bytes_that_another_open_refusal_needs_stay(
    centre: Centre, tmp_path: Path, time_machine: TimeMachineFixture
) -> None:
    first, second = refused(tmp_path, filename="a.wav"), refused(tmp_path, filename="b.wav")
    assert first.object_key == second.object_key
    quarantine_writes.discard(first.id or 0, actor=SYSTEM)
    time_machine.move_to(clock.now() + timedelta(days=31))
    assert retention.purge().files == 0
    assert objects.store().stat(second.object_key) is not None
    quarantine_writes.discard(second.id or 0, actor=SYSTEM)
    time_machine.shift(timedelta(days=31))
    assert retention.purge().files == 1
    assert objects.store().stat(second.object_key) is None


def test_a_worker_tidies_up_once_a_day(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    monkeypatch.setattr(retention, "purge", lambda: runs.append(1) or retention.Purged(0, 0))
    housekeeping = Housekeeping("w", settings())
    for _ in range(3):
        housekeeping._purge()
    assert len(runs) == 1


def test_a_retry_that_fails_after_somebody_discarded_keeps_the_reason_of_then(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = refused(tmp_path, filename="a.wav")
    real = ingest_writes.admit

    def slow(*given: object, **named: object) -> object:
        quarantine_writes.discard(kept.id or 0, actor=SYSTEM)
        return real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(ingest_writes, "admit", slow)
    with pytest.raises(quarantine_writes.QuarantineDecided):
        quarantine_writes.retry(kept.id or 0, actor=SYSTEM, call_data={"agent_no": ""})
    after = row(kept.id)
    assert (after.state, after.reason, after.call_data) == (
        QuarantineState.DISCARDED, kept.reason, kept.call_data,
    )  # fmt: skip


def test_retrying_all_failed_passes_over_one_that_somebody_retried(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        path = sound(tmp_path, seed=number)
        ingest(path, fields(f"call-{number}"), actor=SYSTEM, filename="a.wav")
    with reading() as session:
        jobs = session.exec(select(Job)).all()
    for job in jobs:
        with writing():
            mirror.fail(job.id, "磁盘已满")
    real: Callable[[Actor, str], str] = retries.retry_job
    first = []

    def somebody_is_quicker(actor: Actor, recording_id: str) -> str:
        if not first:
            first.append(real(SYSTEM, recording_id))
        return real(actor, recording_id)

    monkeypatch.setattr(rescan, "retry_job", somebody_is_quicker)
    assert rescan.retry_failed(SYSTEM) == 2
    with reading() as session:
        assert {job.state for job in session.exec(select(Job)).all()} == {JobState.QUEUED}


def test_watching_goes_on_after_the_store_was_out_of_reach(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    for number in range(3):
        sound(folder, f"{number}.wav", seed=number)
    real, tries = ingest_command.take_in, []

    def stumbling(path: Path, *given: object, **named: object) -> object:
        tries.append(path.name)
        if len(tries) == 2:
            raise StoreUnavailable("存储暂时无法访问")
        if path.name == "2.wav" and "2.wav" not in tries[:-1]:
            raise PermissionError(13, "denied")
        return real(path, *given, **named)

    monkeypatch.setattr(ingest_command, "take_in", stumbling)
    monkeypatch.setattr(watch_command, "AGAIN_AFTER_S", 0.05)
    watch = ["watch", str(folder), "--agent", "8021", "--quiet-for", "0.1", "--every", "0.05", "--once"]
    ran = CliRunner().invoke(cli, watch)
    assert ran.exit_code == 0, ran.output
    assert tries == ["0.wav", "1.wav", "1.wav", "2.wav"]
    assert "存储暂时无法访问" in ran.output
    assert "denied" in ran.output
    with reading() as session:
        assert sorted(call.filename for call in session.exec(select(Recording)).all()) == ["0.wav", "1.wav"]
