"""What an object store does, and the named ways in which it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from recorder.message import Message, advised

CHUNK_BYTES = 256 * 1024
"""How much is held in memory at a time when bytes are copied."""


class StorageError(Exception):
    """Something is wrong with an object or with the store. The message is Chinese and says what to do."""


class ObjectMissing(StorageError):
    """No object has this key."""

    def __init__(self, key: str) -> None:
        fact = Message("存储中没有对象 %(key)s", key=key)
        super().__init__(advised(fact, Message("请运行 qm doctor 核对记录与存储")))
        self.key = key


class KeyRefused(StorageError):
    """The key is not a plain relative path: it would leave the store or name something hidden."""

    def __init__(self, key: str) -> None:
        fact = Message("对象名 %(key)s 不允许", key=repr(key))
        super().__init__(advised(fact, Message("请使用不含 ..、空段和前导点的相对路径")))
        self.key = key


class ContentMismatch(StorageError):
    """The bytes that arrived are not those the caller named; nothing was stored."""

    def __init__(self, key: str, expected: str, found: str) -> None:
        digests = Message("应为 %(expected)s…，实为 %(found)s…", expected=expected[:12], found=found[:12])
        fact = Message("%(key)s 的内容校验不符（%(digests)s），没有保存", key=key, digests=digests)
        super().__init__(advised(fact, Message("请重新传输")))
        self.key = key


class StoreUnavailable(StorageError):
    """The store cannot be reached or does not allow what is asked."""


@dataclass(frozen=True, slots=True)
class ObjectStat:
    """Facts about a stored object. `sha256` and `content_type` are what `put` was told."""

    key: str
    size_bytes: int
    sha256: str | None
    content_type: str | None
    modified_at: datetime
    """Time of the last write, aware, by the store's clock."""


class ByteStream(Protocol):
    """Something to read bytes from: an open file, a request body, a response."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, all of them for -1, none at the end."""
        ...


@runtime_checkable
class ObjectStore(Protocol):
    """Named bytes. An object is there whole or not at all; a second `put` of a key replaces it whole.

    Keys are relative paths with `/`, any script, without empty, `.`/`..` or dot-leading segments; others
    raise `KeyRefused`. A store that cannot be reached raises `StoreUnavailable`.
    """

    def put(
        self, key: str, source: Path | ByteStream, *, content_type: str, sha256: str | None = None
    ) -> None:
        """Store a file or a stream under `key`. With `sha256`, other bytes raise `ContentMismatch`."""
        ...

    def open(self, key: str, start: int = 0, length: int | None = None) -> AbstractContextManager[ByteStream]:
        """Read `length` bytes from `start` on (to the end without `length`). Raises `ObjectMissing`.

        A start at or beyond the end gives no bytes. Leaving the context releases file or connection.
        """
        ...

    def stat(self, key: str) -> ObjectStat | None:
        """Facts about an object, or None where there is none."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object; removing what is not there is no error."""
        ...

    def list(self, prefix: str = "") -> Iterator[ObjectStat]:
        """Objects whose key begins with `prefix`, page by page; S3 servers differ in the order.

        `sha256` and `content_type` may be None here even where `stat` knows them.
        """
        ...

    def ready(self) -> None:
        """Return where the store can be read and written; raise `StoreUnavailable` otherwise."""
        ...


def check_key(key: str) -> str:
    """The key itself where it is a plain relative path; raises `KeyRefused` otherwise."""
    parts = key.split("/")
    if "\\" in key or not key.isprintable() or len(key.encode(errors="replace")) > 900:
        raise KeyRefused(key)
    if any(not part or part.startswith(".") or len(part.encode()) > 240 for part in parts):
        raise KeyRefused(key)
    return key


def read_chunks(stream: ByteStream, size: int = CHUNK_BYTES) -> Iterator[bytes]:
    """The bytes of a stream piece by piece, for copying and for streamed responses."""
    while chunk := stream.read(size):
        yield chunk
