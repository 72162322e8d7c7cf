"""The workshop's form as it is posted, and the words of its choices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from flask_babel import LazyString, lazy_gettext
from werkzeug.datastructures import MultiDict

from qm.errors import InvalidInput
from qm.services.rules_form import NEAR_S, Heard, Place, SimpleRule
from scoring.rules.nodes import CallData, Comparison, EntityKind, Who

Choice = TypeVar("Choice", bound=StrEnum)
Posted = MultiDict[str, str]

PLACES: Mapping[Place, LazyString] = {
    Place.ANYWHERE: lazy_gettext("全程"),
    Place.AFTER: lazy_gettext("在这之后："),
    Place.BEFORE: lazy_gettext("在这之前："),
    Place.NEAR: lazy_gettext("在这前后："),
}
DATA_ROWS = 2
"""Rows of call data that are always offered."""
DATA_KEYS = ("queue", "direction", "team", "agent_no", "started_at", "caller")
"""Call data that every call has; attributes of the call may be named too."""


class FormFieldWrong(InvalidInput):
    """A figure of the form cannot be read."""

    message = "秒数和次数应为数字，请检查。"


def posted_form(given: Posted, key: str | None) -> SimpleRule:
    """The form as typed. Raises `FormFieldWrong`."""
    return SimpleRule(
        key=key or given.get("key", "").strip(),
        title=given.get("title", "").strip(),
        description=given.get("description", "").strip(),
        must=given.get("must", "1") == "1",
        heard=_heard(given, ""),
        first_s=_number(given, "first_s"),
        last_s=_number(given, "last_s"),
        count=int(_number(given, "count") or 1),
        place=_choice(given, "place", Place) or Place.ANYWHERE,
        anchor=_heard(given, "anchor_"),
        within_s=_number(given, "within_s"),
        then=_heard(given, "then_"),
        then_s=_number(given, "then_s"),
        unless=_heard(given, "unless_"),
        unless_s=_number(given, "unless_s") or NEAR_S,
        only_groups=tuple(given.getlist("only_groups")),
        only_data=_data(given),
    )


def _heard(given: Posted, prefix: str) -> Heard:
    return Heard(
        groups=tuple(given.getlist(f"{prefix}groups")),
        words=_lines(given.get(f"{prefix}words", "")),
        similar=_lines(given.get(f"{prefix}similar", "")),
        entity=_choice(given, f"{prefix}entity", EntityKind),
        role=_choice(given, f"{prefix}role", Who) or Who.AGENT,
    )


def _data(given: Posted) -> tuple[CallData, ...]:
    rows = zip(
        given.getlist("data_key"),
        given.getlist("data_op"),
        given.getlist("data_values"),
        given.getlist("data_missing"),
        strict=False,
    )
    return tuple(
        CallData(
            key=key.strip(),
            op=Comparison(op) if op in set(Comparison) else Comparison.IS,
            values=tuple(part.strip() for part in re.split("[、,，]", values) if part.strip()),
            missing_is_no=missing == "1",
        )
        for key, op, values, missing in rows
        if key.strip() and values.strip()
    )


def _choice(given: Posted, name: str, kind: type[Choice]) -> Choice | None:
    value = given.get(name, "")
    return kind(value) if value in set(kind) else None


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _number(given: Posted, name: str) -> float | None:
    text = given.get(name, "").strip()
    try:
        value = float(text) if text else None
    except ValueError as error:
        raise FormFieldWrong from error
    if value is not None and not 0 < value < 1e6:
        raise FormFieldWrong
    return value
