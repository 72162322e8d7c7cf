"""What a draft would do to calls already judged; then publish it, or restate past scores by it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.core.clock import local, midnight, today
from qm.core.errors import InvalidInput, QmError
from qm.frame.access import actor, allow
from qm.frame.locale import current_locale
from qm.frame.numbers import row_number
from qm.frame.registry import template_filter
from qm.frame.saying import say
from qm.jobs.writes import background_runs
from qm.models.base import text_of
from qm.rubrics.words.answers import said_words
from qm.trials.reads import outcome
from qm.trials.reads import whatif as whatif_reads
from qm.trials.writes import restate as whatif_restate
from qm.trials.writes import runs as whatif_runs
from recorder.message import Message
from scoring.said import said_from_dict

blueprint = Blueprint("whatif", __name__)

DAYS = 30
"""Days back that are offered."""


class DateUnreadable(InvalidInput):
    """A day was not written as one."""

    message = "请按 年-月-日 填写开始和结束日期。"


def _choose(status: int = 200, **more: object) -> ResponseReturnValue:
    day = today()
    page = render_template(
        "trials/whatif.html",
        forms=whatif_reads.forms(actor()),
        runs=whatif_reads.runs(actor()),
        restatements=whatif_reads.restatements(actor()),
        chosen=request.values.get("rubric", type=row_number),
        from_day=request.form.get("from_day") or (day - timedelta(days=DAYS)).isoformat(),
        to_day=request.form.get("to_day") or day.isoformat(),
        **more,
    )
    return page, status


@blueprint.get("/manage/whatif")
@allow(UserRole.SUPERVISOR)
def whatif() -> ResponseReturnValue:
    """Choose a form and a period; earlier runs and restatements below."""
    return _choose()


@blueprint.post("/manage/whatif")
@allow(UserRole.SUPERVISOR)
def whatif_start() -> ResponseReturnValue:
    """Ask a worker for a run."""
    try:
        run = whatif_runs.start(
            actor(),
            request.form.get("rubric", 0, type=row_number),
            from_at=_midnight("from_day", 0),
            to_at=_midnight("to_day", 1),
            with_rule_drafts="with_rule_drafts" in request.form,
        )
    except QmError as error:
        return _choose(error.status, problem=say(error))
    return redirect(url_for("whatif.whatif_run", run_id=run.id))


@blueprint.get("/manage/whatif/<int:run_id>")
@allow(UserRole.SUPERVISOR)
def whatif_run(run_id: int) -> ResponseReturnValue:
    """One run: progress, then what it found; asked by htmx, only what changes."""
    return _run_page(run_id)


def _run_page(run_id: int, status: int = 200, **more: object) -> ResponseReturnValue:
    page = max(request.args.get("page", 1, type=row_number), 1)
    view = outcome.view(actor(), run_id, page=page)
    swapped = "HX-Request" in request.headers
    template = "trials/_run.html" if swapped else "trials/run.html"
    text = render_template(
        template,
        view=view,
        run=view.run,
        page=page,
        pages=-(-view.changed // outcome.PAGE),
        under_way=background_runs.under_way(view.run),
        **more,
    )
    return text, status


@blueprint.post("/manage/whatif/<int:run_id>/resume")
@allow(UserRole.SUPERVISOR)
def whatif_resume(run_id: int) -> ResponseReturnValue:
    """Go on with a run that failed or was cancelled."""
    whatif_runs.resume(actor(), run_id)
    return redirect(url_for("whatif.whatif_run", run_id=run_id))


@blueprint.post("/manage/whatif/<int:run_id>/cancel")
@allow(UserRole.SUPERVISOR)
def whatif_cancel(run_id: int) -> ResponseReturnValue:
    """Stop a run; what it has found stays."""
    whatif_runs.cancel(actor(), run_id)
    return redirect(url_for("whatif.whatif_run", run_id=run_id))


@blueprint.post("/manage/whatif/<int:run_id>/restate")
@allow(UserRole.SUPERVISOR)
def whatif_restate_scores(run_id: int) -> ResponseReturnValue:
    """Publish what was tried and tell past scores anew by it."""
    try:
        done = whatif_restate.restate(actor(), run_id, reason=request.form.get("reason", ""))
    except whatif_restate.ReasonMissing as error:
        return _run_page(run_id, error.status, problem=say(error))
    said = gettext(
        "已发布并重述：%(n)d 份人工评分按新版计分，%(left)d 份缺答案未动，%(auto)d 通自动评分排队重算。",
        n=done.scores,
        left=done.left,
        auto=done.automatic,
    )
    flash(said, "done")
    return redirect(url_for("whatif.whatif_ledger", restatement_id=done.restatement_id))


@blueprint.get("/manage/whatif/ledger/<int:restatement_id>")
@allow(UserRole.SUPERVISOR)
def whatif_ledger(restatement_id: int) -> ResponseReturnValue:
    """Old and new scores of one restatement."""
    decision, lines = whatif_reads.ledger(actor(), restatement_id)
    return render_template(
        "trials/ledger.html", decision=decision, lines=lines, agents=whatif_reads.agent_names()
    )


@template_filter
def flip_words(said: dict[str, Any] | None) -> str:
    """An answer of a run in words."""
    if said is None:
        return str(gettext("未答"))
    return said_words(said_from_dict(said)) or str(gettext("文字"))


@template_filter
def flip_why(flip: dict[str, Any]) -> str:
    """Why an answer changes: the rule's own sentence, which other languages leave to the proof beside it."""
    told = text_of(flip["why"])
    left = current_locale() != "zh" and not isinstance(told, Message) and flip["evidence"]
    return "" if left else say(told)


@template_filter
def last_day(end: datetime) -> str:
    """The last day of a period that runs up to but without `end`."""
    return local(end - timedelta(seconds=1)).date().isoformat()


def _midnight(name: str, later: int) -> datetime:
    """The beginning of a posted day, `later` days on. Raises `DateUnreadable`."""
    try:
        day = date.fromisoformat(request.form.get(name, "")) + timedelta(days=later)
    except (ValueError, OverflowError) as error:
        raise DateUnreadable from error
    return midnight(day)
