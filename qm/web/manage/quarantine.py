"""Refused files: why, what to do, try again, put aside."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from qm.actor import UserRole
from qm.errors import QmError
from qm.models import QuarantineState
from qm.queries import quarantine as queries
from qm.services import quarantine as service
from qm.web.access import actor, allow
from qm.web.manage import blueprint
from qm.web.numbers import row_number
from qm.web.saying import say
from qm.web.times import direction_words
from qm.web.undo import flash_undo

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


@blueprint.get("/quarantine")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def quarantine() -> ResponseReturnValue:
    """The list."""
    asked = request.args.get("state", QuarantineState.OPEN.value)
    state = QuarantineState(asked) if asked in set(QuarantineState) else QuarantineState.OPEN
    page = max(request.args.get("page", 1, type=row_number), 1)
    return render_template(
        "pages/manage/quarantine.html",
        rows=queries.listed(actor(), state=state, limit=PAGE, offset=PAGE * (page - 1)),
        counts={item: queries.count(actor(), state=item) for item in QuarantineState},
        state=state,
        page=page,
        page_size=PAGE,
    )


def _page(quarantine_id: int, status: int = 200, problem: str = "") -> ResponseReturnValue:
    row = queries.quarantined_for(actor(), quarantine_id)
    shown = {name: row.call_data.get(name, "") for name in EDITABLE}
    shown["direction"] = direction_words(shown["direction"])
    page = render_template(
        "pages/manage/quarantined.html", row=row, form=CallDataForm(data=shown), problem=problem
    )
    return page, status


@blueprint.get("/quarantine/<int:quarantine_id>")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def quarantined(quarantine_id: int) -> ResponseReturnValue:
    """One file with its call data to correct."""
    return _page(quarantine_id)


@blueprint.post("/quarantine/<int:quarantine_id>/retry")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def quarantine_retry(quarantine_id: int) -> ResponseReturnValue:
    """Try again, with corrected call data where the form carries some."""
    corrected = {name: request.form[name].strip() for name in EDITABLE if name in request.form}
    try:
        service.retry(quarantine_id, actor=actor(), call_data=corrected or None)
    except QmError as error:
        return _page(quarantine_id, error.status, say(error))
    flash(gettext("已入库并排队处理。"), "done")
    return redirect(url_for("manage.quarantine"))


@blueprint.post("/quarantine/<int:quarantine_id>/discard")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def quarantine_discard(quarantine_id: int) -> ResponseReturnValue:
    """Put a file aside; can be undone."""
    row = queries.quarantined_for(actor(), quarantine_id)
    service.discard(quarantine_id, actor=actor())
    undo = url_for("manage.quarantine_restore", quarantine_id=quarantine_id)
    flash_undo(gettext("已丢弃 %(name)s。", name=row.filename), action=undo)
    return redirect(url_for("manage.quarantine"))


@blueprint.post("/quarantine/<int:quarantine_id>/restore")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def quarantine_restore(quarantine_id: int) -> ResponseReturnValue:
    """Undo a discard."""
    service.restore(quarantine_id, actor=actor())
    flash(gettext("已放回隔离区。"), "done")
    return redirect(url_for("manage.quarantine"))
