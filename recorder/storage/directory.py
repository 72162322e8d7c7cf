"""Objects as files under one directory: written beside, forced to disk, then renamed into place."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from recorder.message import Message, advised
from recorder.storage.intake import check_digest, copy_hashed, reading
from recorder.storage.protocol import (
    ByteStream,
    KeyRefused,
    ObjectMissing,
    ObjectStat,
    StoreUnavailable,
    check_key,
)

_META = ".meta"
_PARTIAL = ".partial"


class DirectoryStore:
    """An `ObjectStore` in a directory.

    Objects lie at `root/key`; what `put` was told of them lies at `root/.meta/key.json`; unfinished writes at
    `root/.partial`, where no key can reach. Links that lead out of the root are refused.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.realpath(root))

    def __repr__(self) -> str:
        return f"DirectoryStore({str(self.root)!r})"

    def put(
        self, key: str, source: Path | ByteStream, *, content_type: str, sha256: str | None = None
    ) -> None:
        """Store bytes under `key`, whole or not at all."""
        target = self._path(key)
        with reading(source) as stream, self._named_failures():
            partial, found = self._write_partial(stream)
            try:
                check_digest(key, sha256, found)
                self._write_meta(key, content_type, found, partial.stat().st_size)
                self._move(partial, target)
            finally:
                partial.unlink(missing_ok=True)

    @contextmanager
    def open(self, key: str, start: int = 0, length: int | None = None) -> Iterator[ByteStream]:
        """Read a span of an object."""
        path = self._path(key)
        try:
            file = path.open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise ObjectMissing(key) from error
        with file:
            size_bytes = os.fstat(file.fileno()).st_size
            file.seek(min(start, size_bytes))
            yield file if length is None else _Span(file, length)

    def stat(self, key: str) -> ObjectStat | None:
        """Facts about an object, or None."""
        path = self._path(key)
        if not path.is_file():
            return None
        return self._stat(key, path)

    def delete(self, key: str) -> None:
        """Remove an object and what is known of it."""
        path = self._path(key)
        with self._named_failures():
            if path.is_file():
                path.unlink()
                _sync_directory(path.parent)
            self._meta_path(key).unlink(missing_ok=True)

    def list(self, prefix: str = "") -> Iterator[ObjectStat]:
        """Objects whose key begins with `prefix`, in key order."""
        return self._walk(self.root, "", prefix)

    def ready(self) -> None:
        """Try to write, read and remove a file."""
        with self._named_failures():
            folder = self._partial_folder()
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"ready")
                file.flush()

    def _path(self, key: str) -> Path:
        """Where an object lies, its real path checked to be inside the root."""
        path = self.root / check_key(key)
        if not Path(os.path.realpath(path)).is_relative_to(self.root):
            raise KeyRefused(key)
        return path

    def _meta_path(self, key: str) -> Path:
        return self.root / _META / f"{key}.json"

    def _partial_folder(self) -> Path:
        folder = self.root / _PARTIAL
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _write_partial(self, stream: ByteStream) -> tuple[Path, str]:
        """Bytes on disk under a name of no meaning, and their SHA-256."""
        handle, name = tempfile.mkstemp(dir=self._partial_folder())
        partial = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                found = copy_hashed(stream, file)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        return partial, found

    def _write_meta(self, key: str, content_type: str, sha256: str, size_bytes: int) -> None:
        """Written before the object; its size tells whether it speaks of the bytes that lie there."""
        meta = {"content_type": content_type, "sha256": sha256, "size_bytes": size_bytes}
        handle, name = tempfile.mkstemp(dir=self._partial_folder())
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(meta, file)
            file.flush()
            os.fsync(file.fileno())
        self._move(Path(name), self._meta_path(key))

    def _move(self, partial: Path, target: Path) -> None:
        """Rename into place and force every directory on the way to disk."""
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.replace(target)
        folder = target.parent
        while folder.is_relative_to(self.root):
            _sync_directory(folder)
            folder = folder.parent

    def _stat(self, key: str, path: Path) -> ObjectStat:
        facts = path.stat()
        try:
            meta = json.loads(self._meta_path(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            meta = {}
        known = meta if meta.get("size_bytes") == facts.st_size else {}
        return ObjectStat(
            key=key,
            size_bytes=facts.st_size,
            sha256=known.get("sha256"),
            content_type=known.get("content_type"),
            modified_at=datetime.fromtimestamp(facts.st_mtime, tz=UTC),
        )

    def _walk(self, folder: Path, base: str, prefix: str) -> Iterator[ObjectStat]:
        """Depth first; a folder sorts as its name with `/`, which gives key order."""
        try:
            entries = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
        except (FileNotFoundError, NotADirectoryError):
            return
        named = sorted((base + e.name + ("/" if e.is_dir(follow_symlinks=False) else ""), e) for e in entries)
        for name, entry in named:
            if name.endswith("/"):
                if name.startswith(prefix) or prefix.startswith(name):
                    yield from self._walk(Path(entry.path), name, prefix)
            elif name.startswith(prefix) and entry.is_file(follow_symlinks=False):
                yield self._stat(name, Path(entry.path))

    @contextmanager
    def _named_failures(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            what = error.strerror or str(error)
            fact = Message("录音目录 %(path)s 无法写入（%(what)s）", path=str(self.root), what=what)
            raise StoreUnavailable(advised(fact, Message("请检查权限和剩余空间"))) from error


class _Span:
    """At most `length` further bytes of a stream."""

    def __init__(self, stream: ByteStream, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        chunk = self._stream.read(wanted) if wanted > 0 else b""
        self._left -= len(chunk)
        return chunk


def _sync_directory(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
