"""PostgreSQL and S3 by settings alone: the same commands, the same outcome."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from qm.core import objects
from qm.core.actor import SYSTEM
from qm.core.database import reading
from qm.core.paths import ROOT, SAMPLES
from qm.core.settings import settings
from qm.hearing.reads.search import search
from qm.models import Evaluation, Quarantine, Recording, RecordingStatus, TranscriptRow
from qm.upkeep.writes.doctor import examine
from recorder.storage.s3 import S3Store
from tests.support.malformed import make_malformed


def qm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line with the test's settings."""
    return subprocess.run(
        [sys.executable, "-m", "qm", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def rows(table: type) -> list:
    with reading() as session:
        return list(session.exec(select(table)).all())


@pytest.fixture(params=["one machine", pytest.param("many", marks=[pytest.mark.postgres, pytest.mark.s3])])
def deployment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installation on SQLite and a directory, and one on PostgreSQL and S3."""
    if request.param == "many":
        request.getfixturevalue("postgres")
        monkeypatch.setenv("QM_OBJECTS_URL", request.getfixturevalue("s3_url"))
        settings.cache_clear()
        assert isinstance(objects.store(), S3Store)
    else:
        request.getfixturevalue("sqlite")
    return str(request.param)


@pytest.mark.whisper
def test_samples_walk_the_whole_road(with_weights: Path, deployment: str) -> None:
    calls = [SAMPLES / name for name in ("p09_mono_query.wav", "p02_rude_transfer.wav")]
    ran = qm("ingest", "--wait", *map(str, calls))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "入库 in 2" in ran.stdout
    recordings = rows(Recording)
    assert {row.status for row in recordings} == {RecordingStatus.READY}
    assert len(rows(TranscriptRow)) == len(rows(Evaluation)) == 2
    assert search(SYSTEM, "您").total > 0
    for recording in recordings:
        with objects.store().open(recording.object_key) as file:
            assert file.read() == (SAMPLES / recording.filename).read_bytes()
    assert examine(deep=True) == []
    assert qm("doctor").returncode == 0


def test_forty_malformed_files_give_forty_named_refusals_and_no_traceback(
    deployment: str, tmp_path: Path
) -> None:
    expected = make_malformed(tmp_path / "bad")
    ran = qm("ingest", str(tmp_path / "bad"), "--agent", "8021")
    assert ran.returncode == 1
    assert "Traceback" not in ran.stdout + ran.stderr
    told = [line for line in ran.stdout.splitlines() if line.startswith("✗")]
    assert len(told) == 40
    for path, reason in expected.items():
        assert any(path.name in line and f"{reason.value}: " in line for line in told), path.name
    assert len(rows(Quarantine)) == 40
    assert rows(Recording) == []
    assert examine() == []
