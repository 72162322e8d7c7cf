"""The machine beside people: one call answer by answer, and agreement per criterion."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qm.core.actor import UserRole
from qm.frame.access import actor, allow
from qm.trials.reads import agreement as agreement_reads

blueprint = Blueprint("agreement", __name__)


@blueprint.get("/manage/workshop/agreement")
@allow(UserRole.SUPERVISOR)
def rule_agreement() -> ResponseReturnValue:
    """Per criterion: kappa with its interval and n; and the calls that have both evaluations."""
    return render_template(
        "trials/agreement.html",
        lines=agreement_reads.agreement(actor()),
        calls=agreement_reads.calls(actor()),
    )


@blueprint.get("/manage/workshop/compare/<recording_id>")
@allow(UserRole.SUPERVISOR)
def rule_compare(recording_id: str) -> ResponseReturnValue:
    """Both evaluations of one call."""
    return render_template(
        "trials/compare.html",
        found=agreement_reads.comparison(actor(), recording_id),
        Outcome=agreement_reads.Outcome,
    )
