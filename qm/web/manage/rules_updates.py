"""What the product ships anew of a rule: taken as its draft, or declined."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.actor import UserRole
from qm.services import rules_updates as service
from qm.web.access import actor, allow
from qm.web.manage import blueprint
from qm.web.manage.rules import rule_page
from qm.web.saying import say


@blueprint.post("/rules/<key>/update/take")
@allow(UserRole.SUPERVISOR)
def rule_update_take(key: str) -> ResponseReturnValue:
    """Make the shipped text the draft; then it is tried like any draft."""
    try:
        service.take(actor(), key, over_draft=request.form.get("over_draft") == "1")
    except service.DraftThere as error:
        return rule_page(key, error.status, problem=say(error))
    flash(gettext("已取为草稿，没有发布。请先试最近的通话，看哪些结论会变。"), "done")
    return redirect(url_for("manage.rule_edit", key=key))


@blueprint.post("/rules/<key>/update/decline")
@allow(UserRole.SUPERVISOR)
def rule_update_decline(key: str) -> ResponseReturnValue:
    """Say nothing more of this shipped text."""
    service.decline(actor(), key)
    flash(gettext("好，不再提示这一次更新；产品以后再改这条规则时会再提示。"), "done")
    return redirect(url_for("manage.rules"))
