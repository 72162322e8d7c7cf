"""What the product ships anew of a rule: taken as its draft, or declined."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.frame.access import actor, allow
from qm.frame.saying import say
from qm.rules.pages.rules import blueprint, rule_page
from qm.rules.writes import updates as rule_updates


@blueprint.post("/manage/rules/<key>/update/take")
@allow(UserRole.SUPERVISOR)
def rule_update_take(key: str) -> ResponseReturnValue:
    """Make the shipped text the draft; then it is tried like any draft."""
    try:
        rule_updates.take(actor(), key, over_draft=request.form.get("over_draft") == "1")
    except rule_updates.DraftThere as error:
        return rule_page(key, error.status, problem=say(error))
    flash(gettext("已取为草稿，没有发布。请先试最近的通话，看哪些结论会变。"), "done")
    return redirect(url_for("rules.rule_edit", key=key))


@blueprint.post("/manage/rules/<key>/update/decline")
@allow(UserRole.SUPERVISOR)
def rule_update_decline(key: str) -> ResponseReturnValue:
    """Say nothing more of this shipped text."""
    rule_updates.decline(actor(), key)
    flash(gettext("好，不再提示这一次更新；产品以后再改这条规则时会再提示。"), "done")
    return redirect(url_for("rules.rules"))
