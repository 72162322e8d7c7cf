"""The agent's own record."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from qm.actor import UserRole
from qm.queries.averages import average
from qm.queries.figures import loss_lines, monthly, tallies
from qm.queries.performance import DRAWN, released
from qm.web.access import actor, allow
from qm.web.charts import scale_for, score_chart
from qm.web.mine import blueprint


@blueprint.get("/performance")
@allow(UserRole.AGENT)
def performance() -> ResponseReturnValue:
    """The agent's record: scores over time, averages by month, where points went."""
    whole = average(tallies(actor()))
    months = monthly(actor())
    lines = loss_lines(actor())
    return render_template(
        "pages/mine/performance.html",
        chart=score_chart(released(actor(), limit=DRAWN), whole),
        average=whole,
        months=months,
        scale=scale_for([month.average for month in months]),
        losses=lines,
        hrefs={line.criterion: url_for("mine.evaluations", criterion=line.criterion) for line in lines},
    )
