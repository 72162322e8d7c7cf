"""Criteria that no rule covers, learned from people's answers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.core.errors import NotFound, QmError
from qm.core.ownership import owns
from qm.frame.access import actor, allow
from qm.frame.saying import say
from qm.jobs.writes import background_runs
from qm.judging import reads as learning_reads
from qm.judging.writes import learning as learning_writes
from qm.judging.writes import learning_runs
from qm.rubrics.reads.versions import owner
from scoring.suggest import LEAST_ANSWERS

blueprint = Blueprint("learning", __name__)


@blueprint.get("/manage/learning")
@allow(UserRole.SUPERVISOR)
def learning() -> ResponseReturnValue:
    """Every criterion without a rule."""
    return render_template("judging/learning.html", lines=learning_reads.lines(actor()), least=LEAST_ANSWERS)


def _page(rubric_key: str, criterion: str, status: int = 200, **more: object) -> ResponseReturnValue:
    view = learning_reads.view(rubric_key, criterion, actor())
    under_way = view.run is not None and background_runs.under_way(view.run)
    if "HX-Request" in request.headers and under_way:
        return render_template("judging/_learning_run.html", view=view, under_way=under_way), status
    page = render_template(
        "judging/criterion.html",
        view=view,
        under_way=under_way,
        least=LEAST_ANSWERS,
        decides=owns(actor(), owner(rubric_key)),
        **more,
    )
    # A training that has ended changes the whole page: the part that asked gives way to it.
    headers = {"HX-Refresh": "true"} if "HX-Request" in request.headers else {}
    return page, status, headers


@blueprint.get("/manage/learning/<rubric_key>/<criterion>")
@allow(UserRole.SUPERVISOR)
def learning_criterion(rubric_key: str, criterion: str) -> ResponseReturnValue:
    """Answers, models, agreement."""
    return _page(rubric_key, criterion)


@blueprint.post("/manage/learning/<rubric_key>/<criterion>/train")
@allow(UserRole.SUPERVISOR)
def learning_train(rubric_key: str, criterion: str) -> ResponseReturnValue:
    """Ask a worker to train once more; earlier models stay."""
    try:
        learning_runs.request(actor(), rubric_key, criterion)
    except NotFound:
        raise
    except QmError as error:
        return _page(rubric_key, criterion, error.status, problem=say(error))
    return redirect(url_for("learning.learning_criterion", rubric_key=rubric_key, criterion=criterion))


@blueprint.post("/manage/learning/runs/<int:run_id>/cancel")
@allow(UserRole.SUPERVISOR)
def learning_cancel(run_id: int) -> ResponseReturnValue:
    """Stop a training; no model is kept."""
    run = learning_runs.cancel(actor(), run_id)
    return redirect(
        url_for("learning.learning_criterion", rubric_key=run.rubric_key, criterion=run.criterion)
    )


@blueprint.post("/manage/learning/models/<int:model_id>/use")
@allow(UserRole.SUPERVISOR)
def learning_use(model_id: int) -> ResponseReturnValue:
    """Show this model's suggestions."""
    row = learning_writes.use(actor(), model_id)
    flash(gettext("已启用，评分时会显示它的建议和依据。"), "done")
    return redirect(
        url_for("learning.learning_criterion", rubric_key=row.rubric_key, criterion=row.criterion)
    )


@blueprint.post("/manage/learning/models/<int:model_id>/drop")
@allow(UserRole.SUPERVISOR)
def learning_drop(model_id: int) -> ResponseReturnValue:
    """Show no suggestions for its criterion."""
    row = learning_writes.drop(actor(), model_id)
    flash(gettext("已停用，不再显示建议。"), "done")
    return redirect(
        url_for("learning.learning_criterion", rubric_key=row.rubric_key, criterion=row.criterion)
    )
