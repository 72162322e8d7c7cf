"""Which files a command line names, and the call data that comes with each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qm.core.clock import zone
from recorder.calldata import CallData, CallDataInvalid, sidecar_call_data, sidecar_of
from recorder.manifest import read_manifest
from recorder.watch import is_unfinished

_BESIDE_RECORDINGS = frozenset({".json", ".csv", ".md", ".txt", ".yaml", ".yml", ".xlsx"})
"""Endings of papers that lie beside recordings: passed over in folders, taken when named."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file with its call data; raw fields where they still have to be checked."""

    path: Path
    call_data: CallData | CallDataInvalid | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """Call data from the command line, for files that bring none of their own."""

    source: str
    agent_no: str | None = None
    started_at: str | None = None
    direction: str | None = None
    queue: str | None = None


def files_in(paths: tuple[Path, ...]) -> Iterator[Path]:
    """Files that are named, and those in folders that are named, by name; papers and unfinished ones not."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                item
                for item in path.rglob("*")
                if item.is_file()
                and item.suffix.lower() not in _BESIDE_RECORDINGS
                and not is_unfinished(item.name)
                and not any(part.startswith(".") for part in item.relative_to(path).parts)
            )
        else:
            yield path


def with_call_data(path: Path, given: Given) -> Incoming:
    """A file with the call data of its JSON sidecar, else with what the command line says.

    Without either, the file's name stands for the call's id and its time of change for the start.
    """
    beside = sidecar_of(path)
    if beside is not None:
        try:
            return Incoming(path, sidecar_call_data(beside, source=given.source, zone=zone()))
        except CallDataInvalid as error:
            return Incoming(path, error)  # ingest refuses it, so that the file is kept with this reason
    changed = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).astimezone(zone())
    fields = {
        "external_id": path.stem,
        "source": given.source,
        "agent_no": given.agent_no,
        "started_at": given.started_at or changed.isoformat(timespec="seconds"),
        "direction": given.direction,
        "queue": given.queue,
    }
    return Incoming(path, {name: value for name, value in fields.items() if value})


def from_manifest(path: Path, *, source: str) -> tuple[list[Incoming], list[str]]:
    """The good lines of a manifest, and every fault in words."""
    found = read_manifest(path, source=source, zone=zone())
    return [Incoming(row.path, row.call) for row in found.rows], [str(error) for error in found.errors]
