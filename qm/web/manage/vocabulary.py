"""Words of each queue: what its calls are full of and engines mishear."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.actor import UserRole
from qm.errors import QmError
from qm.queries import vocabulary as queries
from qm.services import vocabulary as service
from qm.web.access import actor, allow
from qm.web.manage import blueprint
from qm.web.saying import say


def _page(status: int = 200, **more: object) -> ResponseReturnValue:
    page = render_template("pages/manage/vocabulary.html", lists=queries.overview(), **more)
    return page, status


@blueprint.get("/vocabulary")
@allow(UserRole.SUPERVISOR)
def vocabulary() -> ResponseReturnValue:
    """Every queue's words."""
    return _page()


@blueprint.post("/vocabulary")
@allow(UserRole.SUPERVISOR)
def vocabulary_save() -> ResponseReturnValue:
    """Replace the words of one queue."""
    queue, text = request.form.get("queue", ""), request.form.get("terms", "")
    try:
        terms = service.set_terms(actor(), queue=queue, text=text)
    except QmError as error:
        return _page(error.status, problem=say(error), tried=(queue, text))
    flash(gettext("已保存 %(n)d 个词，此后转写的通话生效。", n=len(terms)), "done")
    return redirect(url_for("manage.vocabulary"))
