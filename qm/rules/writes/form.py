"""A rule as a form: its head and a tree of blocks, one a condition, each holding what is typed.

The fields of a block come from the schema of rule files, so the form holds whatever a rule can say.
Reading the form back goes through the same checks as YAML. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from qm.core.errors import InvalidInput
from recorder.message import Message
from scoring.rules import Rule, RuleInvalid
from scoring.rules.language.model import Explanations
from scoring.rules.language.nodes import Condition, Spoken, Step
from scoring.rules.language.parse import rules_of
from scoring.rules.language.schema import (
    FIELDS,
    INSIDE,
    KIND_OF_NODE,
    SEVERAL,
    WINDOW_NAMES,
    FieldOf,
    Form,
    usual,
)

CONDITION = "condition"
APPLIES = "applies_when"
VERDICTS = ("met", "not_met", "not_applicable", "cannot_tell")
DEPTH = 20
"""Conditions inside one another that the form still shows."""
BLOCKS_MOST = 1000
"""Of one form: conditions, each with the step that it may stand in."""
_BEGIN = {"dead_air": {"role": ("anyone",)}}
"""Where a new block does not begin with what is usual: silence is nobody's."""
_EMPTY = Message("还没有条件：请添加至少一个")


@dataclass(frozen=True, slots=True)
class Block:
    """One condition, or one step of a flow, as typed and not yet checked. `kind` as in the schema."""

    kind: str
    typed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Texts by field; a ticked flag is `("1",)`."""
    inside: Mapping[str, tuple[Block, ...]] = field(default_factory=dict)
    """Conditions by the field that holds them."""


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A rule as typed."""

    key: str
    title: str = ""
    description: str = ""
    must: bool = True
    """True: what is described must occur; false: it must not."""
    version: str = "1"
    blind_s: str = ""
    explain: Mapping[str, str] = field(default_factory=dict)
    """Sentences by verdict; those left out are the usual ones."""
    slots: Block = field(default_factory=lambda: Block("rule"))
    """Holds the condition and where it applies."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """What a form would lose: a text with line breaks, or conditions nested too deep (no field)."""

    kind: str
    name: str = ""


class PartWrong(InvalidInput):
    """A part of the form is not a rule yet. `path` names the field, `kind` the condition it belongs to."""

    message = "%(detail)s"

    def __init__(self, path: str, detail: Message, kind: str = "") -> None:
        super().__init__(None, detail=detail)
        self.path = path
        self.kind = kind
        self.detail = detail


def form_of(rule: Rule) -> RuleForm:
    """The form of a rule. `beyond` says what of it the form would lose."""
    said = Explanations()
    return RuleForm(
        key=rule.key,
        title=rule.title,
        description=rule.description,
        must=rule.demands,
        version=str(rule.version),
        blind_s="" if rule.blind_s == 1.0 else _typed(rule.blind_s)[0],
        explain={
            name: getattr(rule.explain, name)
            for name in VERDICTS
            if getattr(rule.explain, name) != getattr(said, name)
        },
        slots=Block("rule", inside={CONDITION: _blocks(rule.condition), APPLIES: _blocks(rule.applies_when)}),
    )


def new_block(kind: str) -> Block:
    """A block as it is when it is added: filled in with what is usual."""
    typed = {
        item.name: () if (value := usual(kind, item.name)) is MISSING else _typed(value)
        for item in FIELDS[kind]
        if item.form not in INSIDE
    }
    typed |= _BEGIN.get(kind, {})
    return Block(kind, typed, {item.name: () for item in FIELDS[kind] if item.form in INSIDE})


def beyond(form: RuleForm) -> tuple[Beyond, ...]:
    """What would be lost if the form were shown and posted back; empty: nothing."""
    description = form.description.replace("\n", "")  # its field takes lines
    heads = (("title", form.title), ("description", description), *form.explain.items())
    lost = [Beyond("rule", name) for name, text in heads if not _a_line(text)]
    return (*lost, *_lost(form.slots, 0))


def fits(top: Block) -> bool:
    """Whether the form can show a tree of blocks, and take it back."""
    depths = tuple(_depths(top, 0))
    return max(depths) <= DEPTH and len(depths) <= BLOCKS_MOST


def rule_of(form: RuleForm) -> Rule:
    """The rule that the form says. Raises `PartWrong` for what is missing or wrong."""
    tree = _Tree()
    root = tree.rule(form)
    try:
        (rule,) = rules_of(root)
    except RuleInvalid as error:
        path, kind = tree.places[error.line - 1]
        raise PartWrong(path, error.detail, kind) from error
    return rule


def _blocks(value: Any) -> tuple[Block, ...]:
    if value is None:
        return ()
    return tuple(map(_block, value)) if isinstance(value, tuple) else (_block(value),)


def _block(node: Condition | Step) -> Block:
    kind = "step" if isinstance(node, Step) else KIND_OF_NODE[type(node)].name
    typed, inside = {}, {}
    for item in FIELDS[kind]:
        windowed = isinstance(node, Spoken) and item.name in WINDOW_NAMES
        value = getattr(node.window if windowed and isinstance(node, Spoken) else node, item.name)
        if item.form in INSIDE:
            inside[item.name] = _blocks(value)
        else:
            typed[item.name] = _typed(value)
    return Block(kind, typed, inside)


def _typed(value: Any) -> tuple[str, ...]:
    """A value as a person would type it."""
    if isinstance(value, tuple):
        return value
    if value is None or value is False or value == "":
        return ()
    if value is True:
        return ("1",)
    if isinstance(value, StrEnum):
        return (value.value,)
    return (repr(value).removesuffix(".0") if isinstance(value, float) else str(value),)


def _keyed(steps: tuple[Block, ...]) -> Iterator[Block]:
    """Steps that all have a key: those without get one that no other has."""
    taken = {key for step in steps for key in step.typed.get("key", ())}
    free = (f"step_{n}" for n in count(1) if f"step_{n}" not in taken)
    for step in steps:
        key = step.typed.get("key") or (next(free),)
        yield Block("step", {**step.typed, "key": key}, step.inside)


def _depths(block: Block, depth: int) -> Iterator[int]:
    yield depth
    for parts in block.inside.values():
        for part in parts:
            yield from _depths(part, depth + 1)


def _a_line(text: str) -> bool:
    return text == text.strip() and len(text.splitlines()) <= 1


def _lost(block: Block, depth: int) -> Iterator[Beyond]:
    if depth > DEPTH:
        yield Beyond(block.kind)
        return
    for name, texts in block.typed.items():
        if not all(_a_line(text) for text in texts):
            yield Beyond(block.kind, name)
    for parts in block.inside.values():
        for part in parts:
            yield from _lost(part, depth + 1)


class _Tree:
    """The YAML tree of a form; the line of each node is its place in `places`."""

    def __init__(self) -> None:
        self.places: list[tuple[str, str]] = []
        """Path of the field, and the kind of condition it belongs to."""

    def rule(self, form: RuleForm) -> Node:
        if not form.title:
            raise PartWrong("title", Message("请写规则名称"))
        wanted = "met_when" if form.must else "violated_when"
        heads = (
            ("title", form.title),
            ("version", form.version),
            ("description", form.description),
            ("blind_s", form.blind_s),
        )
        pairs: list[tuple[str, Node]] = [("key", self._text(form.key, "key"))]
        pairs += [(name, self._text(text, name)) for name, text in heads if text]
        if form.explain:
            said = [(name, self._text(text, f"explain_{name}")) for name, text in form.explain.items()]
            pairs.append(("explain", self._mapping(said, "explain_met")))
        for name, slot in ((APPLIES, APPLIES), (wanted, CONDITION)):
            for block in form.slots.inside.get(slot, ()):
                pairs.append((name, self._condition(block, f"{slot}.0")))
        if pairs[-1][0] != wanted:
            raise PartWrong(CONDITION, _EMPTY)
        return self._mapping(pairs, "title")

    def _condition(self, block: Block, path: str) -> Node:
        return self._mapping([(block.kind, self._fields(block, path))], path, block.kind)

    def _fields(self, block: Block, path: str) -> Node:
        pairs = []
        for item in FIELDS[block.kind]:
            at = f"{path}.{item.name}"
            node = self._inside(block, item, at) if item.form in INSIDE else self._value(block, item, at)
            if node is not None:
                pairs.append((item.name, node))
        return self._mapping(pairs, path, block.kind)

    def _inside(self, block: Block, item: FieldOf, at: str) -> Node | None:
        parts = block.inside.get(item.name, ())
        if not parts and item.required:
            told = Message("%(name)s 还没有条件：请添加至少一个", name=item.name)
            raise PartWrong(at, told, block.kind)
        if not parts:
            return None
        if item.form is Form.STEPS:
            steps = [self._fields(part, f"{at}.{n}") for n, part in enumerate(_keyed(parts))]
            return self._sequence(steps, at, block.kind)
        nodes = [self._condition(part, f"{at}.{n}") for n, part in enumerate(parts)]
        return nodes[0] if item.form is Form.CONDITION else self._sequence(nodes, at, block.kind)

    def _value(self, block: Block, item: FieldOf, at: str) -> Node | None:
        texts = block.typed.get(item.name, ())
        if item.form is Form.FLAG:
            return self._text("true" if texts else "false", at, block.kind)
        if not texts:
            return None
        if item.form in SEVERAL:
            return self._sequence([self._text(text, at, block.kind) for text in texts], at, block.kind)
        return self._text(texts[0], at, block.kind)

    def _text(self, text: str, path: str, kind: str = "rule") -> ScalarNode:
        return ScalarNode("tag:yaml.org,2002:str", text, self._mark(path, kind))

    def _sequence(self, items: list[Any], path: str, kind: str) -> SequenceNode:
        return SequenceNode("tag:yaml.org,2002:seq", items, self._mark(path, kind))

    def _mapping(self, pairs: list[tuple[str, Any]], path: str, kind: str = "rule") -> MappingNode:
        entries = [(self._text(name, path, kind), node) for name, node in pairs]
        return MappingNode("tag:yaml.org,2002:map", entries, self._mark(path, kind))

    def _mark(self, path: str, kind: str) -> yaml.Mark:
        self.places.append((path, kind))
        return yaml.Mark("form", 0, len(self.places) - 1, 0, None, 0)
