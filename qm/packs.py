"""Evidence packs: everything one score rests on in a zip, and the check that needs nothing but the zip."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from qm.errors import InvalidInput
from scoring import pack
from scoring.errors import PackInvalid

FORMAT = "qm-pack/1"
MANIFEST = "manifest.json"
SCORE = "score.json"
MEMBER_BYTES_MAX = 256 * 1024 * 1024
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, KeyError, ValueError, TypeError,
    AttributeError,
)  # fmt: skip
"""What reading a file that anybody may have made can raise: damaged, encrypted, of another shape."""


class PackUnreadable(InvalidInput):
    """The file is no evidence pack, or part of it is missing."""

    message = "这个文件不是完整的证据包：%(detail)s。请重新导出。"


@dataclass(frozen=True, slots=True)
class PackCheck:
    """What checking a pack found."""

    files: int
    problems: tuple[str, ...]
    """Files that changed, are missing or were added, and figures that differ; empty where all holds."""
    total: str
    sha256: str
    """Of the manifest: names the whole pack."""

    @property
    def holds(self) -> bool:
        """True where every file is unchanged and the score recomputes to the last digit."""
        return not self.problems


def write_pack(target: IO[bytes], files: Mapping[str, bytes], about: Mapping[str, Any]) -> str:
    """Write the zip; gives the SHA-256 of its manifest, which names every file's hash."""
    manifest = {
        "format": FORMAT,
        "about": dict(about),
        "files": {name: _hash(data) for name, data in sorted(files.items())},
    }
    named = json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, named)
        for name, data in sorted(files.items()):
            archive.writestr(name, data)
    return _hash(named)


def check_pack(path: Path) -> PackCheck:
    """Check every file's hash and recompute the score. Raises `PackUnreadable`."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _check(archive)
    except _UNREADABLE as error:
        raise PackUnreadable(detail=f"{type(error).__name__}") from error
    except PackInvalid as error:
        raise PackUnreadable(detail=str(error)) from error


def _check(archive: zipfile.ZipFile) -> PackCheck:
    if any(member.file_size > MEMBER_BYTES_MAX for member in archive.infolist()):
        raise PackUnreadable(detail="文件过大")
    named = archive.read(MANIFEST)
    manifest = json.loads(named)
    if manifest.get("format") != FORMAT:
        raise PackUnreadable(detail="格式不符")
    stated: dict[str, str] = manifest["files"]
    found = {
        name: hashlib.sha256(archive.read(name)).hexdigest()
        for name in archive.namelist()
        if name != MANIFEST
    }
    problems = [f"{name}：内容与清单不符" for name in stated if name in found and found[name] != stated[name]]
    problems += [f"{name}：缺失" for name in stated if name not in found]
    problems += [f"{name}：清单中没有" for name in found if name not in stated]
    verification = pack.verify(pack.parse(archive.read(SCORE)))
    problems += list(verification.differences)
    return PackCheck(
        len(found), tuple(problems), str(verification.recomputed.total), hashlib.sha256(named).hexdigest()
    )


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
