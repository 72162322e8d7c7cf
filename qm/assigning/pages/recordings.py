"""The recordings, and who gets which call."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.assigning import writes as assignment_writes
from qm.assigning.reads import assignments, recording_list
from qm.assigning.reads.recording_list import Cursor, Filters
from qm.core.actor import UserRole
from qm.core.clock import today, zone
from qm.frame.access import actor, allow
from qm.frame.numbers import row_number
from qm.models import EvaluationState, RecordingStatus

blueprint = Blueprint("recordings", __name__)

DUE_DAYS = 7
"""Days that a person has for assigned calls, unless the supervisor says otherwise."""
_YEARS = range(1970, 9999)
"""Beyond these a day has no neighbour, or no UTC, that Python can name."""


@blueprint.get("/desk/recordings")
@allow(UserRole.INSPECTOR, UserRole.SUPERVISOR, UserRole.LEADER)
def recordings() -> ResponseReturnValue:
    """All recordings one may see, filtered."""
    filters, after = _filters(), _cursor()
    page = recording_list.page(actor(), filters, after=after)
    return render_template(
        "assigning/recordings.html",
        page=page,
        filters=filters,
        choices=recording_list.choices(actor()),
        inspectors=assignments.inspectors(actor()) if actor().may(UserRole.SUPERVISOR) else [],
        following=_following(page.following),
        first=url_for("recordings.recordings", **_asked()) if after else None,
        Status=RecordingStatus,
        State=EvaluationState,
        count_most=recording_list.COUNT_MOST,
        due=today() + timedelta(days=DUE_DAYS),
    )


@blueprint.post("/desk/recordings/assign")
@allow(UserRole.SUPERVISOR)
def assign() -> ResponseReturnValue:
    """Give the ticked calls to an inspector."""
    done = assignment_writes.assign(
        actor(),
        recording_ids=request.form.getlist("recording"),
        evaluator_id=request.form.get("evaluator", -1, type=row_number),
        due_at=_end_of(_day(request.form.get("due", ""))),
    )
    flash(gettext("已分配 %(given)d 通。", given=done.given))
    if done.skipped:
        flash(
            gettext("%(count)d 通未分配：已评分、已在别人手中，或是本人的通话。", count=done.skipped),
            "warning",
        )
    return redirect(url_for("recordings.recordings", **_asked()))


@blueprint.post("/desk/recordings/withdraw")
@allow(UserRole.SUPERVISOR)
def withdraw() -> ResponseReturnValue:
    """Take a call back from the inspector who has it."""
    assignment_writes.withdraw(actor(), request.form.get("assignment", -1, type=row_number))
    flash(gettext("已收回，可以分配给别人；已评的部分保留。"), "done")
    return redirect(url_for("recordings.recordings", **_asked()))


def _asked() -> dict[str, Any]:
    """The filters of the address, without the place in the list."""
    return {key: value for key, value in request.args.items() if value and key not in {"at", "id"}}


def _filters() -> Filters:
    asked = request.args
    status = asked.get("status", "")
    return Filters(
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
        team_id=asked.get("team", type=row_number),
        agent=asked.get("agent", "").strip()[:80],
        queue=asked.get("queue", "")[:80],
        status=RecordingStatus(status) if status in set(RecordingStatus) else None,
        forbidden=bool(asked.get("forbidden")),
        unscored=bool(asked.get("unscored")),
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _end_of(day: date | None) -> datetime | None:
    """The last moment of a day in the installation's zone."""
    return datetime.combine(day, time(23, 59, 59), zone()) if day else None


def _cursor() -> Cursor | None:
    try:
        at = datetime.fromisoformat(request.args.get("at", ""))
    except ValueError:
        return None
    usable = at.tzinfo is not None and at.year in _YEARS
    return Cursor(at, request.args.get("id", "")[:32]) if usable else None


def _following(cursor: Cursor | None) -> str | None:
    if cursor is None:
        return None
    return url_for(
        "recordings.recordings", **_asked(), at=cursor.started_at.isoformat(), id=cursor.recording_id
    )
