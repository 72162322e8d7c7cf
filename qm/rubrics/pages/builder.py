"""The builder: a draft's sections, questions and options, changed step by step, scored on trial as you click.

Each control is a small POST that works as a plain form; htmx swaps the same partial without a reload.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.core.errors import NotFound, QmError
from qm.core.ownership import owns
from qm.frame.access import actor, allow
from qm.frame.saying import say
from qm.models import VersionState
from qm.rubrics.pages import posted
from qm.rubrics.pages.rubrics import blueprint, list_page
from qm.rubrics.reads import builder as builder_reads
from qm.rubrics.reads.versions import owner, version
from qm.rubrics.words.builder import choices
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import drafts_edit as rubric_edits
from scoring.rubric import rubric_from_dict
from scoring.types import Criterion, CriterionKind, Rubric, ScoringMode, Section

FORM = "form"


def _page(rubric_id: int, at: str, status: int = 200, **more: object) -> ResponseReturnValue:
    """The builder with one part open; to htmx only what changes."""
    row = version(rubric_id, actor())
    rubric = rubric_from_dict(row.document)
    view = builder_reads.builder(
        rubric_id, posted.answers_of(rubric, request.values), posted.data_of(request.values)
    )
    part = builder_reads.part(view.rubric, at)
    rule = part.rule if isinstance(part, Criterion) else None
    swapped = "HX-Request" in request.headers
    template = "rubrics/_builder.html" if swapped else "rubrics/builder.html"
    page = render_template(
        template,
        view=view,
        rubric=view.rubric,
        at=at if part is not None else FORM,
        section=part if isinstance(part, Section) else None,
        criterion=part if isinstance(part, Criterion) else None,
        passages=builder_reads.passages(actor(), rule),
        choices=choices(),
        may_publish=owns(actor(), owner(row.key)),
        **more,
    )
    answer = make_response(page, status)
    if swapped:
        answer.headers["HX-Replace-Url"] = url_for("rubrics.rubric_build", rubric_id=rubric_id, at=at)
    return answer


def _done(rubric_id: int, at: str) -> ResponseReturnValue:
    if "HX-Request" in request.headers:
        return _page(rubric_id, at)
    return redirect(url_for("rubrics.rubric_build", rubric_id=rubric_id, at=at))


def _edited(rubric_id: int, at: str, act: Callable[[], str]) -> ResponseReturnValue:
    """Do it and show the part that `act` names; refused, the same part with the reason."""
    try:
        at = act()
    except NotFound:
        raise
    except QmError as error:
        return _page(rubric_id, at, error.status, problem=say(error))
    return _done(rubric_id, at)


@blueprint.get("/manage/rubrics/<int:rubric_id>/build")
@allow(UserRole.SUPERVISOR)
def rubric_build(rubric_id: int) -> ResponseReturnValue:
    """A draft in the builder; versions that cannot change are only read."""
    row = version(rubric_id, actor())
    if row.state is not VersionState.DRAFT or not owns(actor(), row.branch_id):
        return redirect(url_for("rubrics.rubric", rubric_id=rubric_id))
    return _page(rubric_id, request.args.get("at", FORM)[:80])


@blueprint.post("/manage/rubrics/new")
@allow(UserRole.SUPERVISOR)
def rubric_new() -> ResponseReturnValue:
    """Begin a form."""
    mode = request.form.get("mode", "")
    chosen = ScoringMode(mode) if mode in set(ScoringMode) else ScoringMode.WEIGHTED
    try:
        row = rubric_drafts.begin(actor(), title=request.form.get("title", ""), mode=chosen)
    except rubric_drafts.TitleMissing as error:
        return list_page(error.status, problem=say(error))
    return redirect(url_for("rubrics.rubric_build", rubric_id=row.id))


@blueprint.post("/manage/rubrics/<int:rubric_id>/copy")
@allow(UserRole.SUPERVISOR)
def rubric_copy(rubric_id: int) -> ResponseReturnValue:
    """Go on with the form's draft, or begin it from this version."""
    row = rubric_drafts.copy(actor(), rubric_id)
    return redirect(url_for("rubrics.rubric_build", rubric_id=row.id))


@blueprint.post("/manage/rubrics/<int:rubric_id>/build/undo")
@allow(UserRole.SUPERVISOR)
def rubric_undo(rubric_id: int) -> ResponseReturnValue:
    """Take the last change back."""
    at = request.form.get("at", FORM)[:80]

    def act() -> str:
        rubric_drafts.undo(actor(), rubric_id)
        return at

    return _edited(rubric_id, at, act)


@blueprint.post("/manage/rubrics/<int:rubric_id>/build/settle")
@allow(UserRole.SUPERVISOR)
def rubric_settle(rubric_id: int) -> ResponseReturnValue:
    """What the import could not read was looked at."""
    rubric_drafts.settle_import(actor(), rubric_id)
    return _done(rubric_id, request.form.get("at", FORM)[:80])


@blueprint.post("/manage/rubrics/<int:rubric_id>/build/trial")
@allow(UserRole.SUPERVISOR)
def rubric_trial(rubric_id: int) -> ResponseReturnValue:
    """Score the answers given on trial; nothing is stored."""
    return _page(rubric_id, request.form.get("trial_at", FORM)[:80])


@blueprint.post("/manage/rubrics/<int:rubric_id>/build/form")
@allow(UserRole.SUPERVISOR)
def rubric_form_change(rubric_id: int) -> ResponseReturnValue:
    """Change the form's own fields, or add a section."""

    def act() -> str:
        rubric = _change(rubric_id, lambda r: posted.form_of(r, request.form), gettext("改评分表设置"))
        if request.form.get("act") != "add_section":
            return FORM
        rubric = _change(rubric_id, rubric_edits.add_section(""), gettext("新增部分"))
        return f"s:{rubric.sections[-1].key}"

    return _edited(rubric_id, FORM, act)


@blueprint.post("/manage/rubrics/<int:rubric_id>/build/sections/<key>")
@allow(UserRole.SUPERVISOR)
def rubric_section_change(rubric_id: int, key: str) -> ResponseReturnValue:
    """Change, move or remove a section, or add a question to it."""
    at = f"s:{key}"

    def act() -> str:
        doing, _, value = request.form.get("act", "").partition(":")
        name = _title(rubric_id, at)
        if doing != "remove" and "title" in request.form:
            _change(rubric_id, lambda r: posted.section_of(r, rubric_edits.section_of(r, key), request.form),
                    gettext("改“%(name)s”", name=name))  # fmt: skip
        if doing == "remove":
            _change(rubric_id, rubric_edits.remove_section(key), gettext("删去“%(name)s”", name=name))
            return FORM
        if doing in ("up", "down"):
            by = -1 if doing == "up" else 1
            _change(rubric_id, rubric_edits.move_section(key, by), gettext("移动“%(name)s”", name=name))
        if doing == "add":
            kind = CriterionKind(value) if value in set(CriterionKind) else CriterionKind.YES_NO
            rubric = _change(rubric_id, rubric_edits.add_criterion(key, kind), gettext("新增评分项"))
            return f"c:{rubric_edits.section_of(rubric, key).criteria[-1].key}"
        return at

    return _edited(rubric_id, at, act)


@blueprint.post("/manage/rubrics/<int:rubric_id>/build/criteria/<key>")
@allow(UserRole.SUPERVISOR)
def rubric_criterion_change(rubric_id: int, key: str) -> ResponseReturnValue:
    """Save a question's fields, then do what the pressed button says."""
    at = f"c:{key}"

    def act() -> str:
        doing, _, value = request.form.get("act", "").partition(":")
        name = _title(rubric_id, at)
        held = key
        if doing != "remove" and "title" in request.form:
            if request.form.get("example.recording_id"):
                builder_reads.call_exists(
                    actor(), request.form["example.recording_id"].rstrip("/").rpartition("/")[2]
                )
            _change(
                rubric_id,
                lambda r: posted.criterion_of(r, rubric_edits.criterion_of(r, key), request.form),
                gettext("改“%(name)s”", name=name),
            )
            held = request.form.get("key", "").strip() or key
        return _pressed(rubric_id, held, doing, value, name)

    return _edited(rubric_id, at, act)


def _pressed(rubric_id: int, key: str, doing: str, value: str, name: str) -> str:
    """What a button of a question does; gives the part to show then."""
    if doing == "remove":
        home = rubric_edits.home_of(rubric_from_dict(version(rubric_id, actor()).document), key).key
        _change(rubric_id, rubric_edits.remove_criterion(key), gettext("删去“%(name)s”", name=name))
        return f"s:{home}"
    if doing == "copy":
        rubric = _change(rubric_id, rubric_edits.copy_criterion(key), gettext("复制“%(name)s”", name=name))
        keys = [c.key for c in rubric.criteria]
        return f"c:{keys[keys.index(key) + 1]}"
    inner = _INNER.get(doing)
    if inner is not None:
        edit = inner(value)
        what = gettext("改“%(name)s”", name=name)
        _change(
            rubric_id, lambda r: rubric_edits.put_criterion(r, edit(rubric_edits.criterion_of(r, key))), what
        )
    if doing in ("up", "down"):
        by = -1 if doing == "up" else 1
        _change(rubric_id, rubric_edits.move_criterion(key, by), gettext("移动“%(name)s”", name=name))
    if doing == "to":
        _change(rubric_id, rubric_edits.to_section(key, value), gettext("移动“%(name)s”", name=name))
    return f"c:{key}"


_Inner = Callable[[Criterion], Criterion]
_INNER: dict[str, Callable[[str], _Inner]] = {
    "add_option": lambda _value: rubric_edits.add_option,
    "add_condition": lambda _value: rubric_edits.add_condition,
    "option_up": lambda value: lambda c: rubric_edits.move_option(c, value, -1),
    "option_down": lambda value: lambda c: rubric_edits.move_option(c, value, 1),
    "option_remove": lambda value: lambda c: rubric_edits.without_option(c, value),
    "condition_remove": lambda value: lambda c: rubric_edits.without_condition(c, value),
    "example_remove": lambda _value: rubric_edits.without_example,
}


def _change(rubric_id: int, edit: rubric_edits.Edit, what: str) -> Rubric:
    return rubric_drafts.change(actor(), rubric_id, edit, what=what)


def _title(rubric_id: int, at: str) -> str:
    """The name of a part, for the list of changes. Raises `NotFound` where it is gone."""
    found = builder_reads.part(rubric_from_dict(version(rubric_id, actor()).document), at)
    if found is None:
        raise NotFound
    return found.title or gettext("未命名")
