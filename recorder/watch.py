"""Tell which files of a folder have stopped growing. No thread, no sleep: the caller polls."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_PARTIAL_SUFFIXES = frozenset(
    {
        ".tmp",
        ".temp",
        ".part",
        ".partial",
        ".crdownload",
        ".filepart",
        ".download",
        ".lock",
        ".swp",
        ".writing",
    }
)
_BESIDE = ".json"

Signature = tuple[int, ...]
"""Size and time of change of a file and of its sidecar, as they stand at one look."""


@dataclass(slots=True)
class _Seen:
    signature: Signature
    since_s: float
    given: bool = False


class StableFiles:
    """Files below a folder that kept size and time unchanged for `quiet_s` seconds of `clock`.

    Each file is given once; it is given again only after it has changed. A JSON sidecar is not given itself,
    but its recording waits until it too has come to rest. Empty files wait `empty_quiet_s`: many recorders
    open the file when the call begins and write when it ends. Hidden and unfinished names are passed over.
    """

    def __init__(
        self, folder: Path, *, quiet_s: float, clock: Callable[[], float], empty_quiet_s: float = 3600.0
    ) -> None:
        self._folder = folder
        self._quiet_s = quiet_s
        self._empty_quiet_s = max(empty_quiet_s, quiet_s)
        self._clock = clock
        self._seen: dict[Path, _Seen] = {}

    def poll(self) -> list[Path]:
        """Look once; the files that have come to rest since the last look, in order of name."""
        now_s = self._clock()
        present = dict(self._look())
        self._seen = {path: seen for path, seen in self._seen.items() if path in present}
        ready = []
        for path, signature in sorted(present.items()):
            seen = self._seen.get(path)
            if seen is None or seen.signature != signature:
                self._seen[path] = _Seen(signature, now_s)
                continue
            quiet_s = self._quiet_s if signature[0] else self._empty_quiet_s
            if not seen.given and now_s - seen.since_s >= quiet_s:
                seen.given = True
                ready.append(path)
        return ready

    def waiting(self) -> int:
        """How many files of the last look are still to come to rest."""
        return sum(not seen.given for seen in self._seen.values())

    def _look(self) -> Iterator[tuple[Path, Signature]]:
        for folder, folders, names in os.walk(self._folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = Path(folder, name)
                if is_unfinished(name) or path.suffix.lower() == _BESIDE or path.is_symlink():
                    continue
                signature = _signature(path)
                if signature is not None:
                    yield path, signature


def is_unfinished(name: str) -> bool:
    """Whether a file name is hidden or marks an unfinished copy."""
    return name.startswith((".", "~")) or name.endswith("~") or Path(name).suffix.lower() in _PARTIAL_SUFFIXES


def _signature(path: Path) -> Signature | None:
    """Size and change time of a file and its sidecar, or None where the file has gone meanwhile."""
    try:
        facts = path.stat()
    except OSError:
        return None
    signature = (facts.st_size, facts.st_mtime_ns)
    try:
        beside = path.with_suffix(_BESIDE).stat()
    except OSError:
        return signature
    return (*signature, beside.st_size, beside.st_mtime_ns)
