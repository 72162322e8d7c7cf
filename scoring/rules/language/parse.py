"""Reading rules from YAML, each mistake with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from recorder.message import Message
from scoring.rules import corpus
from scoring.rules.language.errors import RuleInvalid
from scoring.rules.language.model import Rule
from scoring.rules.language.nodes import Condition, Step, Window
from scoring.rules.language.schema import KINDS, STEP, WINDOW_NAMES, FieldOf, Form, KindOf
from scoring.rules.language.values import (
    blind_of,
    check_only,
    explanations_of,
    field_names,
    items_of,
    line_of,
    mapping_of,
    names_in,
    plain_value,
    text_of,
    version_of,
)

CONDITIONS_MOST = 500
"""Of one rule. The largest of the library has 13; aliases could make billions of a few lines."""
_RULE_KEYS = (
    "key",
    "title",
    "version",
    "description",
    "applies_when",
    "met_when",
    "violated_when",
    "blind_s",
    "explain",
)
_KEY = re.compile(r"[a-z][a-z0-9_]{1,63}\Z")


def load_rules(text: str) -> tuple[Rule, ...]:
    """Rules of a YAML text: one rule, a list of rules, or a mapping with `rules` (and `shared` anchors).

    Raises `RuleInvalid` with the line that is wrong.
    """
    try:
        root = _composed(text)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        told = fault.problem or fault.context or ""
        detail = Message("不是有效的 YAML：%(fault)s，请检查缩进和引号", fault=told)
        raise RuleInvalid(line, detail) from fault
    return () if root is None else rules_of(root)


def rules_of(root: Node) -> tuple[Rule, ...]:
    """Rules of a YAML tree, however it was built. Raises `RuleInvalid` with the line its nodes name."""
    return _Reader().rules(root)


def _composed(text: str) -> Node | None:
    """The tree of a YAML text: by libyaml, which is many times faster, but for the words of a fault."""
    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root: Node | None = yaml.compose(text, Loader=quick)
    except yaml.YAMLError:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    return root


class _Reader:
    def __init__(self) -> None:
        self._seen: dict[int, tuple[Condition, int]] = {}
        """By a YAML node's identity its condition, and how many stand in it."""
        self._count = 0
        """Conditions of the rule so far, those behind an alias as often as they are named."""

    def rules(self, root: Node) -> tuple[Rule, ...]:
        if isinstance(root, MappingNode):
            entries = mapping_of(root)
            if "rules" in entries:
                check_only(root, ("rules", "shared"))
                root = entries["rules"]
            else:
                return (self._rule(root),)
        if not isinstance(root, SequenceNode):
            raise RuleInvalid(line_of(root), Message("应为一条规则或规则列表"))
        found: dict[str, Rule] = {}
        for node in root.value:
            rule = self._rule(node)
            if rule.key in found:
                raise RuleInvalid(line_of(node), Message("规则键 %(key)s 重复，请改名", key=rule.key))
            found[rule.key] = rule
        return tuple(found.values())

    def _rule(self, node: Node) -> Rule:
        self._count = 0
        entries = mapping_of(node)
        check_only(node, _RULE_KEYS)
        for name in ("key", "title"):
            if name not in entries:
                raise RuleInvalid(line_of(node), Message("缺少 %(name)s", name=name))
        if ("met_when" in entries) == ("violated_when" in entries):
            raise RuleInvalid(line_of(node), Message("met_when 与 violated_when 必须且只能写一个"))
        key = text_of(entries["key"])
        if not _KEY.match(key):
            raise RuleInvalid(
                line_of(entries["key"]),
                Message("%(key)s 只能用小写字母、数字和下划线，以字母开头", key="key"),
            )
        conditions = {
            name: self._condition(entries[name]) if name in entries else None
            for name in ("applies_when", "met_when", "violated_when")
        }
        return Rule(
            key=key,
            title=text_of(entries["title"]),
            version=version_of(entries.get("version")),
            description=text_of(entries["description"]) if "description" in entries else "",
            blind_s=blind_of(entries.get("blind_s")),
            explain=explanations_of(entries.get("explain")),
            **conditions,
        )

    def _condition(self, node: Node) -> Condition:
        before, known = self._count, self._seen.get(id(node))
        self._count += known[1] if known else 1
        if self._count > CONDITIONS_MOST:
            raise RuleInvalid(
                line_of(node), Message("一条规则最多 %(most)s 个条件，请拆成几条规则", most=CONDITIONS_MOST)
            )
        if known is None:
            condition = self._read(node)
            known = self._seen[id(node)] = condition, self._count - before
        return known[0]

    def _read(self, node: Node) -> Condition:
        entries = mapping_of(node)
        if len(entries) != 1:
            raise RuleInvalid(
                line_of(node), Message("一个条件只写一种，例如 phrase: {…}；多个条件请用 all 或 any")
            )
        name, body = next(iter(entries.items()))
        kind = KINDS.get(name)
        if kind is None:
            raise RuleInvalid(
                line_of(node),
                Message("没有名为 %(name)s 的条件，可用：%(known)s", name=name, known="、".join(KINDS)),
            )
        if kind.bare and not (isinstance(body, MappingNode) and names_in(body) & field_names(kind)):
            item = kind.field(kind.bare)
            assert item is not None
            return kind.node(**{kind.bare: self._value(item, body)})
        return self._built(kind, body)

    def _built(self, kind: KindOf, body: Node) -> Condition:
        entries = mapping_of(body)
        check_only(body, tuple(item.name for item in kind.fields))
        values = {
            item.name: self._value(item, entries[item.name]) for item in kind.fields if item.name in entries
        }
        missing = [item.name for item in kind.fields if item.required and item.name not in entries]
        if missing:
            raise RuleInvalid(
                line_of(body), Message("%(kind)s 缺少 %(names)s", kind=kind.name, names="、".join(missing))
            )
        if kind.needs_one_of and not values.keys() & set(kind.needs_one_of):
            raise RuleInvalid(
                line_of(body),
                Message(
                    "%(kind)s 至少要写 %(names)s 之一", kind=kind.name, names="、".join(kind.needs_one_of)
                ),
            )
        if kind.name == "manner":
            _check_manner(body, values)
        if kind.windowed:
            window = {name: values.pop(name) for name in tuple(values) if name in WINDOW_NAMES}
            if "within_s" in window and not window.keys() & {"after", "before", "near"}:
                raise RuleInvalid(
                    line_of(body),
                    Message(
                        "%(within)s 需要与 %(after)s、%(before)s 或 %(near)s 一起写",
                        within="within_s",
                        after="after",
                        before="before",
                        near="near",
                    ),
                )
            values["window"] = Window(**window)
        return kind.node(**values)

    def _value(self, item: FieldOf, node: Node) -> Any:
        if item.form is Form.CONDITION:
            return self._condition(node)
        if item.form is Form.CONDITIONS:
            return tuple(self._condition(part) for part in items_of(node))
        if item.form is Form.STEPS:
            return tuple(self._step(part) for part in items_of(node))
        return plain_value(item, node)

    def _step(self, node: Node) -> Step:
        entries = mapping_of(node)
        check_only(node, tuple(item.name for item in STEP))
        for item in STEP:
            if item.required and item.name not in entries:
                raise RuleInvalid(line_of(node), Message("步骤缺少 %(name)s", name=item.name))
        return Step(
            **{item.name: self._value(item, entries[item.name]) for item in STEP if item.name in entries}
        )


def _check_manner(node: Node, values: Mapping[str, Any]) -> None:
    kinds = set(values.get("kinds", ()))
    if unknown := sorted(kinds - corpus.kinds()):
        known = "、".join(sorted(corpus.kinds()))
        raise RuleInvalid(
            line_of(node),
            Message(
                "%(kinds)s 里没有 %(unknown)s，可用：%(known)s",
                kinds="kinds",
                unknown="、".join(unknown),
                known=known,
            ),
        )
    if kinds and values.keys() & {"examples", "unlike"}:
        raise RuleInvalid(
            line_of(node),
            Message(
                "%(manner)s 的 %(kinds)s 和 %(examples)s 只能写一种",
                manner="manner",
                kinds="kinds",
                examples="examples",
            ),
        )
    if not kinds and not values.get("unlike"):
        raise RuleInvalid(
            line_of(node),
            Message("%(manner)s 需要 %(unlike)s：正反两类例句才能比较", manner="manner", unlike="unlike"),
        )
