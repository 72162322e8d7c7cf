"""A worker's name: stable over restarts, held by one living process at a time.

The name is also the engine's executor id. A lock file held by the process frees itself when the
process dies, however it dies, so a restarted worker gets its name and its unfinished work back at once.
"""

from __future__ import annotations

import fcntl
import socket
from pathlib import Path
from typing import IO

_MOST = 999


class Name:
    """A held name; give it back with `release`."""

    def __init__(self, text: str, lock: IO[bytes]) -> None:
        self.text = text
        self._lock = lock

    def release(self) -> None:
        """Let another process have the name."""
        self._lock.close()


def take(base: str, *, folder: Path) -> Name:
    """The first free of `base-1`, `base-2`, … (`base` defaults to the host's name)."""
    stem = (base or socket.gethostname() or "worker")[:60]
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, _MOST):
        text = f"{stem}-{number}"
        lock = (folder / f"{text}.lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        return Name(text, lock)
    raise RuntimeError(f"more than {_MOST} workers named {stem} on this machine")
