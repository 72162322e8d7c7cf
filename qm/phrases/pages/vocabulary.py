"""Words of each queue: what its calls are full of and engines mishear."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.core.errors import QmError
from qm.core.ownership import everywhere
from qm.frame.access import actor, allow
from qm.frame.saying import say
from qm.phrases.pages.library import blueprint
from qm.phrases.reads import vocabulary as vocabulary_reads
from qm.phrases.writes import vocabulary as vocabulary_writes


def _page(status: int = 200, **more: object) -> ResponseReturnValue:
    page = render_template(
        "phrases/vocabulary.html",
        lists=vocabulary_reads.overview(),
        changeable=everywhere(actor()),
        **more,
    )
    return page, status


@blueprint.get("/manage/vocabulary")
@allow(UserRole.SUPERVISOR)
def vocabulary() -> ResponseReturnValue:
    """Every queue's words."""
    return _page()


@blueprint.post("/manage/vocabulary")
@allow(UserRole.SUPERVISOR)
def vocabulary_save() -> ResponseReturnValue:
    """Replace the words of one queue."""
    queue, text = request.form.get("queue", ""), request.form.get("terms", "")
    try:
        terms = vocabulary_writes.set_terms(actor(), queue=queue, text=text)
    except QmError as error:
        return _page(error.status, problem=say(error), tried=(queue, text))
    flash(gettext("已保存 %(n)d 个词，此后转写的通话生效。", n=len(terms)), "done")
    return redirect(url_for("phrases.vocabulary"))
