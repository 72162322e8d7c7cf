"""What agents see: feedback on own calls, one of them."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from qm.core.actor import UserRole
from qm.frame.access import actor, allow
from qm.frame.numbers import page_asked, pages_of
from qm.records import writes as record_writes
from qm.records.reads.figures import Scope, loss_lines, lost_titles, tallies
from qm.records.reads.performance import LISTED, released
from qm.reviewing.reads import evaluations

blueprint = Blueprint("mine", __name__)


class AcknowledgeForm(FlaskForm):  # type: ignore[misc]
    """The agent's own words, which may stay empty."""

    words = TextAreaField(validators=[Length(max=record_writes.WORDS_MAX)])


@blueprint.get("/mine/", endpoint="evaluations")
@allow(UserRole.AGENT)
def own_evaluations() -> ResponseReturnValue:
    """Own released evaluations: what waits for a reply first; so many of either a page."""
    criterion = request.args.get("criterion", "")
    lines = loss_lines(actor()) if criterion else ()
    line = next((item for item in lines if item.criterion == criterion), None)
    scope = Scope(lost_in=line.criterion if line else "")
    found = tallies(actor(), scope)
    waiting_n = sum(tally.waiting for tally in found)
    read_n = sum(tally.count for tally in found) - waiting_n
    page = page_asked()
    waiting, read = (
        released(actor(), replace(scope, acknowledged=done), offset=(page - 1) * LISTED)
        for done in (False, True)
    )
    return render_template(
        "records/mine_evaluations.html",
        waiting=waiting,
        waiting_n=waiting_n,
        read=read,
        read_n=read_n,
        page=page,
        pages=pages_of(max(waiting_n, read_n), LISTED),
        line=line,
        lost=lost_titles([call.evaluation_id for call in (*waiting, *read)]),
    )


@blueprint.get("/mine/evaluations/<int:evaluation_id>")
@allow(UserRole.AGENT)
def evaluation(evaluation_id: int) -> ResponseReturnValue:
    """One evaluation with its call, to hear and to reply to."""
    view = evaluations.evaluation_view(actor(), evaluation_id)
    return render_template("records/mine_evaluation.html", evaluation=view, form=AcknowledgeForm())


@blueprint.post("/mine/evaluations/<int:evaluation_id>/acknowledge")
@allow(UserRole.AGENT)
def acknowledge(evaluation_id: int) -> ResponseReturnValue:
    """Confirm having read it, with own words."""
    form = AcknowledgeForm()
    if not form.validate_on_submit():
        raise record_writes.WordsTooLong(most=record_writes.WORDS_MAX)
    done = record_writes.acknowledge(actor(), evaluation_id, words=form.words.data or "")
    said = gettext("已确认，留言已一并保存。") if done.acknowledgement else gettext("已确认。")
    flash(said, "done")
    return redirect(url_for("mine.evaluation", evaluation_id=evaluation_id))
