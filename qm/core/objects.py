"""The object store of this installation, and the names that recordings have in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from qm.core.settings import settings
from recorder.storage import ObjectStore, from_url, read_chunks

RECORDINGS = "recordings/"
PLAYBACK = "playback/"
PEAKS = "peaks/"
QUARANTINE = "quarantine/"

_TYPES = {
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "mp4": "audio/mp4",
    "flac": "audio/flac",
    "amr": "audio/amr",
    "adts": "audio/aac",
    "gsm": "audio/gsm",
}
_SUFFIXES = {"mp4": "m4a", "adts": "aac"}


def store() -> ObjectStore:
    """The object store that the settings name."""
    return _store(settings().resolved_objects_url, settings().objects_encrypt)


@lru_cache(maxsize=4)
def _store(url: str, encrypt: bool) -> ObjectStore:
    if encrypt and url.startswith("s3://"):
        url += ("&" if "?" in url else "?") + "sse=1"
    return from_url(url)


def original_key(sha256: str, container: str) -> str:
    """Where the unchanged bytes of a recording lie: by their hash, so a second put is no second file."""
    return f"{RECORDINGS}{sha256[:2]}/{sha256}.{suffix_of(container)}"


def playback_key(recording_id: str, suffix: str) -> str:
    """Where the rendition for browsers lies."""
    return f"{PLAYBACK}{recording_id[:2]}/{recording_id}{suffix}"


def peaks_key(recording_id: str) -> str:
    """Where the waveform lies."""
    return f"{PEAKS}{recording_id[:2]}/{recording_id}.json"


def quarantine_key(sha256: str) -> str:
    """Where the bytes of a refused file lie."""
    return f"{QUARANTINE}{sha256[:2]}/{sha256}"


def suffix_of(container: str) -> str:
    """File name ending of a container."""
    return _SUFFIXES.get(container, container)


def content_type_of(container: str) -> str:
    """MIME type of an original."""
    return _TYPES.get(container, "application/octet-stream")


def scratch_dir() -> Path:
    """Folder for files on their way; on the same disk as everything else."""
    folder = settings().data_dir / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def fetched(key: str) -> Iterator[Path]:
    """An object as a local file for as long as the context is open. Raises `ObjectMissing`."""
    with tempfile.TemporaryDirectory(dir=scratch_dir(), prefix="object-") as folder:
        path = Path(folder) / key.rpartition("/")[2]
        with store().open(key) as source, path.open("wb") as target:
            for chunk in read_chunks(source):
                target.write(chunk)
        yield path


@contextmanager
def workspace() -> Iterator[Path]:
    """An empty folder, removed afterwards."""
    folder = Path(tempfile.mkdtemp(dir=scratch_dir(), prefix="work-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
