"""The review page: hear, read, score, give evidence, next."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.assigning.reads import assignments
from qm.core.actor import UserRole
from qm.core.errors import QmError
from qm.frame.access import actor, allow
from qm.frame.errors import wants_json
from qm.frame.figures import points
from qm.frame.numbers import row_number
from qm.frame.saying import say
from qm.frame.undo import flash_undo
from qm.hearing.writes import personal_data
from qm.models import Evaluation, EvaluationState
from qm.reviewing.pages.posted import FormUnreadable, draft_of
from qm.reviewing.pages.progress import figures
from qm.reviewing.reads import desk
from qm.reviewing.reads.evaluations import human_evaluation, rubric_of
from qm.reviewing.writes import evaluations, releases
from qm.reviewing.writes.evaluations import Draft
from qm.reviewing.writes.refusals import AnswerRefused, Incomplete, StaleEvaluation
from qm.rubrics.reads.form_build import build_form
from scoring.types import Rubric

blueprint = Blueprint("review", __name__)

REVIEWERS = (UserRole.INSPECTOR, UserRole.SUPERVISOR)


@blueprint.get("/desk/review/<recording_id>")
@allow(*REVIEWERS)
def review(recording_id: str) -> ResponseReturnValue:
    """One call with its form. `rubric` chooses the form before anybody began."""
    view = desk.review(actor(), recording_id, rubric_id=request.args.get("rubric", type=row_number))
    return _page(view)


@blueprint.post("/desk/review/<recording_id>/personal-data")
@allow(*REVIEWERS)
def reveal(recording_id: str) -> ResponseReturnValue:
    """The page once with personal numbers; who asked is recorded."""
    personal_data.reveal(actor(), recording_id)
    return _page(desk.review(actor(), recording_id, revealed=True))


@blueprint.post("/desk/review/<recording_id>/save")
@allow(*REVIEWERS)
def save(recording_id: str) -> ResponseReturnValue:
    """Keep the draft: JSON for autosave, the page again for the plain form."""
    try:
        saved = evaluations.save_read(actor(), recording_id, _rubric_id(), _read)
    except QmError as error:
        return _refused(recording_id, _draft(recording_id), error)
    if wants_json():
        given = saved.draft
        form = build_form(saved.rubric, given.rubric_id, given.answers, call_data=saved.call_data)
        return jsonify(figures(saved.revision, form))
    flash(gettext("已保存。"))
    return redirect(url_for("review.review", recording_id=recording_id))


@blueprint.post("/desk/review/<recording_id>/release")
@allow(*REVIEWERS)
def release(recording_id: str) -> ResponseReturnValue:
    """Save, check, release to the agent, and on to the next call."""
    draft = _draft(recording_id)
    try:
        saved = evaluations.save(actor(), recording_id, draft)
        draft = Draft(saved.revision, draft.rubric_id, draft.answers, draft.comment)
        row = releases.release(actor(), saved.evaluation_id, revision=saved.revision)
    except QmError as error:
        return _refused(recording_id, draft, error)
    _offer_take_back(row)
    following = assignments.next_recording(actor(), after=recording_id)
    target = url_for("review.review", recording_id=following) if following else _back()
    return jsonify(next=target) if wants_json() else redirect(target)


@blueprint.post("/desk/evaluation/<int:evaluation_id>/take-back")
@allow(*REVIEWERS)
def take_back(evaluation_id: int) -> ResponseReturnValue:
    """Undo a release."""
    row = releases.take_back(actor(), evaluation_id)
    flash(gettext("已撤回，座席看不到这份评分。修改后请重新提交。"))
    return redirect(url_for("review.review", recording_id=row.recording_id))


def _back() -> str:
    """Where the work is chosen: the inspector's own queue, for supervisors the list."""
    return url_for("desk.queue" if actor().may(UserRole.INSPECTOR) else "recordings.recordings")


def _offer_take_back(row: Evaluation) -> None:
    total = points(row.total)
    flash_undo(
        gettext("已提交，得分 %(total)s，座席现在可以看到。", total=total),
        action=url_for("review.take_back", evaluation_id=row.id),
    )


def _rubric_id() -> int:
    rubric_id = request.form.get("rubric_id", type=row_number)
    if rubric_id is None:
        raise FormUnreadable
    return rubric_id


def _read(rubric: Rubric, rubric_id: int) -> Draft:
    return draft_of(rubric, rubric_id, request.form)


def _draft(recording_id: str) -> Draft:
    row = human_evaluation(recording_id)
    used = row.rubric_id if row else _rubric_id()
    return _read(rubric_of(used), used)


def _page(view: desk.ReviewView, **more: object) -> str:
    return render_template(
        "reviewing/review.html", view=view, day=assignments.day_of(actor()), State=EvaluationState, **more
    )


def _refused(recording_id: str, draft: Draft, error: QmError) -> ResponseReturnValue:
    """The form stays as it was filled in, with what stands in the way."""
    if isinstance(error, StaleEvaluation):
        return _stale(recording_id, draft, error)
    lacks = error.lacks if isinstance(error, Incomplete) else ()
    message = say(error)
    if wants_json():
        told = [{"criterion": lack.criterion, "message": say(lack.message)} for lack in lacks]
        body = {"error": {"code": error.code, "message": message}, "revision": draft.revision, "lacks": told}
        return jsonify(body), error.status
    fits = not isinstance(error, AnswerRefused)
    filled = desk.Filled(draft.answers, draft.comment) if fits else None
    mine = desk.review(actor(), recording_id, rubric_id=draft.rubric_id, filled=filled)
    return _page(mine, lacks=lacks, problem=message), error.status


def _stale(recording_id: str, draft: Draft, error: StaleEvaluation) -> ResponseReturnValue:
    """Both versions side by side; the next save starts from the stored one, knowingly."""
    filled = desk.Filled(draft.answers, draft.comment)
    mine = desk.review(actor(), recording_id, filled=filled)
    theirs = desk.review(actor(), recording_id)
    message = say(error)
    if not wants_json():
        return _page(mine, theirs=theirs, problem=message), error.status
    conflict = render_template("reviewing/_conflict.html", mine=mine, theirs=theirs, message=message)
    body = {
        "error": {"code": error.code, "message": message},
        "revision": theirs.revision,
        "conflict": conflict,
    }
    return jsonify(body), error.status
