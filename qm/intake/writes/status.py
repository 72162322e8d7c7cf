"""The status of a recording on its road: one function that moves it."""

from __future__ import annotations

from sqlmodel import Session

from qm.core.database import writing
from qm.core.errors import NotFound
from qm.models import Recording, RecordingStatus
from recorder.types import AudioInfo


class RecordingGone(NotFound):
    """The recording was deleted while its job was on the way."""

    message = "录音已被删除，任务不再继续。"


def load(session: Session, recording_id: str) -> Recording:
    """The recording's row. Raises `RecordingGone`."""
    found = session.get(Recording, recording_id)
    if found is None:
        raise RecordingGone
    return found


def mark(session: Session, recording_id: str, status: RecordingStatus) -> Recording:
    """Move a recording to where a step left it. Any step may be run again, so any order is legal."""
    recording = load(session, recording_id)
    recording.status = status
    return recording


def mark_failed(recording_id: str) -> None:
    """A step gave up. A recording that was ready before keeps what it had and stays reviewable."""
    with writing() as session:
        recording = session.get(Recording, recording_id)
        if recording is not None and recording.status is not RecordingStatus.READY:
            recording.status = RecordingStatus.FAILED


def info_of(recording: Recording) -> AudioInfo:
    """What probing said of the recording when it came in."""
    return AudioInfo(
        container=recording.container,
        codec=recording.codec,
        channels=recording.channels,
        rate_hz=recording.rate_hz,
        duration_s=recording.duration_s,
        identical_channels=recording.identical_channels,
        size_bytes=recording.size_bytes,
        sha256=recording.sha256,
        warnings=tuple(recording.warnings),
    )
