"""What a browser sends: files with shared call data, sidecars beside them, or a manifest over them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from qm.core.actor import Actor, UserRole
from qm.core.clock import zone
from qm.core.errors import InvalidInput
from qm.intake.writes.ingest import SOURCE, GivenCallData, Ingested, ingest
from recorder.calldata import CallDataInvalid, sidecar_call_data
from recorder.manifest import ManifestError, read_manifest


class NothingSent(InvalidInput):
    """The form came without a file."""

    message = "没有选择文件。请选择或拖入录音后再上传。"


class SentFile(Protocol):
    """A file of the form."""

    @property
    def filename(self) -> str | None:
        """The name on the sender's machine; not to be trusted."""

    def save(self, dst: str, /) -> None:
        """Write the bytes to a path."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    filename: str
    result: Ingested


@dataclass(frozen=True, slots=True)
class ManifestOutcome:
    """What became of the files of a manifest, and the faults of its lines."""

    outcomes: tuple[Outcome, ...]
    errors: tuple[ManifestError, ...]


def take_files(actor: Actor, files: Sequence[SentFile], shared: Mapping[str, str]) -> tuple[Outcome, ...]:
    """Take in files. A `.json` of the same name brings a file's own data, which goes before `shared`.

    A file without an external id is known by its name. Raises `NothingSent`.
    """
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    with tempfile.TemporaryDirectory() as name:
        audio, sidecars = _saved(Path(name), files)
        if not audio:
            raise NothingSent
        return tuple(
            Outcome(path.name, _take(actor, path, sidecars.get(path.stem), shared)) for path in audio
        )


def take_manifest(actor: Actor, manifest: SentFile, files: Sequence[SentFile]) -> ManifestOutcome:
    """Take in the files that the good lines of a manifest name; every fault is told by line.

    Raises `NothingSent` without a manifest.
    """
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    if not manifest.filename:
        raise NothingSent
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _saved(folder, files)
        table = folder / ".manifest.csv"
        manifest.save(str(table))
        found = read_manifest(table, source=SOURCE, zone=zone())
        outcomes = tuple(
            Outcome(row.path.name, ingest(row.path, row.call, actor=actor, filename=row.path.name))
            for row in found.rows
        )
    return ManifestOutcome(outcomes, found.errors)


def _take(actor: Actor, path: Path, sidecar: Path | None, shared: Mapping[str, str]) -> Ingested:
    call: GivenCallData
    try:
        call = sidecar_call_data(sidecar, source=SOURCE, zone=zone()) if sidecar else _with_id(path, shared)
    except CallDataInvalid as error:
        call = error  # not the shared data instead: the call could be laid to somebody else
    return ingest(path, call, actor=actor, filename=path.name)


def _with_id(path: Path, shared: Mapping[str, str]) -> dict[str, str]:
    given = {name: value for name, value in shared.items() if value}
    return {"external_id": path.stem, **given}


def _ending(name: str) -> str:
    """The end of a file name, short enough for every disk (255 bytes; a Han character takes three)."""
    return name.encode(errors="replace")[-240:].decode(errors="ignore")


def _saved(folder: Path, files: Sequence[SentFile]) -> tuple[list[Path], dict[str, Path]]:
    """The sent files on disk under their bare names: recordings, and sidecars by stem."""
    audio: list[Path] = []
    sidecars: dict[str, Path] = {}
    for file in files:
        bare = _ending(PurePosixPath((file.filename or "").replace("\\", "/")).name.lstrip("."))
        if not bare or "\x00" in bare:
            continue
        path = folder / bare
        if path.exists():  # of another folder of the sender's: both are taken
            path = Path(tempfile.mkdtemp(dir=folder)) / bare
        file.save(str(path))
        if path.suffix.lower() == ".json":
            sidecars[path.stem] = path
        else:
            audio.append(path)
    return audio, sidecars
