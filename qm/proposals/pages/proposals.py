"""Proposals of branches: declined by the centre, taken back by the branch."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.frame.access import actor, allow
from qm.models import Proposal, ProposalKind
from qm.proposals import writes as proposal_writes

blueprint = Blueprint("proposals", __name__)

LISTED_AT: dict[ProposalKind, str] = {}
"""The page that lists what of a kind is proposed."""


def listed_at(kind: ProposalKind, endpoint: str) -> None:
    """Say on which page proposals of a kind stand; each capability of what is proposed does so itself."""
    LISTED_AT[kind] = endpoint


@blueprint.post("/manage/proposals/<int:proposal_id>/decline")
@allow(UserRole.SUPERVISOR)
def proposal_decline(proposal_id: int) -> ResponseReturnValue:
    """Say no, with the reason."""
    row = proposal_writes.decline(actor(), proposal_id, answer=request.form.get("answer", ""))
    flash(gettext("未采纳“%(title)s”；提议的机构会看到理由。", title=row.title), "done")
    return _back(row)


@blueprint.post("/manage/proposals/<int:proposal_id>/withdraw")
@allow(UserRole.SUPERVISOR)
def proposal_withdraw(proposal_id: int) -> ResponseReturnValue:
    """Take it back; the draft stays."""
    row = proposal_writes.withdraw(actor(), proposal_id)
    flash(gettext("已撤回提议，草稿还在。"), "done")
    return _back(row)


def _back(row: Proposal) -> ResponseReturnValue:
    return redirect(url_for(LISTED_AT[row.kind]))
