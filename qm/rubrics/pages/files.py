"""Rubrics as files: Excel and YAML, in and out."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.core.errors import QmError
from qm.core.keys import spelled_key
from qm.frame.access import actor, allow
from qm.frame.files import whole
from qm.frame.saying import say
from qm.rubrics.pages.rubrics import blueprint, list_page
from qm.rubrics.reads import versions as rubric_reads
from qm.rubrics.writes import versions as rubric_writes
from recorder.message import Message
from scoring.rubric import Problem, RubricInvalid, rubric_and_lines, rubric_to_yaml, validate
from scoring.sheets import read_rubric, template, write_rubric
from scoring.types import Rubric

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_UNNAMED = "imported"


def _download(data: bytes, name: str, kind: str) -> Response:
    return Response(data, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.get("/manage/rubrics/<int:rubric_id>/export.<kind>")
@allow(UserRole.SUPERVISOR)
def rubric_export(rubric_id: int, kind: str) -> ResponseReturnValue:
    """One version as a file to change and import again."""
    view = rubric_reads.view(rubric_id, actor())
    name = f"{view.row.key}-v{view.row.version}.{kind}"
    if kind == "yaml":
        return _download(rubric_to_yaml(view.rubric).encode(), name, "application/yaml")
    if kind != "xlsx":
        abort(404)
    return _download(write_rubric(view.rubric), name, _EXCEL)


@blueprint.get("/manage/rubrics/template.xlsx")
@allow(UserRole.SUPERVISOR)
def rubric_template() -> ResponseReturnValue:
    """An empty table to fill in."""
    return _download(template(), "rubric-template.xlsx", _EXCEL)


@blueprint.post("/manage/rubrics/import")
@allow(UserRole.SUPERVISOR)
def rubric_import() -> ResponseReturnValue:
    """A draft from a file, opened in the builder; a file without a form is refused with every fault."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return list_page(422, problem=gettext("请先选择文件。"))
    try:
        rubric, problems, notes = _read(whole(sent), sent.filename)
        row = rubric_writes.import_draft(actor(), rubric, problems)
    except rubric_writes.RubricUnusable as error:
        return list_page(error.status, problem=say(error), faults=error.problems)
    except QmError as error:
        return list_page(error.status, problem=say(error))
    said = gettext("已导入为第 %(n)d 版草稿，共 %(count)d 项。", n=row.version, count=len(rubric.criteria))
    for told in (said, *map(say, notes)):
        flash(told, "done")
    return redirect(url_for("rubrics.rubric_build", rubric_id=row.id))


def _read(data: bytes, filename: str) -> tuple[Rubric, tuple[Problem, ...], tuple[Message, ...]]:
    """The form of a file, what is wrong by cell or line, and what was assumed.

    Raises `RubricUnusable` with every fault where there is no form to read.
    """
    try:
        if filename.lower().endswith((".yaml", ".yml")):
            rubric, lines = rubric_and_lines(data.decode("utf-8-sig"))
            return rubric, tuple(validate(rubric, lines)), ()
        found = read_rubric(data, key=_UNNAMED)
    except UnicodeDecodeError as error:
        problem = Problem("", Message("文件不是 UTF-8 编码的 YAML，请另存为 UTF-8。"))
        raise rubric_writes.RubricUnusable((problem,)) from error
    except RubricInvalid as error:
        raise rubric_writes.RubricUnusable(error.problems) from error
    return _keyed(found.rubric), found.problems, found.notes


def _keyed(rubric: Rubric) -> Rubric:
    """A table without a key is known by its title, so that the same table comes back as the next version."""
    if rubric.key != _UNNAMED:
        return rubric
    return replace(rubric, key=spelled_key(rubric.title) or _UNNAMED)
