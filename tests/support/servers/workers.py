"""Real worker processes for tests, and waiting for what they do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qm.core.actor import SYSTEM
from qm.core.paths import ROOT
from qm.core.settings import Settings, settings
from qm.jobs import reads as job_reads
from qm.jobs.reads import JobLine
from qm.models import JobState
from tests.support.servers.shared import shared
from transcribe.types import EngineUnavailable
from transcribe.weights import find_weights

DONE_WITHIN_S = 600.0
ENDED_WITHIN_S = 120.0


class Worker:
    """A `qm worker` process with the settings of the test."""

    def __init__(self, log: Path, **environment: str) -> None:
        self._log = log.open("ab")
        self.log = log
        self.process = subprocess.Popen(
            [sys.executable, "-m", "qm", "worker"],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=ENDED_WITHIN_S)
        self._log.close()

    def stop(self) -> None:
        """Ask it to end."""
        self.process.terminate()
        self.process.wait(timeout=ENDED_WITHIN_S)
        self._log.close()


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Starts workers; those still alive are killed at the end."""
    started: list[Worker] = []

    def start(**environment: str) -> Worker:
        started.append(Worker(tmp_path / "worker.log", **environment))
        return started[-1]

    yield start
    for worker in started:
        if worker.process.poll() is None:
            worker.kill()


@pytest.fixture(scope="session")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the real base weights, joined once a run; skips where they are not installed."""

    def make(folder: Path) -> Path:
        find_weights("base", folder=folder)
        return folder

    try:
        with shared(tmp_path_factory, "models", make) as folder:
            yield folder
    except EngineUnavailable as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture
def with_weights(config: Settings, models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The installation finds the real weights. Ask for it before a database."""
    monkeypatch.setenv("QM_MODELS_DIR", str(models_dir))
    settings.cache_clear()
    return models_dir


def wait_until(holds: Callable[[], bool], *, what: str, within_s: float = DONE_WITHIN_S) -> None:
    """Look until it holds."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if holds():
            return
        time.sleep(0.1)
    pytest.fail(f"not within {within_s:g} s: {what}")


def job_of(recording_id: str) -> JobLine:
    """The recording's job as it stands."""
    return job_reads.job_for(SYSTEM, recording_id)


def wait_done(recording_ids: list[str], *, worker: Worker) -> None:
    """Wait until each job is done; a failed job or a dead worker fails the test with its words."""

    def all_done() -> bool:
        lines = job_reads.of_recordings(SYSTEM, recording_ids)
        failed = [line.error for line in lines if line.state is JobState.FAILED]
        assert not failed, failed
        assert worker.process.poll() is None, worker.log.read_text()[-3000:]
        return all(line.state is JobState.DONE for line in lines)

    wait_until(all_done, what="every job done")
