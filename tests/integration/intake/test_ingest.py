"""A recording comes in: the row exists only when the bytes do, and every refusal has a name."""

from __future__ import annotations

import io
import itertools
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from qm.core import database, objects
from qm.core.actor import SYSTEM
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.settings import settings
from qm.intake.reads import quarantine as quarantine_reads
from qm.intake.writes import quarantine as quarantine_writes
from qm.intake.writes.ingest import Ingested, ingest
from qm.models import (
    AuditEvent,
    Job,
    JobState,
    Quarantine,
    QuarantineState,
    Recording,
    RecordingStatus,
)
from recorder.probe import sha256_of
from recorder.types import Refusal
from tests.support.calls import fields, sound
from tests.support.malformed import make_malformed
from tests.support.people import Centre


def rows(table: type) -> list:
    with reading() as session:
        return list(session.exec(select(table)).all())


def test_a_recording_comes_in_whole_with_its_place_and_its_job(centre: Centre, tmp_path: Path) -> None:
    path = sound(tmp_path)
    made = ingest(path, fields(queue="信用卡", 坐席组="早班"), actor=SYSTEM, filename="通话.wav")
    (recording,) = rows(Recording)
    assert made == Ingested(recording.id)
    assert (recording.agent_id, recording.team_id, recording.branch_id) == (
        centre.agent_id,
        centre.team_id,
        centre.branch_id,
    )
    assert recording.status is RecordingStatus.STORED
    assert recording.attributes == {"坐席组": "早班"}
    assert recording.utc_offset_min == 480
    assert recording.started_at.isoformat() == "2026-11-02T01:12:31+00:00"
    (job,) = rows(Job)
    assert (job.recording_id, job.state) == (recording.id, JobState.QUEUED)
    with objects.store().open(recording.object_key) as stored:
        assert stored.read() == path.read_bytes()
    assert [event.action for event in rows(AuditEvent)].count("recording_ingested") == 1


def test_a_stream_is_taken_as_a_file_is(centre: Centre, tmp_path: Path) -> None:
    data = sound(tmp_path).read_bytes()
    made = ingest(io.BytesIO(data), fields(), actor=SYSTEM, filename="a.wav")
    assert made.recording_id is not None
    assert list((settings().data_dir / "tmp").iterdir()) == []


def test_the_same_call_again_is_named_and_not_kept_twice(centre: Centre, tmp_path: Path) -> None:
    path = sound(tmp_path)
    first = ingest(path, fields(), actor=SYSTEM, filename="a.wav")
    again = ingest(path, fields(), actor=SYSTEM, filename="a.wav")
    assert (again.reason, again.existing_id) == (Refusal.DUPLICATE_ID, first.recording_id)
    assert len(rows(Recording)) == 1
    assert rows(Quarantine) == []


def test_another_sound_under_the_same_call_goes_to_quarantine(centre: Centre, tmp_path: Path) -> None:
    ingest(sound(tmp_path, "a.wav"), fields(), actor=SYSTEM, filename="a.wav")
    other = ingest(sound(tmp_path, "b.wav", seed=2), fields(), actor=SYSTEM, filename="b.wav")
    assert other.reason is Refusal.DUPLICATE_ID
    assert other.quarantine_id is not None


def test_the_same_sound_under_another_call_goes_to_quarantine(centre: Centre, tmp_path: Path) -> None:
    path = sound(tmp_path)
    ingest(path, fields("call-1"), actor=SYSTEM, filename="a.wav")
    other = ingest(path, fields("call-2"), actor=SYSTEM, filename="a.wav")
    assert other.reason is Refusal.DUPLICATE_CONTENT
    assert other.quarantine_id is not None


def test_two_at_once_end_as_one_recording_and_one_named_refusal(any_database: str, tmp_path: Path) -> None:
    path = sound(tmp_path)
    ready = threading.Barrier(4)
    made: list[Ingested] = []

    def send() -> None:
        ready.wait()
        made.append(ingest(path, fields(), actor=SYSTEM, filename="a.wav"))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (recording,) = rows(Recording)
    assert sorted(item.recording_id or "" for item in made) == ["", "", "", recording.id]
    assert {item.reason for item in made if item.recording_id is None} == {Refusal.DUPLICATE_ID}
    assert {item.existing_id for item in made if item.recording_id is None} == {recording.id}
    assert len(rows(Job)) == 1


class _ComesBetween:
    """The same call, sent by another just before one given statement of this thread's own sending."""

    def __init__(self, *, before: int, send: Callable[[], Ingested]) -> None:
        self.first: Ingested | None = None
        self._before, self._send = before, send
        self._seen: int | None = 0
        self._mine = threading.get_ident()

    def __call__(self, _connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if threading.get_ident() != self._mine or self._seen is None:
            return
        if self._seen == self._before:
            self._seen = None
            other = threading.Thread(target=self._sent)
            other.start()
            other.join()
        elif statement.startswith(("BEGIN IMMEDIATE", "INSERT")):
            self._seen = None  # this one comes first now: the other would wait for it
        else:
            self._seen += 1

    def _sent(self) -> None:
        self.first = self._send()


def test_whenever_the_same_call_comes_in_between_it_is_the_same_call(
    any_database: str, tmp_path: Path
) -> None:
    told = []
    for moment in itertools.count():
        path = sound(tmp_path, f"{moment}.wav", seed=moment)
        send = partial(ingest, path, fields(f"call-{moment}"), actor=SYSTEM, filename=path.name)
        between = _ComesBetween(before=moment, send=send)
        sa.event.listen(database.engine(), "before_cursor_execute", between)
        second = send()
        sa.event.remove(database.engine(), "before_cursor_execute", between)
        if between.first is None:  # no such statement: every moment had its turn
            break
        told.append((second.reason, second.existing_id == between.first.recording_id, second.quarantine_id))
    assert len(told) >= 3
    assert set(told) == {(Refusal.DUPLICATE_ID, True, None)}


def test_forty_malformed_files_meet_forty_named_refusals_and_none_is_lost(
    any_database: str, tmp_path: Path
) -> None:
    expected = make_malformed(tmp_path / "bad")
    assert len(expected) == 40
    made = {path: ingest(path, fields(path.name), actor=SYSTEM, filename=path.name) for path in expected}
    assert {path.name: item.reason for path, item in made.items()} == {
        path.name: reason for path, reason in expected.items()
    }
    assert all(item.detail for item in made.values())
    assert rows(Recording) == []
    kept = rows(Quarantine)
    assert len(kept) == 40
    for row in kept:
        with objects.store().open(row.object_key) as stored:
            assert stored.read() == (tmp_path / "bad" / row.filename).read_bytes()


def test_a_refused_file_sent_again_is_kept_once(centre: Centre, tmp_path: Path) -> None:
    bad = tmp_path / "a.wav"
    bad.write_bytes(b"<html>")
    made = [ingest(bad, fields(), actor=SYSTEM, filename="a.wav") for _ in range(3)]
    assert len({item.quarantine_id for item in made}) == 1


def test_every_fault_of_the_call_data_is_told(centre: Centre, tmp_path: Path) -> None:
    made = ingest(
        sound(tmp_path), {"started_at": "gestern", "direction": "seitwärts"}, actor=SYSTEM, filename="a.wav"
    )
    assert made.reason is Refusal.BAD_CALL_DATA
    assert all(word in made.detail for word in ("通话编号", "工号", "gestern", "seitwärts"))


def test_an_unknown_agent_number_is_warned_of_and_kept(centre: Centre, tmp_path: Path) -> None:
    made = ingest(sound(tmp_path), fields(agent_no="7777", team="A组"), actor=SYSTEM, filename="a.wav")
    (recording,) = rows(Recording)
    assert recording.agent_id is None
    assert recording.team_id == centre.team_id
    assert recording.attributes == {"agent_no": "7777", "team": "A组"}
    assert any("7777" in warning for warning in made.warnings)


def test_nobody_takes_in_calls_of_another_branch(centre: Centre, tmp_path: Path) -> None:
    actor = centre.actors["supervisor"]
    made = ingest(sound(tmp_path), fields(agent_no="9001"), actor=actor, filename="a.wav")
    assert made.reason is Refusal.BAD_CALL_DATA
    assert [row.branch_id for row in rows(Quarantine)] == [centre.branch_id]


def test_a_refused_file_comes_in_once_its_call_data_is_corrected(centre: Centre, tmp_path: Path) -> None:
    made = ingest(sound(tmp_path), fields(started_at="?"), actor=SYSTEM, filename="a.wav")
    assert made.quarantine_id is not None
    with pytest.raises(quarantine_writes.StillRefused):
        quarantine_writes.retry(made.quarantine_id, actor=SYSTEM)
    recording_id = quarantine_writes.retry(
        made.quarantine_id, actor=SYSTEM, call_data={"started_at": "2026-11-02T09:00:00+08:00"}
    )
    assert [row.id for row in rows(Recording)] == [recording_id]
    assert [row.state for row in rows(Quarantine)] == [QuarantineState.RETRIED]
    with pytest.raises(quarantine_writes.QuarantineDecided):
        quarantine_writes.retry(made.quarantine_id, actor=SYSTEM)


def test_a_file_that_was_too_long_comes_in_once_the_limit_is_raised(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QM_MAX_CALL_MINUTES", "1")
    settings.cache_clear()
    made = ingest(sound(tmp_path, seconds=61), fields(), actor=SYSTEM, filename="a.wav")
    assert made.reason is Refusal.TOO_LONG
    monkeypatch.setenv("QM_MAX_CALL_MINUTES", "2")
    settings.cache_clear()
    assert quarantine_writes.retry(made.quarantine_id or 0, actor=SYSTEM)


def test_a_discard_can_be_undone_and_is_decided_once(centre: Centre, tmp_path: Path) -> None:
    bad = tmp_path / "a.wav"
    bad.touch()
    number = ingest(bad, fields(), actor=SYSTEM, filename="a.wav").quarantine_id or 0
    quarantine_writes.discard(number, actor=SYSTEM)
    with pytest.raises(quarantine_writes.QuarantineDecided):
        quarantine_writes.discard(number, actor=SYSTEM)
    assert quarantine_reads.listed(SYSTEM) == []
    quarantine_writes.restore(number, actor=SYSTEM)
    assert [row.id for row in quarantine_reads.listed(SYSTEM)] == [number]


def test_quarantine_is_seen_by_supervisors_and_administrators_of_its_branch(
    centre: Centre, tmp_path: Path
) -> None:
    bad = tmp_path / "a.wav"
    bad.touch()
    number = ingest(bad, fields(), actor=centre.actors["supervisor"], filename="a.wav").quarantine_id or 0
    seen = Counter()
    for name, actor in centre.actors.items():
        try:
            quarantine_reads.quarantined_for(actor, number)
            seen["yes"] += 1
            assert name in ("supervisor", "headquarters", "administrator")
        except NotFound:
            seen["no"] += 1
    assert seen == Counter(yes=3, no=7)


def test_the_row_is_not_there_when_the_store_is_not(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocker = tmp_path / "blocker"
    blocker.write_bytes(b"")
    monkeypatch.setenv("QM_OBJECTS_URL", str(blocker / "objects"))
    settings.cache_clear()
    with pytest.raises(Exception):  # noqa: B017 - which error the store raises is its own matter
        ingest(sound(tmp_path), fields(), actor=SYSTEM, filename="a.wav")
    assert rows(Recording) == []
    assert rows(Job) == []


def test_the_hash_of_the_row_is_that_of_the_bytes(centre: Centre, tmp_path: Path) -> None:
    path = sound(tmp_path)
    ingest(path, fields(), actor=SYSTEM, filename="a.wav")
    (recording,) = rows(Recording)
    assert recording.sha256 == sha256_of(path)
    assert recording.size_bytes == path.stat().st_size
