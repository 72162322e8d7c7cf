"""The one schema of rule files: which conditions there are, which fields each has, of which form.

Reading, writing, validation and the form of the rule workshop all go by this table.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from typing import Any

from scoring.rules.language import nodes as n


class Form(StrEnum):
    """How a field is written."""

    TEXT = "text"
    TEXTS = "texts"
    EXPRESSIONS = "expressions"
    """Regular expressions."""
    GROUPS = "groups"
    """Keys of phrase groups."""
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    CONDITION = "condition"
    CONDITIONS = "conditions"
    STEPS = "steps"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class FieldOf:
    """One field of a condition."""

    name: str
    form: Form
    choices: type[StrEnum] | None = None
    required: bool = False
    least: float | None = 0.0
    """Smallest number allowed."""


@dataclass(frozen=True, slots=True)
class KindOf:
    """One kind of condition as written in YAML: `name: {fields}`."""

    name: str
    node: type[n.Condition]
    fields: tuple[FieldOf, ...]
    bare: str | None = None
    """Field that may be written alone, without its name (`any: [...]`, `not: ...`)."""
    windowed: bool = False
    needs_one_of: tuple[str, ...] = ()

    def field(self, name: str) -> FieldOf | None:
        """The field of that name."""
        return next((item for item in self.fields if item.name == name), None)


def _who() -> FieldOf:
    return FieldOf("role", Form.CHOICE, n.Who)


def _num(*names: str, required: bool = False) -> tuple[FieldOf, ...]:
    return tuple(FieldOf(name, Form.NUMBER, required=required) for name in names)


WINDOW: tuple[FieldOf, ...] = (
    *_num("first_s", "last_s", "within_s"),
    FieldOf("first_turns", Form.INTEGER, least=1),
    FieldOf("last_turns", Form.INTEGER, least=1),
    FieldOf("after", Form.CONDITION),
    FieldOf("before", Form.CONDITION),
    FieldOf("near", Form.CONDITION),
)


def _spoken(name: str, node: type[n.Condition], *own: FieldOf, needs_one_of: tuple[str, ...] = ()) -> KindOf:
    common = (_who(), FieldOf("count", Form.INTEGER, least=1), *WINDOW)
    return KindOf(name, node, (*own, *common), windowed=True, needs_one_of=needs_one_of)


_EVIDENT = FieldOf("self_evident", Form.FLAG)
_EITHER = (FieldOf("examples", Form.TEXTS), FieldOf("unlike", Form.TEXTS), FieldOf("threshold", Form.NUMBER))
_EXAMPLES = (FieldOf("examples", Form.TEXTS, required=True), *_EITHER[1:])
_PARTS = FieldOf("parts", Form.CONDITIONS, required=True)

KINDS: dict[str, KindOf] = {
    kind.name: kind
    for kind in (
        _spoken(
            "phrase",
            n.Phrase,
            FieldOf("groups", Form.GROUPS),
            FieldOf("phrases", Form.TEXTS),
            FieldOf("distinct", Form.INTEGER, least=1),
            *_num("min_score"),
            FieldOf("negated", Form.FLAG),
            FieldOf("unless", Form.EXPRESSIONS),
            _EVIDENT,
            needs_one_of=("groups", "phrases"),
        ),
        _spoken(
            "pattern",
            n.Pattern,
            FieldOf("words", Form.EXPRESSIONS),
            FieldOf("sounds", Form.EXPRESSIONS),
            FieldOf("unless", Form.EXPRESSIONS),
            _EVIDENT,
            needs_one_of=("words", "sounds"),
        ),
        _spoken("similar", n.Similar, *_EXAMPLES, FieldOf("margin", Form.NUMBER, least=None), _EVIDENT),
        _spoken(
            "manner",
            n.Manner,
            FieldOf("kinds", Form.TEXTS),
            *_EITHER,
            FieldOf("min_chars", Form.INTEGER, least=1),
            FieldOf("unless", Form.EXPRESSIONS),
            needs_one_of=("kinds", "examples"),
        ),
        _spoken("entity", n.Entity, FieldOf("kind", Form.CHOICE, n.EntityKind)),
        _spoken("agent_number", n.AgentNumber, FieldOf("equal", Form.FLAG)),
        _spoken("dead_air", n.DeadAir, FieldOf("hold", Form.CONDITION), *_num("min_s", "hold_s")),
        _spoken("slow_answer", n.SlowAnswer, *_num("min_s")),
        _spoken("interruption", n.Interruption, *_num("min_s"), FieldOf("backchannel", Form.INTEGER)),
        _spoken(
            "speech_rate",
            n.SpeechRate,
            *_num("above", "below", "above_own", "jump", "min_s"),
            FieldOf("whole_call", Form.FLAG),
            needs_one_of=("above", "below", "above_own", "jump"),
        ),
        _spoken("loudness_rise", n.LoudnessRise, *_num("min_db")),
        _spoken("repetition", n.Repetition, *_num("threshold"), FieldOf("min_chars", Form.INTEGER, least=1)),
        KindOf("duration", n.Duration, _num("min_s", "max_s"), needs_one_of=("min_s", "max_s")),
        KindOf("talk_share", n.TalkShare, (_who(), *_num("min", "max")), needs_one_of=("min", "max")),
        KindOf(
            "turns",
            n.Turns,
            (_who(), FieldOf("min", Form.INTEGER), FieldOf("max", Form.INTEGER)),
            needs_one_of=("min", "max"),
        ),
        KindOf("opened_by", n.OpenedBy, (_who(),), bare="role"),
        KindOf("ended_by", n.EndedBy, (_who(),), bare="role"),
        KindOf(
            "call_data",
            n.CallData,
            (
                FieldOf("key", Form.TEXT, required=True),
                FieldOf("op", Form.CHOICE, n.Comparison),
                FieldOf("values", Form.TEXTS, required=True),
                FieldOf("missing_is_no", Form.FLAG),
            ),
        ),
        KindOf("all", n.All, (_PARTS,), bare="parts"),
        KindOf("any", n.AnyOf, (_PARTS,), bare="parts"),
        KindOf("not", n.Not, (FieldOf("part", Form.CONDITION, required=True),), bare="part"),
        KindOf("count", n.Count, (FieldOf("min", Form.INTEGER, required=True, least=1), _PARTS)),
        KindOf("sequence", n.Sequence, (_PARTS, *_num("within_s")), bare="parts"),
        KindOf(
            "except",
            n.Except,
            (
                FieldOf("part", Form.CONDITION, required=True),
                FieldOf("exception", Form.CONDITION, required=True),
                *_num("within_s"),
            ),
        ),
        KindOf("flow", n.Flow, (FieldOf("steps", Form.STEPS, required=True), FieldOf("ordered", Form.FLAG))),
    )
}
KIND_OF_NODE: dict[type, KindOf] = {kind.node: kind for kind in KINDS.values()}
STEP: tuple[FieldOf, ...] = (
    FieldOf("key", Form.TEXT, required=True),
    FieldOf("title", Form.TEXT, required=True),
    FieldOf("done_when", Form.CONDITION, required=True),
    FieldOf("when", Form.CONDITION),
    FieldOf("optional", Form.FLAG),
)
FIELDS: dict[str, tuple[FieldOf, ...]] = {**{kind.name: kind.fields for kind in KINDS.values()}, "step": STEP}
"""Fields by the kind of condition; a step of a flow has its own."""
WINDOW_NAMES = frozenset(item.name for item in WINDOW)


INSIDE = (Form.CONDITION, Form.CONDITIONS, Form.STEPS)
"""Forms of fields that hold conditions."""
SEVERAL = (Form.TEXTS, Form.EXPRESSIONS, Form.GROUPS)
"""Forms of fields that hold texts."""


def usual(kind: str, name: str) -> Any:
    """What a field of a kind is where it is not written; `MISSING` where it must be."""
    if kind == "step":
        return default_of(n.Step, name)
    windowed = KINDS[kind].windowed and name in WINDOW_NAMES
    return default_of(n.Window if windowed else KINDS[kind].node, name)


def default_of(node: type, name: str) -> Any:
    """What a field is where it is not written; `MISSING` where it must be."""
    for item in fields(node):
        if item.name == name:
            if item.default_factory is not MISSING:
                return item.default_factory()
            return item.default
    return MISSING
