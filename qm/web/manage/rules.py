"""Rules: the list with figures, one rule in words, people's marks, the random audit."""

from __future__ import annotations

from collections import Counter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.actor import UserRole
from qm.models import FindingRow, ProposalKind, RuleVersion
from qm.queries import phrases, proposals
from qm.queries import rules as queries
from qm.queries import rules_figures as figures
from qm.queries.ownership import reach
from qm.queries.rejudge_runs import latest
from qm.queries.rules_calls import StoredCall, heard_ids, stored_calls
from qm.services import rules_marks, rules_updates
from qm.web.access import actor, allow
from qm.web.manage import blueprint
from qm.web.manage.rules_words import rule_in_words
from qm.web.numbers import row_number
from scoring.types import Verdict

AUDIT = 10
"""Calls asked about at a time."""
POINTED = 20
"""Calls shown on a rule's page."""


def group_names() -> dict[str, str]:
    """Names of the phrase groups in force, by key."""
    return {group.key: group.name for group in phrases.grouped(phrases.rows(phrases.published()))}


@blueprint.get("/rules")
@allow(UserRole.SUPERVISOR)
def rules() -> ResponseReturnValue:
    """Every rule with how often it answers what and how right it is."""
    marks, verdicts = figures.marks(actor()), figures.marked_verdicts()
    lines = queries.lines(actor())
    measured = {
        line.key: figures.measure(
            marks[line.key].values(), verdicts[line.key], queries.sought(queries.rule_of(line.shown))
        )
        for line in lines
    }
    return render_template(
        "pages/manage/rules.html",
        lines=lines,
        counts=figures.verdict_counts(actor()),
        measured=measured,
        sought={line.key: queries.sought(queries.rule_of(line.shown)) for line in lines},
        Verdict=Verdict,
        run=latest(),
        updates=rules_updates.updates(lines),
        reach=reach(actor()),
        proposed=proposals.waiting(actor(), ProposalKind.RULE),
        addresses={line.key: url_for("manage.rule", key=line.key) for line in lines},
    )


@blueprint.get("/rules/<key>")
@allow(UserRole.SUPERVISOR)
def rule(key: str) -> ResponseReturnValue:
    """One rule: words, versions, figures, the calls it points at."""
    return rule_page(key)


def rule_page(key: str, status: int = 200, **more: object) -> ResponseReturnValue:
    """The page of a rule; `version` in the query shows an older one."""
    line = queries.line(key, actor())
    number = request.args.get("version", type=row_number)
    row = queries.version(key, number, actor()) if number else line.shown
    shown = queries.rule_of(row)
    marks = figures.marks(actor(), key)[key]
    pointed = pointed_at(key, queries.sought(shown))
    page = render_template(
        "pages/manage/rule.html",
        line=line,
        row=row,
        rule=shown,
        words=rule_in_words(shown, group_names()),
        counts=figures.verdict_counts(actor())[key],
        measured=figures.measure(marks.values(), figures.marked_verdicts()[key], queries.sought(shown)),
        sought=queries.sought(shown),
        marks=marks,
        pointed=pointed,
        shadow=_shadow(line.draft, key) if line.draft else None,
        update=rules_updates.update_of(line),
        reach=reach(actor()),
        proposal=proposals.latest(actor(), ProposalKind.RULE, key),
        Verdict=Verdict,
        **more,
    )
    return page, status


def pointed_at(key: str, verdict: Verdict) -> list[tuple[StoredCall, FindingRow]]:
    """The newest calls at which the version in force points, with its findings."""
    found = figures.pointed_at(actor(), key, verdict, limit=POINTED)
    calls = {call.recording.id: call for call in stored_calls(list(found), actor())}
    return [(calls[recording_id], row) for recording_id, row in found.items() if recording_id in calls]


def _shadow(draft: RuleVersion, key: str) -> dict[str, object] | None:
    """What a draft in shadow has collected."""
    if not draft.shadow:
        return None
    drafted = queries.rule_of(draft)
    verdicts = figures.shadow_verdicts(actor(), draft.id or 0)
    return {
        "counts": Counter(verdicts.values()),
        "measured": figures.measure(
            figures.marks(actor(), key)[key].values(), verdicts, queries.sought(drafted)
        ),
        "sought": queries.sought(drafted),
    }


@blueprint.post("/rules/<key>/mark/<recording_id>")
@allow(UserRole.SUPERVISOR)
def rule_mark(key: str, recording_id: str) -> ResponseReturnValue:
    """Whether the call has what the rule looks for; or the mark taken back."""
    word = request.form.get("present", "")
    drawn = request.form.get("drawn") == "1"
    if word == "undo":
        rules_marks.unmark(actor(), key, recording_id)
    else:
        rules_marks.mark(actor(), key, recording_id, present=word == "yes", drawn=drawn)
    if "HX-Request" in request.headers:
        mark = figures.marks(actor(), key)[key].get(recording_id)
        return render_template(
            "partials/_rule_mark.html", key=key, recording_id=recording_id, mark=mark, drawn=drawn
        )
    flash(gettext("已记下。"), "done")
    return redirect(url_for("manage.rule_audit" if drawn else "manage.rule", key=key))


@blueprint.get("/rules/<key>/audit")
@allow(UserRole.SUPERVISOR)
def rule_audit(key: str) -> ResponseReturnValue:
    """Calls drawn at random, without saying what the rule found: these measure what it misses."""
    line = queries.line(key, actor())
    shown = queries.rule_of(line.shown)
    drawn = rules_marks.draw(actor(), key, number=AUDIT)
    marks = figures.marks(actor(), key)[key]
    return render_template(
        "pages/manage/rule_audit.html",
        line=line,
        rule=shown,
        words=rule_in_words(shown, group_names()),
        calls=stored_calls(drawn, actor()),
        marks=marks,
        measured=figures.measure(marks.values(), figures.marked_verdicts()[key], queries.sought(shown)),
    )


def last_calls(number: int) -> list[StoredCall]:
    """The newest heard calls that the person may see."""
    return stored_calls(heard_ids(actor(), limit=number), actor())
