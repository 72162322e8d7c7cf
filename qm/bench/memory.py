"""Peak memory of processes with all their children, sampled from /proc (0 where there is none)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

EVERY_S = 0.2
_PROC = Path("/proc")


class PeakMemory:
    """Samples the resident memory of some processes and their descendants while the context is open."""

    def __init__(self, pids: Callable[[], list[int]]) -> None:
        self._pids = pids
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.peak_bytes = 0

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.peak_bytes = max(self.peak_bytes, resident_bytes(self._pids()))


def resident_bytes(pids: list[int]) -> int:
    """Resident memory of these processes and their descendants; shared pages count in each."""
    facts = dict(filter(None, map(_facts, _PROC.glob("[0-9]*")))) if _PROC.is_dir() else {}
    family = set(pids)
    grown = True
    while grown:
        more = {pid for pid, (parent, _) in facts.items() if parent in family} - family
        family |= more
        grown = bool(more)
    return sum(resident for pid, (_, resident) in facts.items() if pid in family)


def _facts(folder: Path) -> tuple[int, tuple[int, int]] | None:
    """A process's parent and resident bytes; None where it has just ended."""
    try:
        lines = (folder / "status").read_text().splitlines()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    resident_kb = int(fields.get("VmRSS", "0 kB").split()[0])
    return int(folder.name), (int(fields.get("PPid", "0")), resident_kb * 1024)
