"""The machine beside people: one call answer by answer, and agreement per criterion."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from qm.actor import UserRole
from qm.queries import rules_agreement as queries
from qm.web.access import actor, allow
from qm.web.manage import blueprint


@blueprint.get("/workshop/agreement")
@allow(UserRole.SUPERVISOR)
def rule_agreement() -> ResponseReturnValue:
    """Per criterion: kappa with its interval and n; and the calls that have both evaluations."""
    return render_template(
        "pages/manage/rule_agreement.html", lines=queries.agreement(actor()), calls=queries.calls(actor())
    )


@blueprint.get("/workshop/compare/<recording_id>")
@allow(UserRole.SUPERVISOR)
def rule_compare(recording_id: str) -> ResponseReturnValue:
    """Both evaluations of one call."""
    return render_template(
        "pages/manage/rule_compare.html",
        found=queries.comparison(actor(), recording_id),
        Outcome=queries.Outcome,
    )
