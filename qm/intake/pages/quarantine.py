"""Refused files: why, what to do, try again, put aside."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from qm.core.actor import UserRole
from qm.core.errors import QmError
from qm.frame.access import actor, allow
from qm.frame.numbers import row_number
from qm.frame.saying import say
from qm.frame.times import direction_words
from qm.frame.undo import flash_undo
from qm.intake.reads import quarantine as quarantine_reads
from qm.intake.writes import quarantine as quarantine_writes
from qm.models import QuarantineState

blueprint = Blueprint("quarantine", __name__)

PAGE = 100
"""Files on one page."""

EDITABLE = ("external_id", "agent_no", "started_at", "direction", "queue", "caller", "team")
"""Call data that can be corrected here; anything further stays as it came."""


class CallDataForm(FlaskForm):  # type: ignore[misc]
    """Call data of one refused file."""

    external_id = StringField(validators=[Length(max=120)])
    agent_no = StringField(validators=[Length(max=20)])
    started_at = StringField(validators=[Length(max=40)])
    direction = StringField(validators=[Length(max=10)])
    queue = StringField(validators=[Length(max=80)])
    caller = StringField(validators=[Length(max=40)])
    team = StringField(validators=[Length(max=80)])


@blueprint.get("/manage/quarantine")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def quarantine() -> ResponseReturnValue:
    """The list."""
    asked = request.args.get("state", QuarantineState.OPEN.value)
    state = QuarantineState(asked) if asked in set(QuarantineState) else QuarantineState.OPEN
    page = max(request.args.get("page", 1, type=row_number), 1)
    return render_template(
        "intake/quarantine.html",
        rows=quarantine_reads.listed(actor(), state=state, limit=PAGE, offset=PAGE * (page - 1)),
        counts={item: quarantine_reads.count(actor(), state=item) for item in QuarantineState},
        state=state,
        page=page,
        page_size=PAGE,
    )


def _page(quarantine_id: int, status: int = 200, problem: str = "") -> ResponseReturnValue:
    row = quarantine_reads.quarantined_for(actor(), quarantine_id)
    shown = {name: row.call_data.get(name, "") for name in EDITABLE}
    shown["direction"] = direction_words(shown["direction"])
    page = render_template("intake/quarantined.html", row=row, form=CallDataForm(data=shown), problem=problem)
    return page, status


@blueprint.get("/manage/quarantine/<int:quarantine_id>")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def quarantined(quarantine_id: int) -> ResponseReturnValue:
    """One file with its call data to correct."""
    return _page(quarantine_id)


@blueprint.post("/manage/quarantine/<int:quarantine_id>/retry")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def quarantine_retry(quarantine_id: int) -> ResponseReturnValue:
    """Try again, with corrected call data where the form carries some."""
    corrected = {name: request.form[name].strip() for name in EDITABLE if name in request.form}
    try:
        quarantine_writes.retry(quarantine_id, actor=actor(), call_data=corrected or None)
    except QmError as error:
        return _page(quarantine_id, error.status, say(error))
    flash(gettext("已入库并排队处理。"), "done")
    return redirect(url_for("quarantine.quarantine"))


@blueprint.post("/manage/quarantine/<int:quarantine_id>/discard")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def quarantine_discard(quarantine_id: int) -> ResponseReturnValue:
    """Put a file aside; can be undone."""
    row = quarantine_reads.quarantined_for(actor(), quarantine_id)
    quarantine_writes.discard(quarantine_id, actor=actor())
    undo = url_for("quarantine.quarantine_restore", quarantine_id=quarantine_id)
    flash_undo(gettext("已丢弃 %(name)s。", name=row.filename), action=undo)
    return redirect(url_for("quarantine.quarantine"))


@blueprint.post("/manage/quarantine/<int:quarantine_id>/restore")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def quarantine_restore(quarantine_id: int) -> ResponseReturnValue:
    """Undo a discard."""
    quarantine_writes.restore(quarantine_id, actor=actor())
    flash(gettext("已放回隔离区。"), "done")
    return redirect(url_for("quarantine.quarantine"))
