"""What the template of the rule form asks: which fields a condition has, in what order, in which words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from flask_babel import gettext

from qm.frame.saying import say
from qm.rules.words.form import (
    CHOICES,
    COMMON,
    FAMILIES,
    KIND_WORDS,
    RULE_WORDS,
    SHARE,
    Family,
    Label,
    Text,
    label_of,
)
from qm.rules.words.rules import MISCONDUCT
from qm.rules.writes.form import Beyond, Block, PartWrong, new_block
from qm.rules.writes.form_acts import WRAPS, alone
from recorder.message import Message
from scoring.rules.language.schema import FIELDS, INSIDE, KINDS, SEVERAL, FieldOf, Form, usual

ANCHORS = ("after", "before", "near")
ROWS_MOST = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of a kind of condition, in the order of the form."""

    who: FieldOf | None
    """Whose speech; stands in the heading."""
    short: tuple[FieldOf, ...]
    flags: tuple[FieldOf, ...]
    long: tuple[FieldOf, ...]
    inside: tuple[FieldOf, ...]


@cache
def layout(kind: str, apart: bool) -> Layout:
    """The fields that are always shown, or those under “more”."""
    those = [item for item in FIELDS[kind] if label_of(kind, item.name).apart is apart]
    if kind == "step":
        those = [item for item in those if item.name not in ("key", "title", "optional")]
    short = [item for item in those if item.form in (Form.TEXT, Form.CHOICE, Form.INTEGER, Form.NUMBER)]
    if kind in KINDS and KINDS[kind].windowed:
        short = [item for item in short if item.name != "within_s"]
    short.sort(key=lambda item: item.name not in COMMON)
    who = next((item for item in short if item.name == "role" and not apart), None)
    return Layout(
        who,
        tuple(item for item in short if item is not who),
        tuple(item for item in those if item.form is Form.FLAG),
        tuple(item for item in those if item.form in SEVERAL),
        tuple(item for item in those if item.form in INSIDE),
    )


@dataclass(frozen=True, slots=True)
class Editor:
    """The form's words and state for its template."""

    groups: Mapping[str, str]
    wrong: str = ""
    """Path of the field that stands in the way."""
    focus: str = ""
    """Path of what the person goes on with."""

    layout = staticmethod(layout)
    label = staticmethod(label_of)
    words = KIND_WORDS
    rule_words = RULE_WORDS
    wraps = WRAPS
    alone = staticmethod(alone)
    families = FAMILIES

    def kinds(self, family: Family) -> list[str]:
        """The conditions of a family."""
        return [kind for kind in KINDS if KIND_WORDS[kind].family is family]

    def choices(self, item: FieldOf) -> Mapping[StrEnum, Text]:
        """What a field may be."""
        assert item.choices is not None
        return CHOICES[item.choices]

    def picks(self, block: Block, item: FieldOf) -> Mapping[str, Text]:
        """What several boxes can be ticked of, the ticked ones first, in their order; empty: lines are typed.

        A ticked one may be offered no longer.
        """
        offered: Mapping[str, Text] = {}
        if item.form is Form.GROUPS:
            offered = self.groups
        elif (block.kind, item.name) == ("manner", "kinds"):
            offered = MISCONDUCT
        ticked = {key: offered.get(key, key) for key in block.typed.get(item.name, ()) if offered}
        return {**ticked, **offered}

    def rows(self, texts: tuple[str, ...]) -> int:
        """Height of a field of several lines."""
        return min(len(texts) + 1, ROWS_MOST)

    def placeholder(self, kind: str, item: FieldOf) -> str:
        """What a figure is where none is typed."""
        value = usual(kind, item.name)
        return f"{value:g}" if isinstance(value, int | float) else ""

    def set_apart(self, block: Block) -> list[str]:
        """What is set under “more”, in short."""
        shown = layout(block.kind, apart=True)
        told = []
        for item in (*shown.short, *shown.flags, *shown.long, *shown.inside):
            label = label_of(block.kind, item.name)
            texts = block.typed.get(item.name, ())
            if item.form in INSIDE:
                if block.inside.get(item.name):
                    told.append(str(label.text))
            elif texts and block.typed[item.name] != new_block(block.kind).typed[item.name]:
                told.append(_short(label, texts, item))
        return told

    def has_anchor(self, block: Block) -> bool:
        """Its place hangs on another condition."""
        return any(block.inside.get(name) for name in ANCHORS)


def _short(label: Label, texts: tuple[str, ...], item: FieldOf) -> str:
    """A field and what it says: its name up to the first pause, a figure with its unit, or how many lines."""
    name = re.split("[，；：（,;:(]", str(label.text))[0].strip()
    if item.form in SEVERAL:
        return f"{name} ×{len(texts)}"
    if item.form is Form.FLAG:
        return name
    text = CHOICES[item.choices].get(texts[0], texts[0]) if item.choices else texts[0]
    return f"{name} {text} {'' if label.unit is SHARE else label.unit}".strip()


def said_wrong(error: PartWrong) -> str:
    """What is wrong with the form, with fields by the names that stand on the page."""
    if error.kind not in FIELDS:
        return say(_renamed(error.detail, RULE_WORDS))
    where = KIND_WORDS[error.kind].name
    names = {item.name: label_of(error.kind, item.name).text for item in FIELDS[error.kind]}
    detail = say(_renamed(error.detail, {**names, error.kind: where}))
    return str(gettext("“%(where)s”：%(detail)s", where=where, detail=detail))


_TYPED = ("text", "expression", "was")
"""Parameters of faults that quote what was typed."""


def _renamed(detail: Message, names: Mapping[str, Text]) -> Message:
    """A fault with fields and conditions by the names on the page in place of their keys."""

    def told(found: re.Match[str]) -> str:
        if found[0] not in names:
            return found[0]
        name = re.split("[，；（,;(]", str(names[found[0]]))[0].strip()
        return f"“{name}”" if name else ""

    renamed = {
        name: re.sub(r"[a-z][a-z_]*", told, value) if isinstance(value, str) and name not in _TYPED else value
        for name, value in detail.params.items()
    }
    return Message(detail.text, **renamed)


def said_beyond(parts: tuple[Beyond, ...]) -> list[str]:
    """What of a rule only YAML can hold, each in words."""
    return [_beyond(part) for part in dict.fromkeys(parts)]


def _beyond(part: Beyond) -> str:
    if not part.name:
        return str(gettext("条件套得太深"))
    if part.kind == "rule":
        return str(gettext("“%(field)s”里有换行或首尾空格", field=RULE_WORDS[part.name]))
    kind, name = KIND_WORDS[part.kind].name, label_of(part.kind, part.name).text
    return str(gettext("“%(kind)s”的“%(field)s”里有换行或首尾空格", kind=kind, field=name))
