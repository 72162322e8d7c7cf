"""What a posted review form holds. The page with and without JavaScript posts the same fields.

Fields: `revision`, `rubric_id`, `comment`, and for each question `option.KEY` (repeated for several;
`not_applicable` for that), `number.KEY`, `count.KEY`, `comment.KEY`, `evidence.KEY` (JSON, repeated).
"""

from __future__ import annotations

import json
import math
from decimal import Decimal, InvalidOperation

from werkzeug.datastructures import MultiDict

from qm.core.errors import InvalidInput
from qm.frame.numbers import row_number
from qm.reviewing.writes.evaluations import Draft
from scoring.documents import evidence_from_dict
from scoring.errors import PackInvalid
from scoring.types import Answer, Criterion, CriterionKind, Evidence, Rubric
from scoring.visibility import NOT_APPLICABLE, is_answered

Posted = MultiDict[str, str]
_NUMBER_CHARS = 30


class FormUnreadable(InvalidInput):
    """A field holds what the page never sends."""

    message = "表单内容无法识别，请刷新页面后重试；已自动保存的内容不会丢失。"


class NotANumber(InvalidInput):
    """A figure was not typed as one."""

    message = "“%(title)s”需要填写数字。"


def draft_of(rubric: Rubric, rubric_id: int, posted: Posted) -> Draft:
    """The draft a form holds. Raises `FormUnreadable`, `NotANumber`."""
    revision = posted.get("revision", type=row_number)
    if revision is None or revision < 0:
        raise FormUnreadable
    answers = [_answer(criterion, posted) for criterion in rubric.criteria]
    kept = tuple(
        answer
        for criterion, answer in zip(rubric.criteria, answers, strict=True)
        if is_answered(criterion, answer) or answer.comment or answer.evidence
    )
    return Draft(revision, rubric_id, kept, _text(posted.get("comment", "")))


def _answer(criterion: Criterion, posted: Posted) -> Answer:
    key = criterion.key
    chosen = [value for value in posted.getlist(f"option.{key}") if value]
    not_applicable = NOT_APPLICABLE in chosen
    return Answer(
        criterion=key,
        options=() if not_applicable else tuple(chosen),
        not_applicable=not_applicable,
        occurrences=None if not_applicable else _count(criterion, posted),
        number=None if not_applicable else _number(criterion, posted),
        comment=_text(posted.get(f"comment.{key}", "")),
        evidence=tuple(_evidence(value) for value in posted.getlist(f"evidence.{key}")),
    )


def _text(value: str) -> str:
    return value.replace("\x00", "").replace("\r\n", "\n").strip()  # PostgreSQL keeps no NUL


def _number(criterion: Criterion, posted: Posted) -> Decimal | None:
    value = posted.get(f"number.{criterion.key}", "").strip()
    if criterion.kind is not CriterionKind.NUMBER or not value:
        return None
    if len(value) > _NUMBER_CHARS:
        raise NotANumber(title=criterion.title)
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise NotANumber(title=criterion.title) from error


def _count(criterion: Criterion, posted: Posted) -> int | None:
    value = posted.get(f"count.{criterion.key}", "").strip()
    if criterion.kind is not CriterionKind.DEDUCTION or not value:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 4:
        raise NotANumber(title=criterion.title)
    return int(value)


def _evidence(value: str) -> Evidence:
    try:
        found = evidence_from_dict(json.loads(value))
    except (ValueError, PackInvalid, OverflowError, RecursionError) as error:
        raise FormUnreadable from error
    if not (0 <= found.start_s <= found.end_s and math.isfinite(found.end_s)):
        raise FormUnreadable
    return found
