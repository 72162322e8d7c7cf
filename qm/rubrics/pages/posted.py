"""What the builder's forms hold, read into values.

Fields of a question: those of `Criterion` by name; `opt` lists option keys and `opt.KEY.FIELD` holds each
field; `cond` lists places and `cond.N.FIELD` holds each; `example.FIELD`. Unreadable figures are told in
words with the field's name.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import CombinedMultiDict, MultiDict

from qm.core.errors import InvalidInput
from qm.rubrics.writes.drafts_edit import of_kind, put_criterion, renamed
from recorder.message import listed
from scoring.marks import CHOSEN
from scoring.rubric import RubricInvalid, rubric_from_dict, rubric_to_dict
from scoring.types import Answer, Criterion, CriterionKind, Rubric, Section
from scoring.visibility import NOT_APPLICABLE

Posted = MultiDict[str, str] | CombinedMultiDict[str, str]

_OPTION = ("label", "points", "veto", "critical", "verdict", "low", "high")
_OPTION_FLAGS = ("requires_comment", "requires_evidence")
_CRITERION = ("title", "max_points", "guidance", "rule", "deduct_points", "deduct_cap", "policy")
_CRITERION_FLAGS = ("not_applicable_allowed", "bonus", "optional")
_FORM = ("title", "mode", "start_points", "decimals", "max_total", "guidance")
_PARTING = re.compile(r"[,，、;；\s]+")


class FieldUnusable(InvalidInput):
    """A field holds what cannot be kept; `words` say what."""

    message = "没有保存：%(words)s"


def form_of(rubric: Rubric, posted: Posted) -> Rubric:
    """The form's own fields. Raises `FieldUnusable`."""
    return _read({**rubric_to_dict(rubric), **_texts(posted, _FORM)})


def section_of(rubric: Rubric, section: Section, posted: Posted) -> Rubric:
    """The form with a section's fields. Raises `FieldUnusable`."""
    document = rubric_to_dict(rubric)
    for item in document["sections"]:
        if item["key"] == section.key:
            item.update(_texts(posted, ("title", "weight", "guidance")))
    return _read(document)


def criterion_of(rubric: Rubric, criterion: Criterion, posted: Posted) -> Rubric:
    """The form with a question's fields, options and conditions. Raises `FieldUnusable`.

    Another kind keeps what still fits; another key is followed by the conditions that look at it.
    """
    given = {"key": criterion.key, "kind": criterion.kind.value, **_texts(posted, _CRITERION)}
    given |= {name: name in posted for name in _CRITERION_FLAGS}
    given["options"] = [_option(posted, key) for key in posted.getlist("opt")]
    given["show_if"] = [_condition(posted, place) for place in posted.getlist("cond")]
    given |= _example(posted)
    level = posted.get("sure_level", "").strip()
    if level:
        given["sure_level"] = level
    document = rubric_to_dict(rubric)
    for section in document["sections"]:
        section["criteria"] = [given if c["key"] == criterion.key else c for c in section["criteria"]]
    read = _read(document)
    kind = posted.get("kind", criterion.kind.value)
    if kind != criterion.kind.value and kind in set(CriterionKind):
        changed = next(c for c in read.criteria if c.key == criterion.key)
        read = put_criterion(read, of_kind(changed, CriterionKind(kind)))
    read = _full_marks_follow(read, criterion)
    key = posted.get("key", "").strip() or criterion.key
    return renamed(read, criterion.key, key) if key != criterion.key else read


def _full_marks_follow(rubric: Rubric, before: Criterion) -> Rubric:
    """Options that earned full marks follow a new maximum, so that one figure is typed once.

    Where nothing earned anything, the first option does.
    """
    now = next(c for c in rubric.criteria if c.key == before.key)
    same = now.max_points == before.max_points or now.kind is not before.kind
    if same or now.kind is CriterionKind.MULTIPLE or now.kind not in CHOSEN | {CriterionKind.NUMBER}:
        return rubric
    if before.max_points > 0:
        full = {o.key for o in before.options if o.points == before.max_points}
    else:
        full = {o.key for o in now.options[:1] if not any(o.points for o in now.options)}
    options = tuple(
        replace(o, points=now.max_points) if o.key in full and o.points == before.max_points else o
        for o in now.options
    )
    return put_criterion(rubric, replace(now, options=options))


def answers_of(rubric: Rubric, posted: Posted) -> tuple[Answer, ...]:
    """Answers given on trial; unreadable figures count as not given."""
    return tuple(answer for c in rubric.criteria if (answer := _answer(c, posted)) is not None)


def data_of(posted: Posted) -> dict[str, str]:
    """Call data given on trial."""
    return {
        name[5:]: value.strip()[:80] for name, value in posted.items() if name.startswith("data.") and value
    }


def _answer(criterion: Criterion, posted: Posted) -> Answer | None:
    chosen = tuple(dict.fromkeys(v for v in posted.getlist(f"option.{criterion.key}") if v))
    if NOT_APPLICABLE in chosen:
        return Answer(criterion.key, not_applicable=True)
    if chosen:
        return Answer(criterion.key, options=chosen)
    number = posted.get(f"number.{criterion.key}", "").strip()
    if re.fullmatch(r"-?\d{1,7}(\.\d{1,6})?", number):
        return Answer(criterion.key, number=Decimal(number))
    count = posted.get(f"count.{criterion.key}", "").strip()
    if re.fullmatch(r"[0-9]{1,4}", count):
        return Answer(criterion.key, occurrences=int(count))
    said = posted.get(f"comment.{criterion.key}", "").strip()
    return Answer(criterion.key, comment=said) if said else None


def _texts(posted: Posted, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: posted[name].replace("\r\n", "\n").strip() for name in names if name in posted}


def _option(posted: Posted, key: str) -> dict[str, Any]:
    found: dict[str, Any] = {"key": key}
    for name in _OPTION:
        value = posted.get(f"opt.{key}.{name}", "").strip()
        if value or name in ("label", "points"):
            found[name] = value
    return found | {name: f"opt.{key}.{name}" in posted for name in _OPTION_FLAGS}


def _condition(posted: Posted, place: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: posted.get(f"cond.{place}.{name}", "").strip() for name in ("source", "operator")
    }
    looked_at = f"cond.{place}.{'answer' if found['source'] == 'answer' else 'data'}"
    found["key"] = posted.get(looked_at, "").strip()
    values = [v for v in _PARTING.split(posted.get(f"cond.{place}.values", "").strip()) if v]
    return found | {"values": values}


def _example(posted: Posted) -> dict[str, Any]:
    picked = posted.get("example.pick", "")
    if picked:
        recording_id, start_s, end_s = (*picked.split("|", 2), "", "")[:3]
        return {"example": {"recording_id": recording_id, "start_s": start_s, "end_s": end_s}}
    recording_id = posted.get("example.recording_id", "").strip().rstrip("/").rpartition("/")[2]
    if not recording_id:
        return {}
    given = {name: posted.get(f"example.{name}", "").strip() for name in ("start_s", "end_s", "title")}
    return {"example": {"recording_id": recording_id, **given}}


def _read(document: dict[str, Any]) -> Rubric:
    try:
        return rubric_from_dict(document)
    except RubricInvalid as error:
        told = dict.fromkeys(problem.message for problem in error.problems)
        raise FieldUnusable(words=listed(tuple(told))) from error
