"""What lies on the workshop's page: a rule in its form or as YAML, fixtures, what it is tried on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from flask import render_template, request
from flask.typing import ResponseReturnValue

from qm.core.errors import QmError
from qm.core.keys import spelled_key
from qm.frame.access import actor
from qm.frame.saying import say
from qm.rules.pages.form import DATA_KEYS, posted_form
from qm.rules.pages.form_view import Editor, said_beyond, said_wrong
from qm.rules.pages.rules import group_names
from qm.rules.reads import figures as rule_figures
from qm.rules.reads import versions as rule_reads
from qm.rules.words.rules import rule_in_words
from qm.rules.writes import versions as rule_writes
from qm.rules.writes.fixtures import Outcome
from qm.rules.writes.form import Beyond, PartWrong, RuleForm, beyond, form_of, rule_of
from qm.rules.writes.form_acts import act
from qm.rules.writes.seeds import text_of
from qm.rules.writes.trial import Change, Trial
from scoring.rules import Rule
from scoring.types import Verdict

LAST = 50
LAST_MOST = 500
"""Calls that a draft may be tried on at once."""
_STARTING = """key: my_rule
title: 规则名称
description: 这条规则要什么，为什么
met_when:
  phrase:
    groups: [greeting]
    role: agent
    first_s: 20
"""
_COMMENT = re.compile(r"(?m)(^|\s)#")


class By(StrEnum):
    """How the rule is being written."""

    FORM = "form"
    YAML = "yaml"


@dataclass(frozen=True, slots=True)
class Desk:
    """The page as posted or as it begins."""

    key: str | None
    """None for a rule that is not stored yet."""
    document: str
    """The YAML; of no account while `form` is filled in."""
    fixtures: str
    form: RuleForm | None = None
    """The form, where the rule is written there."""
    script: str = ""
    recording: str = ""
    agent_no: str = ""
    last: int = LAST
    problem: str = ""
    line: int | None = None
    """Where the problem is in the YAML, from 1."""
    wrong: str = ""
    """Where the problem is in the form."""
    focus: str = ""
    lost: tuple[Beyond, ...] = ()
    """What keeps the rule from being shown as a form."""
    trial: Trial | None = None
    outcomes: tuple[Outcome, ...] | None = None

    @property
    def by(self) -> By:
        """Form or YAML."""
        return By.YAML if self.form is None else By.FORM


def opened(key: str, document: str, fixtures: str) -> Desk:
    """A stored draft: as a form where the form loses nothing; one that is no rule (any more) as it is."""
    desk = Desk(key, document, fixtures)
    try:
        return _as_form(desk)
    except rule_writes.RuleUnusable as error:
        return replace(desk, problem=say(error), line=error.line)


def posted(key: str | None) -> Desk:
    """The page as posted. Raises what `posted_form` raises."""
    given = request.form
    written = given.get("by", By.YAML)
    return Desk(
        key=key,
        document=given.get("document", "").replace("\r\n", "\n"),
        fixtures=given.get("fixtures", "").replace("\r\n", "\n"),
        form=posted_form(given, key) if written == By.FORM else None,
        script=given.get("script", "").replace("\r\n", "\n"),
        recording=given.get("recording", "").strip(),
        agent_no=given.get("agent_no", "").strip(),
        last=min(max(given.get("last", LAST, type=int), 1), LAST_MOST),
    )


def document_of(desk: Desk) -> str:
    """The YAML to judge or keep. Raises `PartWrong`, `RuleUnusable`.

    A form that changes nothing gives the stored text, with its comments.
    """
    if desk.form is None:
        return desk.document
    named = desk.form if desk.form.key else replace(desk.form, key=spelled_key(desk.form.title))
    rule = rule_of(named)
    kept = _stored(desk.key)
    return kept if _says(kept, rule) else text_of(rule)


def acted(desk: Desk, button: str) -> Desk:
    """The page after one of the form's buttons. Raises `PartWrong`, `RuleUnusable`, `NoSuchPart`."""
    if button == By.FORM:
        return _as_form(desk)
    if desk.form is None:
        return desk
    if button == By.YAML:
        blank = not desk.form.title and not any(desk.form.slots.inside.values())
        return replace(desk, document=_STARTING if blank else document_of(desk), form=None)
    what, _, rest = button.partition(":")
    path, _, kind = rest.partition(":")
    chosen = kind or request.form.get(f"{path}.{'become' if what == 'become' else 'new'}", "")
    slots, focus = act(desk.form.slots, what, path, chosen)
    moved = f"{what}:{focus}" if what in ("up", "down") else focus
    return replace(desk, form=replace(desk.form, slots=slots), focus=moved)


def show(desk: Desk, status: int = 200) -> ResponseReturnValue:
    """The page; the workshop alone where htmx swaps it."""
    swapped = "HX-Request" in request.headers
    groups = group_names()
    document = _finished(desk)
    stored = _stored(desk.key)
    page = render_template(
        "rules/_workshop.html" if swapped else "rules/edit.html",
        desk=desk,
        line=rule_reads.line(desk.key, actor()) if desk.key else None,
        editor=Editor(groups, desk.wrong, desk.focus),
        told=rule_in_words(rule_writes.read_rule(document), groups) if document else None,
        unsaved=request.method == "POST" and document != stored,
        lost=said_beyond(desk.lost),
        comments=desk.form is not None and bool(_COMMENT.search(desk.document or stored)),
        marks=rule_figures.marks(actor(), desk.key)[desk.key] if desk.key else {},
        measured=_measured(desk),
        Change=Change,
        Verdict=Verdict,
        data_keys=DATA_KEYS,
    )
    return page, status


def refused(desk: Desk, error: QmError) -> ResponseReturnValue:
    """The page with what stands in the way, nothing typed lost."""
    if isinstance(error, PartWrong):
        return show(replace(desk, problem=said_wrong(error), wrong=error.path), error.status)
    line = error.line if isinstance(error, rule_writes.RuleUnusable) else None
    return show(replace(desk, problem=say(error), line=line), error.status)


def _as_form(desk: Desk) -> Desk:
    form = form_of(rule_writes.read_rule(desk.document, key=desk.key))
    lost = beyond(form)
    return replace(desk, lost=lost, form=None if lost else form)


def _says(document: str, rule: Rule) -> bool:
    try:
        return rule_writes.read_rule(document) == rule
    except rule_writes.RuleUnusable:
        return False


def _stored(key: str | None) -> str:
    draft = rule_reads.line(key, actor()).draft if key else None
    return draft.document if draft else ""


def _finished(desk: Desk) -> str | None:
    """The rule's YAML; None while it is not a rule yet."""
    try:
        document = document_of(desk)
        rule_writes.read_rule(document, key=desk.key)
    except QmError:
        return None
    return document


def _measured(desk: Desk) -> rule_figures.Figures | None:
    if desk.trial is None or desk.key is None:
        return None
    sought = rule_reads.sought(rule_writes.read_rule(document_of(desk)))
    return rule_figures.measure(
        rule_figures.marks(actor(), desk.key)[desk.key].values(), desk.trial.verdict_of, sought
    )
