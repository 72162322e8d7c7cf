"""API v1: hand in a recording, follow it, read what was heard and how it was judged."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from qm.connect.pages.documents import evaluation_document, job_document, transcript_document
from qm.core.actor import UserRole
from qm.core.errors import InvalidInput
from qm.core.visibility import recording_for
from qm.frame.access import actor, allow
from qm.frame.saying import say
from qm.hearing.reads import transcripts
from qm.intake.writes.ingest import Ingested, ingest
from qm.jobs import reads as job_reads
from qm.people.writes.token_use import token_used
from qm.reviewing.reads import evaluations
from qm.reviewing.reads.answers import answers_of
from recorder.types import Refusal

blueprint = Blueprint("api", __name__)

READERS = (UserRole.INSPECTOR, UserRole.SUPERVISOR)
SENDERS = (UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
_DUPLICATES = (Refusal.DUPLICATE_ID, Refusal.DUPLICATE_CONTENT)


class FileMissing(InvalidInput):
    """No file came with the request."""

    status = 400
    message = "请求中没有文件。请用 multipart/form-data 的 file 字段上传录音。"


class CallDataUnreadable(InvalidInput):
    """The `call_data` field is not a JSON object."""

    status = 400
    message = "call_data 不是有效的 JSON 对象，请按接入文档的格式更正。"


@blueprint.post("/api/v1/recordings")
@allow(*SENDERS)
def add_recording() -> ResponseReturnValue:
    """Take in one recording: `file`, and call data as form fields or as JSON in `call_data`."""
    file = request.files.get("file")
    if file is None:
        raise FileMissing
    token_used(request.headers.get("Authorization", ""))
    made = ingest(file.stream, _call_data(), actor=actor(), filename=file.filename or "recording")
    if made.recording_id is None:
        return _refused(made)
    response = jsonify(id=made.recording_id, status="stored", warnings=[say(item) for item in made.warnings])
    response.headers["Location"] = url_for("api.recording", recording_id=made.recording_id)
    return response, 201


@blueprint.get("/api/v1/recordings/<recording_id>")
@allow(*READERS, UserRole.ADMINISTRATOR)
def recording(recording_id: str) -> Response:
    """How far a recording has come."""
    return jsonify(job_document(job_reads.job_for(actor(), recording_id)))


@blueprint.get("/api/v1/recordings/<recording_id>/transcript")
@allow(*READERS)
def transcript(recording_id: str) -> Response:
    """What was said by whom, when, and the phrases found."""
    return jsonify(transcript_document(transcripts.heard_transcript(actor(), recording_id)))


@blueprint.get("/api/v1/recordings/<recording_id>/evaluation")
@allow(*READERS)
def evaluation(recording_id: str) -> Response:
    """The human evaluation, if there is one, else the automatic one."""
    recording_for(actor(), recording_id)
    number = transcripts.newest_evaluation(recording_id)
    row = evaluations.evaluation_for(actor(), number)
    return jsonify(evaluation_document(row, answers_of(number)))


def _call_data() -> dict[str, Any]:
    given: dict[str, Any] = {name: value for name, value in request.form.items() if name != "call_data"}
    text = request.form.get("call_data")
    if not text:
        return given
    try:
        named = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CallDataUnreadable from error
    if not isinstance(named, dict):
        raise CallDataUnreadable
    return {**named, **given}


def _refused(made: Ingested) -> ResponseReturnValue:
    reason = made.reason or Refusal.NOT_AUDIO
    error: dict[str, Any] = {"code": reason.value, "message": say(made.detail)}
    if made.existing_id is not None:
        error["existing_id"] = made.existing_id
    if made.quarantine_id is not None:
        error["quarantine_id"] = made.quarantine_id
    return jsonify(error=error), 409 if reason in _DUPLICATES else 422
