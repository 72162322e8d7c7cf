"""Take bytes in and name them: every adapter hashes while it copies, and stores nothing that differs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from recorder.storage.protocol import ByteStream, ContentMismatch, read_chunks


@contextmanager
def reading(source: Path | ByteStream) -> Iterator[ByteStream]:
    """A file opened for reading and closed again, or the stream as it is."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    else:
        yield source


def copy_hashed(source: ByteStream, target: IO[bytes] | None = None) -> str:
    """Copy a stream in pieces (without `target`, only read it); its SHA-256 as lower-case hex."""
    digest = hashlib.sha256()
    for chunk in read_chunks(source):
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
    return digest.hexdigest()


def check_digest(key: str, expected: str | None, found: str) -> None:
    """Raise `ContentMismatch` where the caller named other bytes."""
    if expected is not None and expected.lower() != found:
        raise ContentMismatch(key, expected, found)
