"""Customers called too often or at quiet hours: the list, as a table too, and the policy."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.core.errors import QmError
from qm.core.periods import Period, PeriodKind, before, current
from qm.frame.access import actor, allow
from qm.frame.numbers import row_number
from qm.frame.saying import say
from qm.frame.words import in_words
from qm.rules.reads import contacts as contact_reads
from qm.rules.reads.contacts import ContactDay
from qm.rules.writes import contact_policy

blueprint = Blueprint("contacts", __name__)

SHOWN = 200
"""Customers' days on one page; the table has them all."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet takes for a formula."""


def _period() -> Period:
    asked = request.args.get("period", PeriodKind.WEEK.value)
    found = current(PeriodKind(asked) if asked in set(PeriodKind) else PeriodKind.WEEK)
    return before(found) if request.args.get("before") else found


def _page(status: int = 200, **more: object) -> ResponseReturnValue:
    period = _period()
    page = render_template(
        "rules/contacts.html",
        found=contact_reads.days(actor(), period, most=SHOWN),
        period=period,
        kinds=tuple(PeriodKind),
        went_back=bool(request.args.get("before")),
        policy=contact_reads.policy_of(actor().branch_id),
        most=contact_policy.MAX_PER_DAY,
        **more,
    )
    return page, status


@blueprint.get("/manage/contacts")
@allow(UserRole.SUPERVISOR, UserRole.LEADER)
def contacts() -> ResponseReturnValue:
    """Customers' days with faults, in a period."""
    return _page()


@blueprint.get("/manage/contacts.csv")
@allow(UserRole.SUPERVISOR, UserRole.LEADER)
def contacts_table() -> ResponseReturnValue:
    """The same as a table for spreadsheets."""
    target = io.StringIO()
    csv.writer(target).writerows(_rows(contact_reads.days(actor(), _period()).shown))
    return Response(
        target.getvalue().encode("utf-8-sig"),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="contacts.csv"'},
    )


@blueprint.post("/manage/contacts/policy")
@allow(UserRole.SUPERVISOR)
def contacts_policy() -> ResponseReturnValue:
    """Change hours and number."""
    form = request.form
    try:
        contact_policy.set_policy(
            actor(),
            quiet_from=form.get("quiet_from", ""),
            quiet_until=form.get("quiet_until", ""),
            max_per_day=form.get("max_per_day", 0, type=row_number),
            direction=form.get("direction", ""),
        )
    except QmError as error:
        return _page(error.status, problem=say(error))
    flash(gettext("已保存，下面的列表按新的规定重新检查。"), "done")
    return redirect(url_for("contacts.contacts"))


def _rows(days: Iterable[ContactDay]) -> Iterable[list[str]]:
    yield [
        gettext("日期"), gettext("客户"), gettext("当天联系"), gettext("通话时间"), gettext("第几次"),
        gettext("问题"), gettext("座席"), gettext("工号"), gettext("班组"), gettext("队列"),
        gettext("通话编号"),
    ]  # fmt: skip
    for day in days:
        for line in day.lines:
            faults = "、".join(in_words(fault) for fault in line.faults)
            cells = [
                day.day, day.customer, day.calls, f"{line.started_at:%H:%M}", line.nth, faults,
                line.agent_name, line.agent_no, line.team, line.queue, line.external_id,
            ]  # fmt: skip
            yield [_harmless(str(cell)) for cell in cells]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
