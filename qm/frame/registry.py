"""What capabilities give to every page, registered where it is written: words, filters and functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from flask import Flask
from flask_babel import LazyString

from qm.core.audit import AuditAction

Words = TypeVar("Words", bound=Callable[..., object])
Named = TypeVar("Named", bound=StrEnum)

WORDS: dict[type[StrEnum], Mapping[StrEnum, LazyString]] = {}
"""Names of the members of each enumeration that people read."""
ACTIONS: dict[AuditAction, LazyString] = {}
"""Names of what is audited."""
_FILTERS: dict[str, Callable[..., object]] = {}
_GLOBALS: dict[str, Callable[..., object]] = {}


class Nameless(RuntimeError):
    """Members of an enumeration that people read have no words."""


class NameTaken(RuntimeError):
    """Two capabilities gave templates different things under one name."""


def name_each(words: Mapping[Named, LazyString]) -> Mapping[Named, LazyString]:
    """Register the names of an enumeration's members; gives them back. Raises `Nameless`, `NameTaken`."""
    enumeration = type(next(iter(words)))
    if missing := set(enumeration) - set(words):
        raise Nameless(missing)
    if WORDS.setdefault(enumeration, words) is not words:  # type: ignore[arg-type]
        raise NameTaken(enumeration)
    return words


def name_actions(words: Mapping[AuditAction, LazyString]) -> Mapping[AuditAction, LazyString]:
    """Register the names of a capability's audited actions; gives them back. Raises `NameTaken`."""
    if taken := {
        action for action in words if ACTIONS.setdefault(action, words[action]) is not words[action]
    }:
        raise NameTaken(taken)
    return words


def template_filter(function: Words) -> Words:
    """Give templates a filter of the function's name. Raises `NameTaken`."""
    return _keep(_FILTERS, function)


def template_global(function: Words) -> Words:
    """Give templates a function of this name. Raises `NameTaken`."""
    return _keep(_GLOBALS, function)


def _keep(kept: dict[str, Callable[..., object]], function: Words) -> Words:
    if kept.setdefault(function.__name__, function) is not function:
        raise NameTaken(function.__name__)
    return function


def register(app: Flask) -> None:
    """Install what was given; after every capability was imported."""
    for filter_ in _FILTERS.values():
        app.add_template_filter(filter_)
    for function in _GLOBALS.values():
        app.add_template_global(function)
