"""Rubrics: the list, one version readable, publishing."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.actor import UserRole
from qm.models import ProposalKind
from qm.queries import proposals
from qm.queries import rubrics as queries
from qm.queries.ownership import reach
from qm.services import rubrics as service
from qm.web.access import actor, allow
from qm.web.manage import blueprint
from scoring.sheets import not_in_table

EXPORTS = (("xlsx", "Excel"), ("yaml", "YAML"))


def list_page(status: int = 200, **more: object) -> ResponseReturnValue:
    """Every form, beside the file to import."""
    lines = queries.lines(actor())
    page = render_template(
        "pages/manage/rubrics.html",
        lines=lines,
        reach=reach(actor()),
        proposed=proposals.waiting(actor(), ProposalKind.RUBRIC),
        addresses={line.key: url_for("manage.rubric", rubric_id=line.newest.id) for line in lines},
        **more,
    )
    return page, status


@blueprint.get("/rubrics")
@allow(UserRole.SUPERVISOR)
def rubrics() -> ResponseReturnValue:
    """Forms with their versions."""
    return list_page()


@blueprint.get("/rubrics/<int:rubric_id>")
@allow(UserRole.SUPERVISOR)
def rubric(rubric_id: int) -> ResponseReturnValue:
    """One version, as it will be read and scored."""
    view = queries.view(rubric_id, actor())
    return render_template(
        "pages/manage/rubric.html",
        view=view,
        rubric=view.rubric,
        exports=EXPORTS,
        lost=not_in_table(view.rubric),
        reach=reach(actor()),
        proposal=proposals.latest(actor(), ProposalKind.RUBRIC, view.row.key),
    )


@blueprint.post("/rubrics/<int:rubric_id>/publish")
@allow(UserRole.SUPERVISOR)
def rubric_publish(rubric_id: int) -> ResponseReturnValue:
    """Put a draft in force."""
    row = service.publish(actor(), rubric_id)
    said = gettext("“%(title)s”第 %(n)d 版已发布，此后的评分用这一版。", title=row.title, n=row.version)
    flash(said, "done")
    return redirect(url_for("manage.rubric", rubric_id=rubric_id))


@blueprint.post("/rubrics/<int:rubric_id>/propose")
@allow(UserRole.SUPERVISOR)
def rubric_propose(rubric_id: int) -> ResponseReturnValue:
    """Ask the centre to publish the branch's draft for everybody."""
    service.propose(actor(), rubric_id, note=request.form.get("note", ""))
    flash(gettext("已提请总部发布；总部处理后会显示在这里。"), "done")
    return redirect(url_for("manage.rubric", rubric_id=rubric_id))


@blueprint.post("/rubrics/<int:rubric_id>/discard")
@allow(UserRole.SUPERVISOR)
def rubric_discard(rubric_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    row = service.discard(actor(), rubric_id)
    flash(gettext("“%(title)s”的草稿已放弃。", title=row.title), "done")
    return redirect(url_for("manage.rubrics"))


@blueprint.post("/rubrics/<int:rubric_id>/retire")
@allow(UserRole.SUPERVISOR)
def rubric_retire(rubric_id: int) -> ResponseReturnValue:
    """Take a version out of force."""
    row = service.retire(actor(), rubric_id)
    flash(gettext("“%(title)s”已停用；用它评过的分数不变。", title=row.title), "done")
    return redirect(url_for("manage.rubrics"))
