"""The agent's own record."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from qm.core.actor import UserRole
from qm.frame.access import actor, allow
from qm.frame.charts import scale_for, score_chart
from qm.records.reads.averages import average
from qm.records.reads.figures import loss_lines, monthly, tallies
from qm.records.reads.performance import DRAWN, released

blueprint = Blueprint("record", __name__)


@blueprint.get("/mine/performance")
@allow(UserRole.AGENT)
def performance() -> ResponseReturnValue:
    """The agent's record: scores over time, averages by month, where points went."""
    whole = average(tallies(actor()))
    months = monthly(actor())
    lines = loss_lines(actor())
    return render_template(
        "records/mine_record.html",
        chart=score_chart(released(actor(), limit=DRAWN), whole),
        average=whole,
        months=months,
        scale=scale_for([month.average for month in months]),
        losses=lines,
        hrefs={line.criterion: url_for("mine.evaluations", criterion=line.criterion) for line in lines},
    )
