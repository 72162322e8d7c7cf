"""Values of a rule read from the nodes of its YAML, each mistake with its line."""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from recorder.message import Message
from scoring.rules.language import expressions
from scoring.rules.language.errors import RuleInvalid
from scoring.rules.language.model import Explanations
from scoring.rules.language.schema import SEVERAL, FieldOf, Form, KindOf
from scoring.rules.sound import sound_pattern

_VERDICTS = ("met", "not_met", "not_applicable", "cannot_tell")
_FLAGS = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}


def line_of(node: Node) -> int:
    """Line of a YAML node, from 1."""
    return int(node.start_mark.line) + 1


def plain_value(item: FieldOf, node: Node) -> Any:
    """What a field of no condition holds. Raises `RuleInvalid`."""
    if item.form is Form.TEXT:
        return text_of(node)
    if item.form in SEVERAL:
        texts = tuple(text_of(part) for part in flat_items(node))
        if item.form is Form.EXPRESSIONS:
            for part, text in zip(flat_items(node), texts, strict=True):
                _check_expression(item, part, text)
        return texts
    if item.form is Form.FLAG:
        return _flag(node)
    if item.form is Form.CHOICE:
        return _choice(item, node)
    return number_of(item, node)


def _check_expression(item: FieldOf, node: Node, text: str) -> None:
    try:
        expressions.check(text if item.name == "words" else sound_pattern(text))
    except (re.error, OverflowError) as fault:
        why = str(getattr(fault, "msg", fault))  # without its place in the joined expression
        raise RuleInvalid(
            line_of(node), Message("正则表达式 %(expression)s 无效：%(fault)s", expression=text, fault=why)
        ) from fault


def number_of(item: FieldOf, node: Node) -> float | int:
    """A number within the bounds of its field. Raises `RuleInvalid`."""
    text = text_of(node)
    try:
        value = int(text) if item.form is Form.INTEGER else float(text)
        finite = isfinite(value)
    except (ValueError, OverflowError):
        finite = False
    if not finite:
        raise RuleInvalid(
            line_of(node), Message("%(name)s 应为数字，现为 %(text)s", name=item.name, text=text)
        )
    if item.least is not None and value < item.least:
        raise RuleInvalid(
            line_of(node),
            Message(
                "%(name)s 不能小于 %(least)s，现为 %(text)s",
                name=item.name,
                least=f"{item.least:g}",
                text=text,
            ),
        )
    return value


def _choice(item: FieldOf, node: Node) -> Any:
    assert item.choices is not None
    text = text_of(node)
    try:
        return item.choices(text)
    except ValueError as fault:
        allowed = "、".join(item.choices)
        raise RuleInvalid(
            line_of(node),
            Message("%(name)s 不能是 %(text)s，可用：%(known)s", name=item.name, text=text, known=allowed),
        ) from fault


def _flag(node: Node) -> bool:
    value = _FLAGS.get(text_of(node).lower())
    if value is None:
        raise RuleInvalid(line_of(node), Message("应为 true 或 false"))
    return value


def version_of(node: Node | None) -> int:
    """A rule's version, 1 where none is written. Raises `RuleInvalid`."""
    if node is None:
        return 1
    return int(number_of(FieldOf("version", Form.INTEGER, least=1), node))


def blind_of(node: Node | None) -> float:
    """Seconds that may be unheard; see `Rule`. Raises `RuleInvalid`."""
    return 1.0 if node is None else float(number_of(FieldOf("blind_s", Form.NUMBER), node))


def explanations_of(node: Node | None) -> Explanations:
    """The sentences that a rule gives its verdicts. Raises `RuleInvalid`."""
    if node is None:
        return Explanations()
    entries = mapping_of(node)
    check_only(node, _VERDICTS)
    return Explanations(**{name: text_of(part) for name, part in entries.items()})


def mapping_of(node: Node) -> dict[str, Node]:
    """The entries of a mapping, each key once. Raises `RuleInvalid`."""
    if not isinstance(node, MappingNode):
        raise RuleInvalid(line_of(node), Message("此处应为 键: 值 的形式"))
    found: dict[str, Node] = {}
    for key, value in node.value:
        name = text_of(key)
        if name in found:
            raise RuleInvalid(line_of(key), Message("%(name)s 写了两次", name=name))
        found[name] = value
    return found


def names_in(node: MappingNode) -> set[str]:
    """Keys of a mapping, as they are written."""
    return {str(key.value) for key, _ in node.value}


def field_names(kind: KindOf) -> set[str]:
    """Names that a kind of condition knows."""
    return {item.name for item in kind.fields}


def check_only(node: Node, allowed: tuple[str, ...]) -> None:
    """Raise `RuleInvalid` at the first key that is not allowed."""
    assert isinstance(node, MappingNode)
    for key, _ in node.value:
        if key.value not in allowed:
            raise RuleInvalid(
                line_of(key),
                Message(
                    "不认识 %(name)s，此处可用：%(known)s", name=str(key.value), known="、".join(allowed)
                ),
            )


def items_of(node: Node) -> list[Node]:
    """The items of a list that is not empty. Raises `RuleInvalid`."""
    if not isinstance(node, SequenceNode) or not node.value:
        raise RuleInvalid(line_of(node), Message("此处应为非空列表"))
    return list(node.value)


def flat_items(node: Node) -> list[Node]:
    """A single text, or a list of texts; lists inside (from anchors) are laid flat."""
    if isinstance(node, SequenceNode):
        return [leaf for part in node.value for leaf in flat_items(part)]
    return [node]


def text_of(node: Node) -> str:
    """A text. Raises `RuleInvalid`."""
    if not isinstance(node, ScalarNode) or node.value == "":
        raise RuleInvalid(line_of(node), Message("此处应为文字"))
    return str(node.value)
