"""Rubrics: the list, one version readable, publishing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.core.ownership import reach
from qm.frame.access import actor, allow
from qm.models import ProposalKind
from qm.proposals import reads as proposal_reads
from qm.proposals.pages.proposals import listed_at
from qm.rubrics.reads import versions as rubric_reads
from qm.rubrics.writes import versions as rubric_writes
from scoring.sheets import not_in_table

blueprint = Blueprint("rubrics", __name__)
listed_at(ProposalKind.RUBRIC, "rubrics.rubrics")

EXPORTS = (("xlsx", "Excel"), ("yaml", "YAML"))


def list_page(status: int = 200, **more: object) -> ResponseReturnValue:
    """Every form, beside the file to import."""
    lines = rubric_reads.lines(actor())
    page = render_template(
        "rubrics/rubrics.html",
        lines=lines,
        reach=reach(actor()),
        proposed=proposal_reads.waiting(actor(), ProposalKind.RUBRIC),
        addresses={line.key: url_for("rubrics.rubric", rubric_id=line.newest.id) for line in lines},
        **more,
    )
    return page, status


@blueprint.get("/manage/rubrics")
@allow(UserRole.SUPERVISOR)
def rubrics() -> ResponseReturnValue:
    """Forms with their versions."""
    return list_page()


@blueprint.get("/manage/rubrics/<int:rubric_id>")
@allow(UserRole.SUPERVISOR)
def rubric(rubric_id: int) -> ResponseReturnValue:
    """One version, as it will be read and scored."""
    view = rubric_reads.view(rubric_id, actor())
    return render_template(
        "rubrics/rubric.html",
        view=view,
        rubric=view.rubric,
        exports=EXPORTS,
        lost=not_in_table(view.rubric),
        reach=reach(actor()),
        proposal=proposal_reads.latest(actor(), ProposalKind.RUBRIC, view.row.key),
    )


@blueprint.post("/manage/rubrics/<int:rubric_id>/publish")
@allow(UserRole.SUPERVISOR)
def rubric_publish(rubric_id: int) -> ResponseReturnValue:
    """Put a draft in force."""
    row = rubric_writes.publish(actor(), rubric_id)
    said = gettext("“%(title)s”第 %(n)d 版已发布，此后的评分用这一版。", title=row.title, n=row.version)
    flash(said, "done")
    return redirect(url_for("rubrics.rubric", rubric_id=rubric_id))


@blueprint.post("/manage/rubrics/<int:rubric_id>/propose")
@allow(UserRole.SUPERVISOR)
def rubric_propose(rubric_id: int) -> ResponseReturnValue:
    """Ask the centre to publish the branch's draft for everybody."""
    rubric_writes.propose(actor(), rubric_id, note=request.form.get("note", ""))
    flash(gettext("已提请总部发布；总部处理后会显示在这里。"), "done")
    return redirect(url_for("rubrics.rubric", rubric_id=rubric_id))


@blueprint.post("/manage/rubrics/<int:rubric_id>/discard")
@allow(UserRole.SUPERVISOR)
def rubric_discard(rubric_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    row = rubric_writes.discard(actor(), rubric_id)
    flash(gettext("“%(title)s”的草稿已放弃。", title=row.title), "done")
    return redirect(url_for("rubrics.rubrics"))


@blueprint.post("/manage/rubrics/<int:rubric_id>/retire")
@allow(UserRole.SUPERVISOR)
def rubric_retire(rubric_id: int) -> ResponseReturnValue:
    """Take a version out of force."""
    row = rubric_writes.retire(actor(), rubric_id)
    flash(gettext("“%(title)s”已停用；用它评过的分数不变。", title=row.title), "done")
    return redirect(url_for("rubrics.rubrics"))
