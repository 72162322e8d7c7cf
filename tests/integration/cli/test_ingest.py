"""`qm ingest`, `qm watch`, `qm jobs`: what the command line takes in and says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from qm.cli import cli
from qm.core.database import reading, writing
from qm.jobs import mirror
from qm.models import Job, JobState, Quarantine, Recording
from tests.support.calls import STARTED_AT, sound
from tests.support.people import Centre


def qm(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(item) for item in arguments])


def rows(table: type) -> list:
    with reading() as session:
        return list(session.exec(select(table)).all())


@pytest.fixture
def folder(centre: Centre, tmp_path: Path) -> Path:
    made = tmp_path / "calls"
    made.mkdir()
    return made


def test_call_data_comes_from_the_sidecar(folder: Path) -> None:
    meta = {"agent_no": "8021", "started_at": STARTED_AT, "direction": "outbound", "queue": "理财"}
    (sound(folder).with_suffix(".json")).write_text(json.dumps({"meta": meta, "labels": {}}), "utf-8")
    (folder / "README.md").write_text("papers beside recordings are no recordings")
    ran = qm("ingest", folder)
    assert ran.exit_code == 0, ran.output
    (recording,) = rows(Recording)
    assert (recording.external_id, recording.source) == ("call", "file")
    assert (recording.direction, recording.queue) == ("outbound", "理财")
    assert recording.attributes == {}


def test_a_broken_sidecar_is_told_and_its_recording_kept(folder: Path) -> None:
    sound(folder).with_suffix(".json").write_text("{")
    ran = qm("ingest", folder)
    assert ran.exit_code == 1
    assert "bad_call_data" in ran.output
    assert "call.json" in ran.output
    assert len(rows(Quarantine)) == 1


def test_without_a_sidecar_the_options_speak(folder: Path) -> None:
    ran = qm("ingest", sound(folder), "--agent", "8021", "--started-at", STARTED_AT, "--queue", "信用卡")
    assert ran.exit_code == 0, ran.output
    (recording,) = rows(Recording)
    assert (recording.queue, recording.utc_offset_min) == ("信用卡", 480)


def test_the_same_folder_again_changes_nothing_and_is_no_failure(folder: Path) -> None:
    sound(folder)
    assert qm("ingest", folder, "--agent", "8021").exit_code == 0
    again = qm("ingest", folder, "--agent", "8021")
    assert again.exit_code == 0
    assert "已有 already here 1" in again.output
    assert len(rows(Recording)) == 1


def test_good_lines_of_a_manifest_go_in_and_every_fault_is_told_by_line(folder: Path) -> None:
    sound(folder, "a.wav")
    sound(folder, "b.wav", seed=2)
    manifest = folder / "calls.csv"
    manifest.write_text(
        "文件,通话编号,工号,开始时间,方向\n"
        f"a.wav,1,8021,{STARTED_AT},呼入\n"
        f"b.wav,2,8022,{STARTED_AT},侧面\n"
        f"c.wav,3,8022,{STARTED_AT},呼出\n",
        "utf-8",
    )
    ran = qm("ingest", "--manifest", manifest)
    assert ran.exit_code == 1
    assert "第 3 行" in ran.output
    assert "第 4 行" in ran.output
    assert [row.external_id for row in rows(Recording)] == ["1"]


def test_nothing_to_take_in_is_a_usage_error(centre: Centre) -> None:
    assert qm("ingest").exit_code == 2


def test_a_watched_folder_gives_what_has_come_to_rest_once(folder: Path) -> None:
    sound(folder)
    (folder / "later.wav.part").write_bytes(b"RIFF")
    watch = ("watch", folder, "--agent", "8021", "--quiet-for", "0.2", "--every", "0.1", "--once")
    assert qm(*watch).exit_code == 0
    assert qm(*watch).exit_code == 0
    assert [row.filename for row in rows(Recording)] == ["call.wav"]


def test_failed_jobs_are_listed_with_their_reason_and_run_again(folder: Path) -> None:
    sound(folder)
    qm("ingest", folder, "--agent", "8021")
    (job,) = rows(Job)
    with writing():
        mirror.fail(job.id, "磁盘已满")
    listed = qm("jobs", "list", "--state", "failed")
    assert job.recording_id in listed.output
    assert "磁盘已满" in listed.output
    assert qm("jobs", "retry", "--failed").exit_code == 0
    (job,) = rows(Job)
    assert job.state is JobState.QUEUED


def test_the_doctor_finds_and_mends(folder: Path) -> None:
    sound(folder)
    qm("ingest", folder, "--agent", "8021")
    assert qm("doctor").exit_code == 0
    with writing() as session:
        session.delete(session.exec(select(Job)).one())
    assert qm("doctor").exit_code == 1
    assert qm("doctor", "--mend").exit_code == 0
    assert qm("doctor", "--deep").exit_code == 0


@pytest.mark.parametrize(
    "command",
    [(), ("serve",), ("worker",), ("ingest",), ("watch",), ("jobs",), ("doctor",), ("models",), ("bench",)],
)
def test_help_tells_in_both_languages(command: tuple[str, ...]) -> None:
    ran = qm(*command, "--help")
    assert ran.exit_code == 0, ran.output
    assert any("一" <= char <= "鿿" for char in ran.output)
    assert any(word in ran.output.lower() for word in ("the ", "and ", "with "))
