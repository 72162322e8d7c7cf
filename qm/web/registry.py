"""What capabilities give to templates: filters and functions, registered by name where they are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask

Words = TypeVar("Words", bound=Callable[..., object])

_FILTERS: dict[str, Callable[..., object]] = {}
_GLOBALS: dict[str, Callable[..., object]] = {}


class NameTaken(RuntimeError):
    """Two capabilities gave templates different things under one name."""


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
