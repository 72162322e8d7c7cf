"""Choices of a select field: a value and the words beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from flask_babel import LazyString
from wtforms.fields.choices import SelectChoice

Named = TypeVar("Named", bound=StrEnum)


def choices(pairs: Iterable[tuple[object, object]]) -> list[SelectChoice]:
    """Choices from (value, words)."""
    return [SelectChoice(value, words) for value, words in pairs]


def named(words: Mapping[Named, LazyString]) -> list[SelectChoice]:
    """Every member of an enum with its name."""
    return choices((member.value, name) for member, name in words.items())
