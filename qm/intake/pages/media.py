"""Routes of sound: listen, download the original, draw the waveform."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request

from qm.core import objects
from qm.core.actor import UserRole
from qm.core.errors import NotFound
from qm.core.visibility import recording_for
from qm.frame.access import actor, allow, signed_in
from qm.intake.pages.ranges import stream
from qm.intake.writes import listening
from recorder.playback import CONTENT_TYPE

blueprint = Blueprint("media", __name__)


class NotPlayableYet(NotFound):
    """The rendition for browsers is not made yet."""

    message = "录音正在准备播放，请稍候片刻再打开。"


@blueprint.get("/media/<recording_id>/audio")
@signed_in
def audio(recording_id: str) -> Response:
    """The rendition that browsers play; each listening is recorded once."""
    recording = recording_for(actor(), recording_id)
    if recording.playback_key is None:
        raise NotPlayableYet
    response = stream(objects.store(), recording.playback_key, content_type=CONTENT_TYPE)
    if request.method == "GET" and response.status_code in (200, 206):
        listening.listened(actor(), recording_id)
    return response


@blueprint.get("/media/<recording_id>/original")
@allow(UserRole.INSPECTOR, UserRole.SUPERVISOR)
def original(recording_id: str) -> Response:
    """The original bytes, unchanged, as a download."""
    recording = recording_for(actor(), recording_id)
    content_type = objects.content_type_of(recording.container)
    response = stream(objects.store(), recording.object_key, content_type=content_type)
    if request.method == "GET" and response.status_code in (200, 206):
        listening.downloaded(actor(), recording_id)
    name = quote(recording.filename.replace("\\", "/").rpartition("/")[2], safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@blueprint.get("/media/<recording_id>/peaks")
@signed_in
def peaks(recording_id: str) -> Response:
    """The waveform: JSON of `recorder.peaks.Peaks`."""
    recording = recording_for(actor(), recording_id)
    if recording.peaks_key is None:
        raise NotPlayableYet
    return stream(objects.store(), recording.peaks_key, content_type="application/json")
