"""What only S3 can get wrong: accounts, absence, encryption, connections."""

from __future__ import annotations

import io

import psutil  # type: ignore[import-untyped]
import pytest

from recorder.storage import StoreUnavailable, from_url
from recorder.storage.s3 import S3Store
from tests.support.servers.s3 import S3Server

pytestmark = pytest.mark.s3


def test_a_server_that_is_not_there_is_named_without_the_secret() -> None:
    store = from_url("s3://key:topsecret@127.0.0.1:1/calls?secure=0")
    with pytest.raises(StoreUnavailable, match="无法连接") as unavailable:
        store.ready()
    assert "topsecret" not in str(unavailable.value)


def test_a_wrong_secret_is_refused_in_words(s3_server: S3Server) -> None:
    store = from_url(f"s3://{s3_server.access_key}:wrong@{s3_server.endpoint}/calls?secure=0")
    with pytest.raises(StoreUnavailable, match="请检查密钥"):
        store.put("a", io.BytesIO(b"x"), content_type="audio/wav")


def test_encryption_is_asked_for_when_configured_and_the_bytes_come_back(s3_server: S3Server) -> None:
    store = from_url(s3_server.url("sealed", sse=True))
    assert isinstance(store, S3Store)
    store.put("a.wav", io.BytesIO(b"sealed"), content_type="audio/wav")
    told = store._client.stat_object(bucket_name="sealed", object_name="a.wav").metadata
    assert told is not None
    assert {name.lower(): value for name, value in told.items()}["x-amz-server-side-encryption"] == "AES256"
    with store.open("a.wav") as stream:
        assert stream.read() == b"sealed"
    store.close()


def test_connections_go_back_to_the_pool_even_when_a_reader_stops_midway(s3_url: str) -> None:
    store = from_url(s3_url)
    assert isinstance(store, S3Store)
    store.put("a", io.BytesIO(bytes(2_000_000)), content_type="audio/wav")
    port = int(store.endpoint.split(":")[1])
    before = _open_to(port)  # other tests' stores keep connections of their own
    for _ in range(40):
        with store.open("a") as stream:
            assert len(stream.read(10)) == 10
        with store.open("a") as stream:
            assert len(stream.read()) == 2_000_000
    assert _open_to(port) - before <= 1
    store.close()


def _open_to(port: int) -> int:
    """TCP connections of this process to a port."""
    return sum(1 for c in psutil.Process().net_connections("tcp") if c.raddr and c.raddr.port == port)
