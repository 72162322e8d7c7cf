"""Which form is for which calls."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.core.clock import today
from qm.core.errors import QmError
from qm.frame.access import actor, allow
from qm.frame.numbers import row_number
from qm.frame.saying import say
from qm.intake.reads.queues import queues
from qm.rubrics.pages.rubrics import blueprint
from qm.rubrics.reads import bindings as binding_reads
from qm.rubrics.writes import bindings as binding_writes


def _page(status: int = 200, **more: object) -> ResponseReturnValue:
    page = render_template(
        "rubrics/bindings.html",
        lines=binding_reads.lines(actor()),
        forms=binding_reads.published_forms(actor()),
        queues=queues(),
        teams=binding_reads.teams(actor()),
        today=today(),
        without_team=binding_reads.binds_without_team(actor()),
        **more,
    )
    return page, status


@blueprint.get("/manage/rubrics/bindings")
@allow(UserRole.SUPERVISOR)
def rubric_bindings() -> ResponseReturnValue:
    """Every binding."""
    return _page()


@blueprint.post("/manage/rubrics/bindings")
@allow(UserRole.SUPERVISOR)
def rubric_bind() -> ResponseReturnValue:
    """Bind a form to a range of calls."""
    form = request.form
    try:
        try:
            from_day = date.fromisoformat(form.get("from_day", ""))
            to_day = date.fromisoformat(form["to_day"]) if form.get("to_day") else None
        except ValueError as error:
            raise binding_writes.BindingUnusable from error
        binding_writes.bind(
            actor(),
            rubric_key=form.get("rubric_key", ""),
            queue=form.get("queue", ""),
            team_id=form.get("team_id", type=row_number),
            direction=form.get("direction", ""),
            from_day=from_day,
            to_day=to_day,
        )
    except QmError as error:
        return _page(error.status, problem=say(error))
    flash(gettext("已指定，此后判断的通话按它选评分表。"), "done")
    return redirect(url_for("rubrics.rubric_bindings"))


@blueprint.post("/manage/rubrics/bindings/<int:binding_id>/end")
@allow(UserRole.SUPERVISOR)
def rubric_unbind(binding_id: int) -> ResponseReturnValue:
    """Let a binding end today; one still to come is taken away."""
    binding_writes.end(actor(), binding_id, last_day=today())
    flash(gettext("已结束，明天起不再适用。"), "done")
    return redirect(url_for("rubrics.rubric_bindings"))
