"""The rule workshop: write a rule in a form or as YAML, try it, run its fixtures, publish, roll back."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.core.errors import InvalidInput, NotFound, QmError
from qm.core.ownership import owns
from qm.frame.access import actor, allow
from qm.frame.saying import say
from qm.rules.pages.rules import blueprint, last_calls, rule_page
from qm.rules.pages.workshop import Desk, acted, document_of, opened, posted, refused, show
from qm.rules.reads import versions as rule_reads
from qm.rules.reads.calls import StoredCall, stored_calls
from qm.rules.writes import versions as rule_writes
from qm.rules.writes.fixtures import read_script, run_fixtures
from qm.rules.writes.form import RuleForm
from qm.rules.writes.trial import try_rule
from scoring.types import Conversation


class CallNotGiven(InvalidInput):
    """No call was named."""

    message = "没有找到这通录音。请粘贴录音页的网址或编号；只能试您能查看的、已转写的录音。"


@blueprint.get("/manage/workshop/new")
@allow(UserRole.SUPERVISOR)
def rule_new() -> ResponseReturnValue:
    """A rule that is not stored yet."""
    return show(Desk(None, "", "", RuleForm(key="")))


@blueprint.post("/manage/workshop/new")
@allow(UserRole.SUPERVISOR)
def rule_create() -> ResponseReturnValue:
    """Keep a new rule as a draft."""
    desk = posted(None)
    try:
        row = rule_writes.create(actor(), document=document_of(desk), fixtures=desk.fixtures)
    except QmError as error:
        return refused(desk, error)
    flash(gettext("已存为草稿；发布前不影响任何录音。"), "done")
    return redirect(url_for("rules.rule_edit", key=row.key))


@blueprint.post("/manage/rules/<key>/draft")
@allow(UserRole.SUPERVISOR)
def rule_draft(key: str) -> ResponseReturnValue:
    """Begin editing."""
    rule_writes.start_draft(actor(), key)
    return redirect(url_for("rules.rule_edit", key=key))


@blueprint.get("/manage/rules/<key>/edit")
@allow(UserRole.SUPERVISOR)
def rule_edit(key: str) -> ResponseReturnValue:
    """The draft of a rule; where there is none, the rule's page."""
    draft = rule_reads.line(key, actor()).draft
    if draft is None or not owns(actor(), draft.branch_id):
        return redirect(url_for("rules.rule", key=key))
    return show(opened(key, draft.document, draft.fixtures))


@blueprint.post("/manage/rules/<key>/edit")
@allow(UserRole.SUPERVISOR)
def rule_save(key: str) -> ResponseReturnValue:
    """Keep the draft."""
    desk = posted(key)
    try:
        rule_writes.save_draft(actor(), key, document=document_of(desk), fixtures=desk.fixtures)
    except QmError as error:
        return refused(desk, error)
    flash(gettext("草稿已保存。"), "done")
    onward = "rules.rule" if request.form.get("then") == "publish" else "rules.rule_edit"
    return redirect(url_for(onward, key=key))


@blueprint.post("/manage/workshop/form")
@allow(UserRole.SUPERVISOR)
def rule_form() -> ResponseReturnValue:
    """A button of the form, or the change between form and YAML; nothing is stored."""
    desk = posted(request.form.get("rule") or None)
    try:
        return show(acted(desk, request.form.get("act", "")))
    except QmError as error:
        return refused(desk, error)


@blueprint.post("/manage/workshop/try")
@allow(UserRole.SUPERVISOR)
def rule_try() -> ResponseReturnValue:
    """Judge by the rule as it stands, beside the version in force. Nothing is stored."""
    desk = posted(request.form.get("rule") or None)
    how = request.form.get("how", "last")
    try:
        rule = rule_writes.read_rule(document_of(desk), key=desk.key)
        if how == "fixtures":
            return show(replace(desk, outcomes=run_fixtures(rule, desk.fixtures)))
        return show(replace(desk, trial=try_rule(rule, _conversations(desk, how))))
    except QmError as error:
        return refused(desk, error)


def _conversations(desk: Desk, how: str) -> list[Conversation | StoredCall]:
    if how == "script":
        return [read_script(desk.script, agent_no=desk.agent_no, branch_id=actor().branch_id)]
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
    return redirect(url_for("rules.rule", key=key))


@blueprint.post("/manage/rules/<key>/publish")
@allow(UserRole.SUPERVISOR)
def rule_publish(key: str) -> ResponseReturnValue:
    """Put the draft in force; refused while a fixture fails."""
    try:
        row = rule_writes.publish(actor(), key, note=request.form.get("note", ""))
    except NotFound:
        raise
    except QmError as error:
        return _done(key, "", error)
    return _done(key, gettext("第 %(n)d 版已发布，新录音立即使用；旧录音可以重新判定。", n=row.version))


@blueprint.post("/manage/rules/<key>/propose")
@allow(UserRole.SUPERVISOR)
def rule_propose(key: str) -> ResponseReturnValue:
    """Ask the centre to publish the branch's draft for everybody."""
    try:
        rule_writes.propose(actor(), key, note=request.form.get("note", ""))
    except NotFound:
        raise
    except QmError as error:
        return _done(key, "", error)
    return _done(key, gettext("已提请总部发布；总部处理后会显示在这里。"))


@blueprint.post("/manage/rules/<key>/roll-back/<int:number>")
@allow(UserRole.SUPERVISOR)
def rule_roll_back(key: str, number: int) -> ResponseReturnValue:
    """Publish a copy of an older version."""
    try:
        row = rule_writes.roll_back(actor(), key, number)
    except NotFound:
        raise
    except QmError as error:
        return _done(key, "", error)
    return _done(key, gettext("已回退：第 %(n)d 版与第 %(old)d 版内容相同。", n=row.version, old=number))


@blueprint.post("/manage/rules/<key>/discard")
@allow(UserRole.SUPERVISOR)
def rule_discard(key: str) -> ResponseReturnValue:
    """Throw the draft away."""
    number = rule_writes.discard_draft(actor(), key)
    flash(gettext("第 %(n)d 版草稿已放弃。", n=number), "done")
    try:
        rule_reads.line(key, actor())
    except NotFound:
        return redirect(url_for("rules.rules"))
    return redirect(url_for("rules.rule", key=key))


@blueprint.post("/manage/rules/<key>/retire")
@allow(UserRole.SUPERVISOR)
def rule_retire(key: str) -> ResponseReturnValue:
    """Take the rule out of force."""
    rule_writes.retire(actor(), key)
    return _done(key, gettext("已停用，新录音不再判定这一条。"))


@blueprint.post("/manage/rules/<key>/shadow")
@allow(UserRole.SUPERVISOR)
def rule_shadow(key: str) -> ResponseReturnValue:
    """Let the draft run beside, shown to nobody; or stop it."""
    on = request.form.get("on") == "1"
    rule_writes.set_shadow(actor(), key, on=on)
    said = gettext("草稿开始旁路运行：每通新录音都判定，谁也看不到。") if on else gettext("旁路运行已停止。")
    return _done(key, said)
