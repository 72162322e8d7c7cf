"""Walking the expression tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from scoring.rules.language.model import Rule
from scoring.rules.language.nodes import Condition, Step, Window


def walk(node: object) -> Iterator[Condition]:
    """A condition and every condition inside it, windows included, outermost first."""
    if isinstance(node, tuple):
        for part in node:
            yield from walk(part)
        return
    if isinstance(node, Condition):
        yield node
    if isinstance(node, Condition | Window | Step):
        for item in fields(node):  # type: ignore[arg-type]
            yield from walk(getattr(node, item.name))


def conditions_of(rule: Rule) -> Iterator[Condition]:
    """Every condition of a rule."""
    yield from walk(rule.applies_when)
    yield from walk(rule.met_when)
    yield from walk(rule.violated_when)
