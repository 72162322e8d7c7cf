"""Step `store`: the rendition that browsers play, and the waveform they draw."""

from __future__ import annotations

import io
from pathlib import Path

from qm.core import objects
from qm.core.database import reading, writing
from qm.intake.writes.status import info_of, load
from recorder.peaks import peaks_of
from recorder.playback import CONTENT_TYPE, SUFFIX, make_playable
from recorder.types import AudioInfo


def store_derivatives(recording_id: str) -> None:
    """Derive and store rendition and peaks where they are missing.

    Raises `RecordingGone`, `ObjectMissing` (the original is gone), `AudioRefused` (it cannot be decoded).
    """
    with reading() as session:
        recording = load(session, recording_id)
    if _stored(recording.playback_key) and _stored(recording.peaks_key):
        return
    playback = objects.playback_key(recording_id, SUFFIX)
    peaks = objects.peaks_key(recording_id)
    with objects.fetched(recording.object_key) as path:
        _derive(path, info_of(recording), playback, peaks)
    with writing() as session:
        kept = load(session, recording_id)
        kept.playback_key, kept.peaks_key = playback, peaks


def _stored(key: str | None) -> bool:
    return key is not None and objects.store().stat(key) is not None


def _derive(path: Path, info: AudioInfo, playback: str, peaks: str) -> None:
    rendition = path.with_name(f"rendition{SUFFIX}")
    make_playable(path, rendition, info=info)
    store = objects.store()
    store.put(playback, rendition, content_type=CONTENT_TYPE)
    store.put(peaks, io.BytesIO(peaks_of(path, info=info).to_json()), content_type="application/json")
