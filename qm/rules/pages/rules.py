"""Rules: the list with figures, one rule in words, people's marks, the random audit."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.core.ownership import reach
from qm.frame.access import actor, allow
from qm.frame.numbers import row_number
from qm.models import FindingRow, ProposalKind, RuleVersion
from qm.phrases.reads import library as phrase_reads
from qm.proposals import reads as proposal_reads
from qm.proposals.pages.proposals import listed_at
from qm.rules.reads import figures as rule_figures
from qm.rules.reads import versions as rule_reads
from qm.rules.reads.calls import StoredCall, heard_ids, stored_calls
from qm.rules.reads.rejudge_runs import latest
from qm.rules.words.rules import rule_in_words
from qm.rules.writes import marks as rule_marks
from qm.rules.writes import updates as rule_updates
from scoring.types import Verdict

blueprint = Blueprint("rules", __name__)
listed_at(ProposalKind.RULE, "rules.rules")

AUDIT = 10
"""Calls asked about at a time."""
POINTED = 20
"""Calls shown on a rule's page."""


def group_names() -> dict[str, str]:
    """Names of the phrase groups in force, by key."""
    return {
        group.key: group.name for group in phrase_reads.grouped(phrase_reads.rows(phrase_reads.published()))
    }


@blueprint.get("/manage/rules")
@allow(UserRole.SUPERVISOR)
def rules() -> ResponseReturnValue:
    """Every rule with how often it answers what and how right it is."""
    marks, verdicts = rule_figures.marks(actor()), rule_figures.marked_verdicts()
    lines = rule_reads.lines(actor())
    measured = {
        line.key: rule_figures.measure(
            marks[line.key].values(), verdicts[line.key], rule_reads.sought(rule_reads.rule_of(line.shown))
        )
        for line in lines
    }
    return render_template(
        "rules/rules.html",
        lines=lines,
        counts=rule_figures.verdict_counts(actor()),
        measured=measured,
        sought={line.key: rule_reads.sought(rule_reads.rule_of(line.shown)) for line in lines},
        Verdict=Verdict,
        run=latest(),
        updates=rule_updates.updates(lines),
        reach=reach(actor()),
        proposed=proposal_reads.waiting(actor(), ProposalKind.RULE),
        addresses={line.key: url_for("rules.rule", key=line.key) for line in lines},
    )


@blueprint.get("/manage/rules/<key>")
@allow(UserRole.SUPERVISOR)
def rule(key: str) -> ResponseReturnValue:
    """One rule: words, versions, figures, the calls it points at."""
    return rule_page(key)


def rule_page(key: str, status: int = 200, **more: object) -> ResponseReturnValue:
    """The page of a rule; `version` in the query shows an older one."""
    line = rule_reads.line(key, actor())
    number = request.args.get("version", type=row_number)
    row = rule_reads.version(key, number, actor()) if number else line.shown
    shown = rule_reads.rule_of(row)
    marks = rule_figures.marks(actor(), key)[key]
    pointed = pointed_at(key, rule_reads.sought(shown))
    page = render_template(
        "rules/rule.html",
        line=line,
        row=row,
        rule=shown,
        words=rule_in_words(shown, group_names()),
        counts=rule_figures.verdict_counts(actor())[key],
        measured=rule_figures.measure(
            marks.values(), rule_figures.marked_verdicts()[key], rule_reads.sought(shown)
        ),
        sought=rule_reads.sought(shown),
        marks=marks,
        pointed=pointed,
        shadow=_shadow(line.draft, key) if line.draft else None,
        update=rule_updates.update_of(line),
        reach=reach(actor()),
        proposal=proposal_reads.latest(actor(), ProposalKind.RULE, key),
        Verdict=Verdict,
        **more,
    )
    return page, status


def pointed_at(key: str, verdict: Verdict) -> list[tuple[StoredCall, FindingRow]]:
    """The newest calls at which the version in force points, with its findings."""
    found = rule_figures.pointed_at(actor(), key, verdict, limit=POINTED)
    calls = {call.recording.id: call for call in stored_calls(list(found), actor())}
    return [(calls[recording_id], row) for recording_id, row in found.items() if recording_id in calls]


def _shadow(draft: RuleVersion, key: str) -> dict[str, object] | None:
    """What a draft in shadow has collected."""
    if not draft.shadow:
        return None
    drafted = rule_reads.rule_of(draft)
    verdicts = rule_figures.shadow_verdicts(actor(), draft.id or 0)
    return {
        "counts": Counter(verdicts.values()),
        "measured": rule_figures.measure(
            rule_figures.marks(actor(), key)[key].values(), verdicts, rule_reads.sought(drafted)
        ),
        "sought": rule_reads.sought(drafted),
    }


@blueprint.post("/manage/rules/<key>/mark/<recording_id>")
@allow(UserRole.SUPERVISOR)
def rule_mark(key: str, recording_id: str) -> ResponseReturnValue:
    """Whether the call has what the rule looks for; or the mark taken back."""
    word = request.form.get("present", "")
    drawn = request.form.get("drawn") == "1"
    if word == "undo":
        rule_marks.unmark(actor(), key, recording_id)
    else:
        rule_marks.mark(actor(), key, recording_id, present=word == "yes", drawn=drawn)
    if "HX-Request" in request.headers:
        mark = rule_figures.marks(actor(), key)[key].get(recording_id)
        return render_template("rules/_mark.html", key=key, recording_id=recording_id, mark=mark, drawn=drawn)
    flash(gettext("已记下。"), "done")
    return redirect(url_for("rules.rule_audit" if drawn else "rules.rule", key=key))


@blueprint.get("/manage/rules/<key>/audit")
@allow(UserRole.SUPERVISOR)
def rule_audit(key: str) -> ResponseReturnValue:
    """Calls drawn at random, without saying what the rule found: these measure what it misses."""
    line = rule_reads.line(key, actor())
    shown = rule_reads.rule_of(line.shown)
    drawn = rule_marks.draw(actor(), key, number=AUDIT)
    marks = rule_figures.marks(actor(), key)[key]
    return render_template(
        "rules/audit.html",
        line=line,
        rule=shown,
        words=rule_in_words(shown, group_names()),
        calls=stored_calls(drawn, actor()),
        marks=marks,
        measured=rule_figures.measure(
            marks.values(), rule_figures.marked_verdicts()[key], rule_reads.sought(shown)
        ),
    )


def last_calls(number: int) -> list[StoredCall]:
    """The newest heard calls that the person may see."""
    return stored_calls(heard_ids(actor(), limit=number), actor())
