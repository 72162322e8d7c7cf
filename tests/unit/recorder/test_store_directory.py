"""What only the directory store can get wrong, and how URLs choose a store."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from recorder.storage import KeyRefused, ObjectStore, StoreUnavailable, StoreUrlInvalid, from_url
from recorder.storage.directory import DirectoryStore
from recorder.storage.s3 import S3Store


def test_links_that_lead_out_of_the_root_are_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    root = tmp_path / "objects"
    root.mkdir()
    (root / "way").symlink_to(outside)
    store = DirectoryStore(root)
    with pytest.raises(KeyRefused), store.open("way/secret"):
        pass
    with pytest.raises(KeyRefused):
        store.put("way/new", io.BytesIO(b"x"), content_type="x")
    assert list(store.list()) == []
    assert not (outside / "new").exists()


def test_nothing_unfinished_is_left_after_a_failed_put(tmp_path: Path) -> None:
    class Breaking:
        def read(self, size: int = -1, /) -> bytes:
            raise RuntimeError("dead")

    store = DirectoryStore(tmp_path)
    with pytest.raises(RuntimeError):
        store.put("a", Breaking(), content_type="x")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_facts_of_other_bytes_are_not_believed(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    store.put("a", io.BytesIO(b"four"), content_type="audio/wav")
    (tmp_path / "a").write_bytes(b"changed behind our back")
    stat = store.stat("a")
    assert stat is not None
    assert (stat.sha256, stat.content_type) == (None, None)


def test_a_directory_that_cannot_be_written_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match="请检查"):
        DirectoryStore(tmp_path / "file" / "objects").ready()


def test_a_path_or_file_url_is_a_directory(tmp_path: Path) -> None:
    for url in (str(tmp_path / "录音"), (tmp_path / "录音").as_uri()):
        store = from_url(url)
        assert isinstance(store, DirectoryStore)
        assert isinstance(store, ObjectStore)
        assert store.root == tmp_path / "录音"


def test_an_s3_url_is_a_bucket_and_never_shows_its_secret() -> None:
    store = from_url("s3://key:se%2Fcret@storage.bank:9000/calls?secure=0&sse=1&region=cn-north-1")
    assert isinstance(store, S3Store)
    assert isinstance(store, ObjectStore)
    assert repr(store) == "S3Store('storage.bank:9000', 'calls')"
    assert from_url("s3://storage.bank/calls", access_key="k", secret_key="s")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://host/x",
        "file://host/x",
        "s3://k:topsecret@host",
        "s3://k:topsecret@host/a/b",
        "s3://host/bucket",
        "s3://k:topsecret@host/b?secure=maybe",
        "s3://k:topsecret@host/b?ssl=1",
    ],
)
def test_a_url_that_cannot_be_used_says_how_to_write_it_without_the_secret(url: str) -> None:
    with pytest.raises(StoreUrlInvalid, match=r"请|缺少|可用") as invalid:
        from_url(url)
    assert "topsecret" not in str(invalid.value)
