"""What agents see: feedback on own calls, one of them, their record."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from qm.actor import UserRole
from qm.queries import evaluations
from qm.queries.averages import average
from qm.queries.performance import loss_lines, lost_titles, monthly, released
from qm.services import acknowledge as service
from qm.web.access import actor, allow
from qm.web.charts import scale_for, score_chart
from qm.web.mine import blueprint


class AcknowledgeForm(FlaskForm):  # type: ignore[misc]
    """The agent's own words, which may stay empty."""

    words = TextAreaField(validators=[Length(max=service.WORDS_MAX)])


@blueprint.get("/", endpoint="evaluations")
@allow(UserRole.AGENT)
def own_evaluations() -> ResponseReturnValue:
    """Own released evaluations: what waits for a reply first."""
    calls = released(actor())
    criterion = request.args.get("criterion", "")
    line = next((item for item in loss_lines(calls) if item.criterion == criterion), None)
    if line is not None:
        calls = tuple(call for call in calls if call.evaluation_id in line.evaluation_ids)
    return render_template(
        "pages/mine/evaluations.html",
        waiting=[call for call in calls if not call.acknowledged],
        read=[call for call in calls if call.acknowledged],
        line=line,
        lost=lost_titles(calls),
    )


@blueprint.get("/evaluations/<int:evaluation_id>")
@allow(UserRole.AGENT)
def evaluation(evaluation_id: int) -> ResponseReturnValue:
    """One evaluation with its call, to hear and to reply to."""
    view = evaluations.evaluation_view(actor(), evaluation_id)
    return render_template("pages/mine/evaluation.html", evaluation=view, form=AcknowledgeForm())


@blueprint.post("/evaluations/<int:evaluation_id>/acknowledge")
@allow(UserRole.AGENT)
def acknowledge(evaluation_id: int) -> ResponseReturnValue:
    """Confirm having read it, with own words."""
    form = AcknowledgeForm()
    if not form.validate_on_submit():
        raise service.WordsTooLong(most=service.WORDS_MAX)
    done = service.acknowledge(actor(), evaluation_id, words=form.words.data or "")
    said = gettext("已确认，留言已一并保存。") if done.acknowledgement else gettext("已确认。")
    flash(said, "done")
    return redirect(url_for("mine.evaluation", evaluation_id=evaluation_id))


@blueprint.get("/performance")
@allow(UserRole.AGENT)
def performance() -> ResponseReturnValue:
    """The agent's record: scores over time, averages by month, where points went."""
    calls = released(actor())
    months = monthly(calls)
    lines = loss_lines(calls)
    whole = average(calls)
    return render_template(
        "pages/mine/performance.html",
        calls=calls,
        chart=score_chart(calls, whole),
        average=whole,
        months=months,
        scale=scale_for([month.average for month in months]),
        losses=lines,
        hrefs={line.criterion: url_for("mine.evaluations", criterion=line.criterion) for line in lines},
    )
