"""Every object store keeps the same promises: the same tests run on a directory and on a real S3 server."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from recorder.storage import (
    ContentMismatch,
    KeyRefused,
    ObjectMissing,
    ObjectStore,
    StoreUnavailable,
    from_url,
    read_chunks,
)
from recorder.storage.s3 import S3Store
from tests.support.servers.s3 import S3Server

WAV = "audio/wav"


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.s3)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    if request.param == "directory":
        yield from_url((tmp_path / "objects").as_uri())
        return
    s3 = from_url(request.getfixturevalue("s3_url"))
    assert isinstance(s3, S3Store)
    yield s3
    s3.close()


def read(store: ObjectStore, key: str, start: int = 0, length: int | None = None) -> bytes:
    with store.open(key, start, length) as stream:
        return b"".join(read_chunks(stream, 1000))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_what_was_put_from_a_stream_comes_back_with_its_facts(store: ObjectStore) -> None:
    data = bytes(range(256)) * 40
    store.put("calls/2026/a.wav", io.BytesIO(data), content_type=WAV, sha256=sha256(data))
    stat = store.stat("calls/2026/a.wav")
    assert stat is not None
    assert (stat.key, stat.size_bytes, stat.sha256, stat.content_type) == (
        "calls/2026/a.wav",
        len(data),
        sha256(data),
        WAV,
    )
    assert stat.modified_at.tzinfo is not None
    assert read(store, "calls/2026/a.wav") == data


def test_what_was_put_from_a_file_comes_back_and_the_file_stays(store: ObjectStore, tmp_path: Path) -> None:
    file = tmp_path / "in.wav"
    file.write_bytes(b"RIFF" * 5000)
    store.put("a.wav", file, content_type=WAV)
    assert read(store, "a.wav") == file.read_bytes()
    stat = store.stat("a.wav")
    assert stat is not None
    assert stat.sha256 == sha256(file.read_bytes())


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, 4, b"0123"),
        (3, None, b"3456789"),
        (3, 4, b"3456"),
        (8, 100, b"89"),
        (9, 1, b"9"),
        (10, None, b""),
        (99, 5, b""),
        (0, 0, b""),
    ],
)
def test_any_span_can_be_read(store: ObjectStore, start: int, length: int | None, expected: bytes) -> None:
    store.put("digits", io.BytesIO(b"0123456789"), content_type="text/plain")
    assert read(store, "digits", start, length) == expected


def test_chinese_keys_are_kept_and_listed(store: ObjectStore) -> None:
    key = "录音/二〇二六/信用卡 挂失（第1通）.wav"
    store.put(key, io.BytesIO(b"x"), content_type=WAV)
    assert read(store, key) == b"x"
    assert [stat.key for stat in store.list("录音/")] == [key]


def test_listing_gives_every_key_once_and_only_the_prefix(store: ObjectStore) -> None:
    keys = ["a/1.wav", "a-b/1.wav", "a/2/3.wav", "b.wav", "a.wav"]
    for key in keys:
        store.put(key, io.BytesIO(key.encode()), content_type=WAV)
    assert sorted(stat.key for stat in store.list()) == sorted(keys)
    assert sorted(stat.key for stat in store.list("a/")) == ["a/1.wav", "a/2/3.wav"]
    assert [stat.key for stat in store.list("a/2")] == ["a/2/3.wav"]
    assert [stat.size_bytes for stat in store.list("b")] == [5]
    assert list(store.list("nothing/")) == []


def test_a_missing_object_is_named_and_has_no_facts(store: ObjectStore) -> None:
    assert store.stat("none.wav") is None
    with pytest.raises(ObjectMissing, match=r"none\.wav"):
        read(store, "none.wav")


def test_deleting_removes_and_deleting_again_is_no_error(store: ObjectStore) -> None:
    store.put("a.wav", io.BytesIO(b"x"), content_type=WAV)
    store.delete("a.wav")
    store.delete("a.wav")
    assert store.stat("a.wav") is None
    assert list(store.list()) == []


def test_other_bytes_than_named_are_not_stored_and_leave_the_old_ones(store: ObjectStore) -> None:
    store.put("a.wav", io.BytesIO(b"good"), content_type=WAV)
    with pytest.raises(ContentMismatch, match="重新传输"):
        store.put("a.wav", io.BytesIO(b"bad"), content_type=WAV, sha256=sha256(b"good"))
    with pytest.raises(ContentMismatch):
        store.put("b.wav", io.BytesIO(b"bad"), content_type=WAV, sha256=sha256(b"good"))
    assert read(store, "a.wav") == b"good"
    assert store.stat("b.wav") is None


def test_a_second_put_replaces_bytes_and_facts(store: ObjectStore) -> None:
    store.put("a", io.BytesIO(b"first one"), content_type="text/plain")
    store.put("a", io.BytesIO(b"second"), content_type=WAV)
    stat = store.stat("a")
    assert stat is not None
    assert (stat.size_bytes, stat.sha256, stat.content_type) == (6, sha256(b"second"), WAV)
    assert read(store, "a") == b"second"


def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    store.put("empty", io.BytesIO(b""), content_type="text/plain")
    stat = store.stat("empty")
    assert stat is not None
    assert stat.size_bytes == 0
    assert read(store, "empty") == b""


@pytest.mark.parametrize(
    "key",
    ["../out", "a/../../out", "/etc/passwd", "", "a//b", ".hidden", "a/.meta/x", "a\\b", "a\nb", "x" * 300],
)
def test_keys_that_leave_the_store_or_hide_are_refused(store: ObjectStore, key: str) -> None:
    with pytest.raises(KeyRefused):
        store.put(key, io.BytesIO(b"x"), content_type=WAV)
    with pytest.raises(KeyRefused):
        store.stat(key)
    with pytest.raises(KeyRefused):
        store.delete(key)
    with pytest.raises(KeyRefused):
        read(store, key)


def test_a_source_that_breaks_midway_leaves_nothing(store: ObjectStore) -> None:
    class Breaking:
        def __init__(self) -> None:
            self.calls = 0

        def read(self, size: int = -1, /) -> bytes:
            self.calls += 1
            if self.calls > 2:
                raise ConnectionResetError("the line went dead")
            return b"x" * 1000

    with pytest.raises((ConnectionResetError, StoreUnavailable)):
        store.put("half.wav", Breaking(), content_type=WAV)
    assert store.stat("half.wav") is None
    assert list(store.list()) == []


def test_ready_says_nothing_where_the_store_works(store: ObjectStore) -> None:
    store.ready()
    store.put("after", io.BytesIO(b"x"), content_type=WAV)
    assert read(store, "after") == b"x"


@pytest.mark.s3
def test_a_long_call_goes_in_parts_and_comes_back_unchanged(s3_server: S3Server, tmp_path: Path) -> None:
    file = tmp_path / "long.wav"
    data = hashlib.sha256(b"seed").digest() * (13 * 1024 * 1024 // 32)
    file.write_bytes(data)
    store = S3Store(
        s3_server.endpoint,
        "long-calls",
        access_key=s3_server.access_key,
        secret_key=s3_server.secret_key,
        secure=False,
        encrypt=True,
        part_bytes=5 * 1024 * 1024,
    )
    store.put("long.wav", file, content_type=WAV, sha256=sha256(data))
    stat = store.stat("long.wav")
    assert stat is not None
    assert (stat.size_bytes, stat.sha256) == (len(data), sha256(data))
    assert sha256(read(store, "long.wav")) == sha256(data)
    assert read(store, "long.wav", len(data) - 7) == data[-7:]
    etag = store._client.stat_object(bucket_name="long-calls", object_name="long.wav").etag
    assert etag is not None
    assert etag.endswith("-3"), "three parts"
    store.close()
