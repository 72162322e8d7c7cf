"""Recordings come in through the browser."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import MultipleFileField, SelectField, StringField
from wtforms.validators import Length

from qm.core.actor import UserRole
from qm.core.errors import QmError
from qm.core.settings import settings
from qm.frame.access import actor, allow
from qm.frame.choices import choices
from qm.frame.saying import say
from qm.intake.writes import uploads
from qm.people import reads as people_reads

blueprint = Blueprint("upload", __name__)

DIRECTIONS = choices([("inbound", lazy_gettext("呼入")), ("outbound", lazy_gettext("呼出"))])
CALL_FIELDS = ("agent_no", "started_at", "direction", "queue", "caller", "team")


class UploadForm(FlaskForm):  # type: ignore[misc]
    """Files, and the call data that they share."""

    files = MultipleFileField()
    agent_no = StringField(validators=[Length(max=20)])
    started_at = StringField(validators=[Length(max=40)])
    direction = SelectField(choices=DIRECTIONS)
    queue = StringField(validators=[Length(max=80)])
    caller = StringField(validators=[Length(max=40)])
    team = StringField(validators=[Length(max=80)])

    def shared(self) -> Mapping[str, str]:
        """Call data as `recorder.calldata` names it."""
        return {name: (self[name].data or "").strip() for name in CALL_FIELDS}


def _page(form: UploadForm, status: int = 200, **results: object) -> ResponseReturnValue:
    page = render_template(
        "intake/upload.html",
        form=form,
        roster=people_reads.roster(actor()),
        max_mb=settings().max_upload_mb,
        **results,
    )
    return page, status


@blueprint.get("/manage/upload")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def upload() -> ResponseReturnValue:
    """The form."""
    return _page(UploadForm())


@blueprint.post("/manage/upload")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def upload_submit() -> ResponseReturnValue:
    """Take in files; a script that sends them one by one gets only the result's lines."""
    form = UploadForm()
    try:
        outcomes = uploads.take_files(actor(), request.files.getlist("files"), form.shared())
    except QmError as error:
        return _page(form, error.status, problem=say(error))
    if request.form.get("fragment"):
        return render_template("intake/_upload_results.html", outcomes=outcomes, errors=())
    return _page(form, outcomes=outcomes, errors=())


@blueprint.post("/manage/upload/manifest")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def upload_manifest() -> ResponseReturnValue:
    """Take in the files that a manifest names; faults are listed by line."""
    try:
        found = uploads.take_manifest(actor(), request.files["manifest"], request.files.getlist("files"))
    except QmError as error:
        return _page(UploadForm(), error.status, problem=say(error))
    if request.form.get("fragment"):
        return render_template("intake/_upload_results.html", outcomes=found.outcomes, errors=found.errors)
    return _page(UploadForm(), outcomes=found.outcomes, errors=found.errors)
