"""`qm serve`: a site with workers beside it, started again when they die, ended when it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from qm.core.paths import ROOT
from qm.jobs import beats
from tests.support.servers.workers import wait_until


@pytest.fixture
def serving(sqlite: None, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    log = tmp_path / "serve.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "qm", "serve", "--port", "0", "--workers", "1"],
            env={**os.environ, "PYTHONPATH": str(ROOT), "QM_WORKER_NAME": "beside"},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        yield process, log
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        for child in [*children, process]:
            try:
                os.kill(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait(timeout=10)


def address_in(log: Path) -> str:
    found = re.search(r"http://[\d.]+:\d+/", log.read_text())
    return found.group() if found else ""


def workers_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children()


def test_the_site_and_its_worker_live_and_die_together(
    serving: tuple[subprocess.Popen[bytes], Path],
) -> None:
    process, log = serving
    wait_until(lambda: bool(address_in(log)), what="the address is printed", within_s=120)
    for path in ("healthz", "readyz"):
        with urllib.request.urlopen(address_in(log) + path, timeout=30) as answer:
            assert answer.status == 200
    wait_until(lambda: [row.name for row in beats.alive()] == ["beside-1"], what="a worker lives")

    (worker,) = workers_of(process)
    started_at = beats.alive()[0].started_at
    os.kill(worker.pid, signal.SIGKILL)
    wait_until(
        lambda: any(row.started_at > started_at and row.name == "beside-1" for row in beats.alive()),
        what="a worker took its place, under its name",
    )

    (worker,) = workers_of(process)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=10)
    wait_until(lambda: not worker.is_running() or worker.status() == "zombie", what="it ended too")


def test_the_site_ends_when_asked(serving: tuple[subprocess.Popen[bytes], Path]) -> None:
    process, log = serving
    wait_until(lambda: bool(address_in(log)), what="the address is printed", within_s=120)
    wait_until(lambda: bool(workers_of(process)), what="a worker was started")
    children = workers_of(process)
    process.terminate()
    assert process.wait(timeout=60) == 0
    assert [child for child in children if child.is_running() and child.status() != "zombie"] == []
    assert "Traceback" not in log.read_text()
