"""The phrase library: looking at it and editing the draft."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from qm.core.actor import UserRole
from qm.core.errors import InvalidInput, QmError
from qm.core.ownership import reach
from qm.frame.access import actor, allow
from qm.frame.choices import named
from qm.frame.saying import say
from qm.frame.undo import flash_undo
from qm.models import PhraseRow, ProposalKind
from qm.phrases.reads import library as phrase_reads
from qm.phrases.words import KINDS, SPEAKERS
from qm.phrases.writes import library as phrase_writes
from qm.phrases.writes import offers as phrase_offers
from qm.proposals import reads as proposal_reads
from qm.proposals.pages.proposals import listed_at
from recorder.types import Role
from transcribe.types import PhraseKind

blueprint = Blueprint("phrases", __name__)
listed_at(ProposalKind.PHRASES, "phrases.phrases")

ROLES = [(role.value, name) for role, name in SPEAKERS.items()]
_NEEDED = lazy_gettext("请填写这一项。")


class FormIncomplete(InvalidInput):
    """A field is missing or unusable."""

    message = "有内容没有填或填得不对，请检查后再保存。"


class PhraseForm(FlaskForm):  # type: ignore[misc]
    """One phrase."""

    text = StringField(validators=[DataRequired(_NEEDED), Length(max=120)])
    role = SelectField(choices=named(SPEAKERS), default=Role.AGENT.value)


class GroupForm(FlaskForm):  # type: ignore[misc]
    """A new group with its first phrase."""

    name = StringField(validators=[DataRequired(_NEEDED), Length(max=40)])
    kind = SelectField(choices=named(KINDS))
    first = StringField(validators=[DataRequired(_NEEDED), Length(max=120)])
    role = SelectField(choices=named(SPEAKERS), default=Role.AGENT.value)


class RestoreForm(FlaskForm):  # type: ignore[misc]
    """What was removed, to put it back."""

    group = HiddenField(validators=[DataRequired(), Length(max=40)])
    group_name = HiddenField(validators=[DataRequired(), Length(max=80)])
    kind = SelectField(choices=named(KINDS))
    role = SelectField(choices=named(SPEAKERS))
    text = HiddenField(validators=[DataRequired(), Length(max=120)])


def library_page(status: int = 200, **more: object) -> ResponseReturnValue:
    """The whole library: the draft where there is one, else the version in force."""
    draft, published = phrase_reads.draft(), phrase_reads.published()
    rows = phrase_reads.shown_to(actor(), phrase_reads.rows(draft or published))
    wanted = request.args.get("q", "").strip()[:60]
    page = render_template(
        "phrases/phrases.html",
        draft=draft,
        published=published,
        groups=phrase_reads.grouped(rows),
        total=len(rows),
        wanted=wanted,
        found=phrase_reads.matching(rows, wanted) if wanted else [],
        changes=phrase_reads.own_changes(actor()) if draft else None,
        versions=phrase_reads.versions(),
        heard=len(phrase_reads.to_rescan(actor())),
        group_form=GroupForm(),
        reach=reach(actor()),
        proposed=proposal_reads.waiting(actor(), ProposalKind.PHRASES),
        addresses={row.group: url_for("phrases.phrase_group", group=row.group) for row in rows},
        **more,
    )
    return page, status


def group_page(group: str, status: int = 200, **more: object) -> ResponseReturnValue:
    """One group, editable in a draft."""
    draft = phrase_reads.draft()
    page = render_template(
        "phrases/group.html",
        draft=draft,
        group=phrase_reads.group_of(draft or phrase_reads.published(), group, actor()),
        reach=reach(actor()),
        proposal=proposal_reads.latest(actor(), ProposalKind.PHRASES, group),
        roles=ROLES,
        form=PhraseForm(),
        **more,
    )
    return page, status


def _edited(group: str, act: Callable[[], None]) -> ResponseReturnValue:
    """Do it and come back to the group, with the reason where it could not be done."""
    try:
        act()
    except QmError as error:
        return group_page(group, error.status, problem=say(error))
    return redirect(url_for("phrases.phrase_group", group=group))


@blueprint.get("/manage/phrases")
@allow(UserRole.SUPERVISOR)
def phrases() -> ResponseReturnValue:
    """Groups, search, the draft's changes, versions."""
    return library_page()


@blueprint.get("/manage/phrases/groups/<group>")
@allow(UserRole.SUPERVISOR)
def phrase_group(group: str) -> ResponseReturnValue:
    """The phrases of one group."""
    return group_page(group)


@blueprint.post("/manage/phrases/groups")
@allow(UserRole.SUPERVISOR)
def phrase_group_add() -> ResponseReturnValue:
    """Begin a group."""
    form = GroupForm()
    try:
        if not form.validate_on_submit():
            raise FormIncomplete
        kind, role = PhraseKind(form.kind.data), Role(form.role.data)
        row = phrase_writes.add_group(
            actor(), name=form.name.data, kind=kind, first=form.first.data, role=role
        )
    except QmError as error:
        return library_page(error.status, problem=say(error))
    flash(gettext("已建分组“%(name)s”，接着往里加短语。", name=row.group_name), "done")
    return redirect(url_for("phrases.phrase_group", group=row.group))


@blueprint.post("/manage/phrases/groups/<group>/add")
@allow(UserRole.SUPERVISOR)
def phrase_add(group: str) -> ResponseReturnValue:
    """Add a phrase."""
    form = PhraseForm()

    def add() -> None:
        if not form.validate_on_submit():
            raise phrase_writes.PhraseUnusable
        phrase_writes.add_phrase(actor(), group=group, text=form.text.data, role=Role(form.role.data))
        flash(gettext("已加入“%(text)s”。", text=form.text.data.strip()), "done")

    return _edited(group, add)


@blueprint.post("/manage/phrases/groups/<group>/rename")
@allow(UserRole.SUPERVISOR)
def phrase_group_rename(group: str) -> ResponseReturnValue:
    """Give the group another name."""
    name = request.form.get("name", "").strip()[:40]

    def rename() -> None:
        if not name:
            raise FormIncomplete
        phrase_writes.rename_group(actor(), group=group, name=name)
        flash(gettext("分组已改名为“%(name)s”。", name=name), "done")

    return _edited(group, rename)


@blueprint.post("/manage/phrases/groups/<group>/propose")
@allow(UserRole.SUPERVISOR)
def phrase_group_propose(group: str) -> ResponseReturnValue:
    """Ask the centre to make the branch's group everybody's."""

    def propose() -> None:
        phrase_offers.propose(actor(), group=group, note=request.form.get("note", ""))
        flash(gettext("已提请总部发布；总部处理后会显示在这里。"), "done")

    return _edited(group, propose)


@blueprint.post("/manage/phrases/groups/<group>/adopt")
@allow(UserRole.SUPERVISOR)
def phrase_group_adopt(group: str) -> ResponseReturnValue:
    """Make a proposed group the centre's, in the draft."""

    def adopt() -> None:
        phrase_offers.adopt(actor(), group=group)
        flash(gettext("已采纳为总部的分组，发布后对所有机构生效。"), "done")

    return _edited(group, adopt)


@blueprint.post("/manage/phrases/groups/<group>/<int:phrase_id>")
@allow(UserRole.SUPERVISOR)
def phrase_change(group: str, phrase_id: int) -> ResponseReturnValue:
    """Change a phrase."""
    form = PhraseForm()

    def change() -> None:
        if not form.validate_on_submit():
            raise phrase_writes.PhraseUnusable
        phrase_writes.change_phrase(actor(), phrase_id, text=form.text.data, role=Role(form.role.data))
        flash(gettext("已改为“%(text)s”。", text=form.text.data.strip()), "done")

    return _edited(group, change)


@blueprint.post("/manage/phrases/groups/<group>/<int:phrase_id>/remove")
@allow(UserRole.SUPERVISOR)
def phrase_remove(group: str, phrase_id: int) -> ResponseReturnValue:
    """Take a phrase out; can be undone."""
    row = phrase_writes.remove_phrase(actor(), phrase_id)
    _offer_undo(row)
    left = any(item.group == group for item in phrase_reads.rows(phrase_reads.draft()))
    return redirect(url_for("phrases.phrase_group", group=group) if left else url_for("phrases.phrases"))


def _offer_undo(row: PhraseRow) -> None:
    flash_undo(
        gettext("已删除“%(text)s”。", text=row.text),
        action=url_for("phrases.phrase_restore"),
        group=row.group,
        group_name=row.group_name,
        kind=row.kind.value,
        role=row.role.value,
        text=row.text,
    )


@blueprint.post("/manage/phrases/restore")
@allow(UserRole.SUPERVISOR)
def phrase_restore() -> ResponseReturnValue:
    """Undo a removal."""
    form = RestoreForm()
    if not form.validate_on_submit():
        raise FormIncomplete
    row = phrase_writes.restore_phrase(
        actor(),
        group=form.group.data,
        group_name=form.group_name.data,
        kind=PhraseKind(form.kind.data),
        role=Role(form.role.data),
        text=form.text.data,
    )
    flash(gettext("已恢复“%(text)s”。", text=row.text), "done")
    return redirect(url_for("phrases.phrase_group", group=row.group))
