"""The rule workshop: write a rule in a form or as YAML, try it, run its fixtures, publish, roll back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.actor import UserRole
from qm.errors import InvalidInput, NotFound, QmError
from qm.queries import rules as queries
from qm.queries import rules_figures as figures
from qm.queries.rules_calls import StoredCall, stored_calls
from qm.services import rules as service
from qm.services.rules_fixtures import Outcome, read_script, run_fixtures
from qm.services.rules_form import SimpleRule, form_from, rule_from
from qm.services.rules_seeds import text_of
from qm.services.rules_trial import Change, Trial, try_rule
from qm.web.access import actor, allow
from qm.web.manage import blueprint
from qm.web.manage.rules import group_names, last_calls, rule_page
from qm.web.manage.rules_form import DATA_KEYS, DATA_ROWS, PLACES, posted_form
from qm.web.manage.rules_words import COMPARISONS, ENTITIES, WHO
from qm.web.saying import say
from scoring.types import Conversation, Verdict

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


class CallNotGiven(InvalidInput):
    """No call was named."""

    message = "没有找到这通录音。请粘贴录音页的网址或编号；只能试您能查看的、已转写的录音。"


class NothingListened(InvalidInput):
    """The form says nothing to listen for."""

    message = "请至少选一个短语组，或写一句要听的话。"


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the workshop's page."""

    key: str | None
    """None for a rule that is not stored yet."""
    document: str
    fixtures: str
    script: str = ""
    recording: str = ""
    last: int = LAST
    problem: str = ""
    line: int | None = None
    """Where the problem is, from 1."""
    trial: Trial | None = None
    outcomes: tuple[Outcome, ...] | None = None
    form: SimpleRule | None = None


def _posted(key: str | None) -> Desk:
    given = request.form
    return Desk(
        key=key,
        document=given.get("document", "").replace("\r\n", "\n"),
        fixtures=given.get("fixtures", "").replace("\r\n", "\n"),
        script=given.get("script", "").replace("\r\n", "\n"),
        recording=given.get("recording", "").strip(),
        last=min(max(given.get("last", LAST, type=int), 1), LAST_MOST),
    )


def _page(desk: Desk, status: int = 200) -> ResponseReturnValue:
    simple = desk.form or _simple(desk.document)
    line = queries.line(desk.key) if desk.key else None
    page = render_template(
        "pages/manage/rule_edit.html",
        desk=desk,
        line=line,
        simple=simple or SimpleRule(key=desk.key or "", title=line.shown.title if line else ""),
        fits=simple is not None,
        groups=group_names(),
        marks=figures.marks(actor(), desk.key)[desk.key] if desk.key else {},
        measured=_measured(desk),
        Change=Change,
        Verdict=Verdict,
        words={"who": WHO, "entities": ENTITIES, "places": PLACES, "comparisons": COMPARISONS},
        data_rows=max(DATA_ROWS, len(simple.only_data) + 1 if simple else 0),
        data_keys=DATA_KEYS,
    )
    return page, status


def _simple(document: str) -> SimpleRule | None:
    try:
        return form_from(service.read_rule(document))
    except service.RuleUnusable:
        return None


def _measured(desk: Desk) -> figures.Figures | None:
    if desk.trial is None or desk.key is None:
        return None
    sought = queries.sought(service.read_rule(desk.document))
    return figures.measure(figures.marks(actor(), desk.key)[desk.key].values(), desk.trial.verdict_of, sought)


def _refused(desk: Desk, error: QmError) -> ResponseReturnValue:
    line = error.line if isinstance(error, service.RuleUnusable) else None
    return _page(replace(desk, problem=say(error), line=line), error.status)


@blueprint.get("/workshop/new")
@allow(UserRole.SUPERVISOR)
def rule_new() -> ResponseReturnValue:
    """A rule that is not stored yet."""
    return _page(Desk(None, _STARTING, ""))


@blueprint.post("/workshop/new")
@allow(UserRole.SUPERVISOR)
def rule_create() -> ResponseReturnValue:
    """Keep a new rule as a draft."""
    desk = _posted(None)
    try:
        row = service.create(actor(), document=desk.document, fixtures=desk.fixtures)
    except QmError as error:
        return _refused(desk, error)
    flash(gettext("已存为草稿；发布前不影响任何录音。"), "done")
    return redirect(url_for("manage.rule_edit", key=row.key))


@blueprint.post("/rules/<key>/draft")
@allow(UserRole.SUPERVISOR)
def rule_draft(key: str) -> ResponseReturnValue:
    """Begin editing."""
    service.start_draft(actor(), key)
    return redirect(url_for("manage.rule_edit", key=key))


@blueprint.get("/rules/<key>/edit")
@allow(UserRole.SUPERVISOR)
def rule_edit(key: str) -> ResponseReturnValue:
    """The draft of a rule; where there is none, the rule's page."""
    draft = queries.line(key).draft
    if draft is None:
        return redirect(url_for("manage.rule", key=key))
    return _page(Desk(key, draft.document, draft.fixtures))


@blueprint.post("/rules/<key>/edit")
@allow(UserRole.SUPERVISOR)
def rule_save(key: str) -> ResponseReturnValue:
    """Keep the draft."""
    desk = _posted(key)
    try:
        service.save_draft(actor(), key, document=desk.document, fixtures=desk.fixtures)
    except QmError as error:
        return _refused(desk, error)
    flash(gettext("草稿已保存。"), "done")
    return redirect(url_for("manage.rule_edit", key=key))


@blueprint.post("/workshop/form")
@allow(UserRole.SUPERVISOR)
def rule_form() -> ResponseReturnValue:
    """Turn the filled-in form into YAML; nothing is stored yet."""
    key = request.form.get("rule") or None
    desk = _posted(key)
    try:
        form = posted_form(request.form, key)
        desk = replace(desk, form=form)
        if not form.heard.given:
            raise NothingListened
        text = text_of(rule_from(form))
        service.read_rule(text, key=key)
    except QmError as error:
        return _refused(desk, error)
    flash(gettext("表单已写成下面的 YAML，请试一试再保存。"), "done")
    return _page(replace(desk, document=text))


@blueprint.post("/workshop/try")
@allow(UserRole.SUPERVISOR)
def rule_try() -> ResponseReturnValue:
    """Judge by the text as it stands, beside the version in force. Nothing is stored."""
    key = request.form.get("rule") or None
    desk = _posted(key)
    how = request.form.get("how", "last")
    try:
        rule = service.read_rule(desk.document, key=key)
        if how == "fixtures":
            return _page(replace(desk, outcomes=run_fixtures(rule, desk.fixtures)))
        return _page(replace(desk, trial=try_rule(rule, _conversations(desk, how))))
    except QmError as error:
        return _refused(desk, error)


def _conversations(desk: Desk, how: str) -> list[Conversation | StoredCall]:
    if how == "script":
        return [read_script(desk.script, agent_no=request.form.get("agent_no", "").strip())]
    if how == "call":
        found = stored_calls([_recording_id(desk.recording)], actor())
        if not found:
            raise CallNotGiven
        return list(found)
    return list(last_calls(desk.last))


def _recording_id(text: str) -> str:
    """The id in a pasted address, or the text itself."""
    parts = [part for part in text.split("?", maxsplit=1)[0].split("/") if part]
    if not parts:
        raise CallNotGiven
    return parts[-1][:80]


def _done(key: str, act: str, problem: QmError | None = None) -> ResponseReturnValue:
    if problem is not None:
        failed = getattr(problem, "failed", ())
        return rule_page(key, problem.status, problem=say(problem), failed=failed)
    flash(act, "done")
    return redirect(url_for("manage.rule", key=key))


@blueprint.post("/rules/<key>/publish")
@allow(UserRole.SUPERVISOR)
def rule_publish(key: str) -> ResponseReturnValue:
    """Put the draft in force; refused while a fixture fails."""
    try:
        row = service.publish(actor(), key, note=request.form.get("note", ""))
    except NotFound:
        raise
    except QmError as error:
        return _done(key, "", error)
    return _done(key, gettext("第 %(n)d 版已发布，新录音立即使用；旧录音可以重新判定。", n=row.version))


@blueprint.post("/rules/<key>/roll-back/<int:number>")
@allow(UserRole.SUPERVISOR)
def rule_roll_back(key: str, number: int) -> ResponseReturnValue:
    """Publish a copy of an older version."""
    try:
        row = service.roll_back(actor(), key, number)
    except NotFound:
        raise
    except QmError as error:
        return _done(key, "", error)
    return _done(key, gettext("已回退：第 %(n)d 版与第 %(old)d 版内容相同。", n=row.version, old=number))


@blueprint.post("/rules/<key>/discard")
@allow(UserRole.SUPERVISOR)
def rule_discard(key: str) -> ResponseReturnValue:
    """Throw the draft away."""
    number = service.discard_draft(actor(), key)
    flash(gettext("第 %(n)d 版草稿已放弃。", n=number), "done")
    try:
        queries.line(key)
    except NotFound:
        return redirect(url_for("manage.rules"))
    return redirect(url_for("manage.rule", key=key))


@blueprint.post("/rules/<key>/retire")
@allow(UserRole.SUPERVISOR)
def rule_retire(key: str) -> ResponseReturnValue:
    """Take the rule out of force."""
    service.retire(actor(), key)
    return _done(key, gettext("已停用，新录音不再判定这一条。"))


@blueprint.post("/rules/<key>/shadow")
@allow(UserRole.SUPERVISOR)
def rule_shadow(key: str) -> ResponseReturnValue:
    """Let the draft run beside, shown to nobody; or stop it."""
    on = request.form.get("on") == "1"
    service.set_shadow(actor(), key, on=on)
    said = gettext("草稿开始旁路运行：每通新录音都判定，谁也看不到。") if on else gettext("旁路运行已停止。")
    return _done(key, said)
