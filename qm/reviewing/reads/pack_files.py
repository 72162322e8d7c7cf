"""Evidence packs: everything one score rests on in a zip, and the check that needs nothing but the zip.

`pinned.json` is what the score rested on when it was released, `stored.json` what the tables said of it
at export, `transcript.json` what was heard. The manifest names every file's hash; `manifest.sha256` the
manifest's own.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from qm.core.errors import InvalidInput
from scoring import pack
from scoring.errors import PackInvalid

FORMAT = "qm-pack/2"
MANIFEST, MANIFEST_HASH = "manifest.json", "manifest.sha256"
PINNED, STORED, TRANSCRIPT = "pinned.json", "stored.json", "transcript.json"
MEMBER_BYTES_MAX = 256 * 1024 * 1024
_NO_TIME = (1980, 1, 1, 0, 0, 0)
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
    """Files that changed, are missing or were added, and what differs from it; empty where all holds."""
    notes: tuple[str, ...]
    """What a reader must know and is nobody's fault."""
    total: str
    sha256: str
    """Of the manifest: names the whole pack."""
    evaluation_id: int
    revision: int
    pinned_sha256: str

    @property
    def holds(self) -> bool:
        """True where every file is unchanged and the score recomputes to the last digit."""
        return not self.problems


def write_pack(target: IO[bytes], files: Mapping[str, bytes]) -> str:
    """Write the zip, the same bytes for the same files; gives the SHA-256 of its manifest."""
    listed = {name: _hash(data) for name, data in sorted(files.items())}
    manifest = pack.canonical({"format": FORMAT, "files": listed})
    digest = _hash(manifest)
    own = {MANIFEST: manifest, MANIFEST_HASH: _hash_line(digest)}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*own.items(), *sorted(files.items())]:
            member = zipfile.ZipInfo(name, _NO_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return digest


def check_pack(path: Path) -> PackCheck:
    """Check every file's hash, recompute the score, compare it. Raises `PackUnreadable`."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _check(archive)
    except _UNREADABLE as error:
        raise PackUnreadable(detail=f"{type(error).__name__}") from error
    except PackInvalid as error:
        raise PackUnreadable(detail=str(error)) from error


def differences(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """What of a pack's content contradicts the rest, in words. Raises `PackInvalid`."""
    pinned = pack.parse_pinned(files[PINNED])
    verification = pack.verify(pinned["score"])
    found = [*verification.differences, *pack.against_stored(pinned, json.loads(files[STORED]), verification)]
    heard = pinned["versions"]["transcript"]
    if heard is not None and TRANSCRIPT not in files:
        found.append(f"{TRANSCRIPT}：缺失")
    elif heard is not None and _hash(files[TRANSCRIPT]) != heard["sha256"]:
        found.append(f"{TRANSCRIPT}：与发布评分时的转写不同")
    return tuple(found)


def _check(archive: zipfile.ZipFile) -> PackCheck:
    if sum(member.file_size for member in archive.infolist()) > MEMBER_BYTES_MAX:
        raise PackUnreadable(detail="文件过大")
    named = archive.read(MANIFEST)
    manifest = json.loads(named)
    if manifest.get("format") != FORMAT:
        raise PackUnreadable(detail="格式不符")
    stated: dict[str, str] = manifest["files"]
    files = {name: archive.read(name) for name in archive.namelist()}
    problems = [f"{name}：有 {n} 份" for name, n in Counter(archive.namelist()).items() if n > 1]
    del files[MANIFEST]
    if files.pop(MANIFEST_HASH, b"") != _hash_line(_hash(named)):
        problems.append(f"{MANIFEST}：清单改动过，与 {MANIFEST_HASH} 不符")
    problems += [
        f"{name}：内容与清单不符" for name in stated if name in files and _hash(files[name]) != stated[name]
    ]
    problems += [f"{name}：缺失" for name in stated if name not in files]
    problems += [f"{name}：清单中没有" for name in files if name not in stated]
    problems += differences(files)
    pinned = pack.parse_pinned(files[PINNED])
    about = pinned["evaluation"]
    return PackCheck(
        files=len(files),
        problems=tuple(problems),
        notes=_notes(pinned["taken"]),
        total=str(pack.verify(pinned["score"]).recomputed.total),
        sha256=_hash(named),
        evaluation_id=int(about["id"]),
        revision=int(about["revision"]),
        pinned_sha256=_hash(files[PINNED]),
    )


def _notes(taken: str) -> tuple[str, ...]:
    if taken != "export":
        return ()
    return ("评分发布时还没有存档功能：依据取自导出之时，而不是发布之时",)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _hash_line(digest: str) -> bytes:
    """As sha256sum writes and checks it."""
    return f"{digest}  {MANIFEST}\n".encode()
