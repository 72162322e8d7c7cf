"""Writing rules as YAML, in the form `load_rules` reads."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import yaml

from scoring.rules.language.model import Explanations, Rule
from scoring.rules.language.nodes import Condition, Spoken, Step, Window
from scoring.rules.language.schema import KIND_OF_NODE, STEP, WINDOW_NAMES, default_of


class _Writer(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  (yaml's signature)
        return True


def dump(rules: Iterable[Rule]) -> str:
    """YAML of some rules. `load_rules(dump(rules)) == tuple(rules)`."""
    return yaml.dump(
        [_rule(rule) for rule in rules], Dumper=_Writer, allow_unicode=True, sort_keys=False, width=110
    )


def _rule(rule: Rule) -> dict[str, Any]:
    written: dict[str, Any] = {"key": rule.key, "title": rule.title, "version": rule.version}
    if rule.description:
        written["description"] = rule.description
    if rule.blind_s != 1.0:
        written["blind_s"] = rule.blind_s
    for name in ("applies_when", "met_when", "violated_when"):
        condition = getattr(rule, name)
        if condition is not None:
            written[name] = condition_as_data(condition)
    if rule.explain != Explanations():
        usual = Explanations()
        written["explain"] = {
            name: getattr(rule.explain, name)
            for name in ("met", "not_met", "not_applicable", "cannot_tell")
            if getattr(rule.explain, name) != getattr(usual, name)
        }
    return written


def condition_as_data(node: Condition) -> dict[str, Any]:
    """A condition as plain mappings, lists, texts and numbers; what is usual is left out."""
    kind = KIND_OF_NODE[type(node)]
    body: dict[str, Any] = {}
    for item in kind.fields:
        windowed = isinstance(node, Spoken) and item.name in WINDOW_NAMES
        holder: object = node.window if windowed and isinstance(node, Spoken) else node
        value = getattr(holder, item.name)
        if item.required or value != default_of(Window if windowed else type(node), item.name):
            body[item.name] = _value(value)
    if kind.bare and set(body) == {kind.bare}:
        return {kind.name: body[kind.bare]}
    return {kind.name: body}


def _value(value: Any) -> Any:
    if isinstance(value, Condition):
        return condition_as_data(value)
    if isinstance(value, tuple):
        return [_value(part) for part in value]
    if isinstance(value, Step):
        return _step(value)
    return value.value if isinstance(value, StrEnum) else value


def _step(step: Step) -> dict[str, Any]:
    return {
        item.name: _value(getattr(step, item.name))
        for item in STEP
        if item.required or getattr(step, item.name) != default_of(Step, item.name)
    }
