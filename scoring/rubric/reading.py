"""A rubric from YAML or from a JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import cast

from recorder.message import Message
from scoring.rubric.fields import Fields, Notes
from scoring.rubric.problems import RubricInvalid
from scoring.rubric.text import Plain, read_yaml
from scoring.types import (
    Condition,
    ConditionSource,
    Criterion,
    CriterionKind,
    CriticalClass,
    Example,
    Operator,
    Option,
    Policy,
    Rubric,
    ScoringMode,
    Section,
    Verdict,
    Veto,
)

FORMAT = "qm-rubric/1"
"""Names the shape of the document, so that a later shape can still be told apart."""

ZERO = Decimal(0)
SHORT = frozenset({"veto", "critical", "yes", "no", "requires_evidence", "requires_comment"})
"""Short hand of a yes/no criterion without options: what its *no* does, and the two labels."""


def rubric_from_yaml(text: str) -> Rubric:
    """The rubric a YAML text describes. Raises `RubricInvalid` with every problem and its line."""
    rubric, _ = rubric_and_lines(text)
    return rubric


def rubric_and_lines(text: str) -> tuple[Rubric, dict[str, int]]:
    """As `rubric_from_yaml`, with the line of each path, for `validate`."""
    value, lines = read_yaml(text)
    return _rubric(value, Notes(lines)), lines


def rubric_from_dict(document: Mapping[str, object]) -> Rubric:
    """The rubric a JSON document describes. Raises `RubricInvalid` with every problem and its path.

    Figures may be numbers or strings; strings keep every digit.
    """
    return _rubric(cast(Plain, dict(document)), Notes())


def _rubric(value: Plain, notes: Notes) -> Rubric:
    given = Fields.of(value, "", notes)
    given.only(_names(Rubric) | {"format"})
    if given.text("format", FORMAT) != FORMAT:
        notes.add("format", Message("不认识的格式，应是 %(format)s。", format=FORMAT))
    rubric = Rubric(
        key=given.text("key", None),
        title=given.text("title", None),
        version=given.integer("version", 1),
        mode=given.choice("mode", ScoringMode, ScoringMode.WEIGHTED) or ScoringMode.WEIGHTED,
        sections=tuple(_section(item, path, notes) for path, item in given.items("sections")),
        start_points=given.decimal("start_points", Decimal(100)) or ZERO,
        decimals=given.integer("decimals", 1),
        max_total=given.decimal("max_total", None),
        guidance=given.text("guidance"),
    )
    if notes.problems:
        raise RubricInvalid(notes.problems)
    return rubric


def _section(value: Plain, path: str, notes: Notes) -> Section:
    given = Fields.of(value, path, notes)
    given.only(_names(Section))
    return Section(
        key=given.text("key", None),
        title=given.text("title", None),
        weight=given.decimal("weight", ZERO) or ZERO,
        criteria=tuple(_criterion(item, inner, notes) for inner, item in given.items("criteria")),
        guidance=given.text("guidance"),
    )


def _criterion(value: Plain, path: str, notes: Notes) -> Criterion:
    given = Fields.of(value, path, notes)
    kind = given.choice("kind", CriterionKind, CriterionKind.YES_NO) or CriterionKind.YES_NO
    options = tuple(_option(item, inner, notes) for inner, item in given.items("options"))
    short = kind is CriterionKind.YES_NO and not options
    given.only(_names(Criterion) | (SHORT if short else frozenset()))
    criterion = Criterion(
        key=given.text("key", None),
        title=given.text("title", None),
        kind=kind,
        max_points=given.decimal("max_points", _most(kind, options)) or ZERO,
        options=options,
        guidance=given.text("guidance"),
        not_applicable_allowed=given.flag("not_applicable_allowed"),
        rule=given.text("rule") or None,
        deduct_points=given.decimal("deduct_points", ZERO) or ZERO,
        deduct_cap=given.decimal("deduct_cap", None),
        bonus=given.flag("bonus"),
        optional=given.flag("optional"),
        show_if=tuple(_condition(item, inner, notes) for inner, item in given.items("show_if")),
        example=_example(given),
        policy=given.choice("policy", Policy, Policy.SUGGEST) or Policy.SUGGEST,
        sure_level=given.decimal("sure_level", Decimal("0.8")) or ZERO,
    )
    return replace(criterion, options=_yes_no(given, criterion.max_points)) if short else criterion


def _most(kind: CriterionKind, options: tuple[Option, ...]) -> Decimal:
    """Maximum where none is written: the best option, or all of them for several at once."""
    points = [option.points for option in options]
    return sum(points, ZERO) if kind is CriterionKind.MULTIPLE else max(points, default=ZERO)


def _yes_no(given: Fields, max_points: Decimal) -> tuple[Option, ...]:
    """The two options a yes/no criterion has where none are written."""
    missed = Option(
        key="no",
        label=given.text("no", "否"),
        points=ZERO,
        veto=given.choice("veto", Veto, Veto.NONE) or Veto.NONE,
        critical=given.choice("critical", CriticalClass, None),
        requires_comment=given.flag("requires_comment"),
        requires_evidence=given.flag("requires_evidence"),
        verdict=Verdict.NOT_MET,
    )
    return Option("yes", given.text("yes", "是"), max_points, verdict=Verdict.MET), missed


def _option(value: Plain, path: str, notes: Notes) -> Option:
    given = Fields.of(value, path, notes)
    given.only(_names(Option))
    return Option(
        key=given.text("key", None),
        label=given.text("label", None),
        points=given.decimal("points", ZERO) or ZERO,
        veto=given.choice("veto", Veto, Veto.NONE) or Veto.NONE,
        critical=given.choice("critical", CriticalClass, None),
        requires_comment=given.flag("requires_comment"),
        requires_evidence=given.flag("requires_evidence"),
        verdict=given.choice("verdict", Verdict, None),
        low=given.decimal("low", None),
        high=given.decimal("high", None),
    )


def _condition(value: Plain, path: str, notes: Notes) -> Condition:
    given = Fields.of(value, path, notes)
    given.only(_names(Condition))
    values = given.values.get("values")
    if not isinstance(values, list) or not values:
        notes.add(given.at("values"), Message("条件要有至少一个比较值，写成列表。"))
        values = []
    return Condition(
        source=given.choice("source", ConditionSource, ConditionSource.ANSWER) or ConditionSource.ANSWER,
        key=given.text("key", None),
        operator=given.choice("operator", Operator, Operator.ONE_OF) or Operator.ONE_OF,
        values=tuple(str(item) for item in values),
    )


def _example(given: Fields) -> Example | None:
    if given.values.get("example") is None:
        return None
    inner = Fields.of(given.values["example"], given.at("example"), given.notes)
    inner.only(_names(Example))
    return Example(
        inner.text("recording_id", None),
        inner.seconds("start_s"),
        inner.seconds("end_s"),
        inner.text("title"),
    )


def _names(kind: type) -> frozenset[str]:
    return frozenset(item.name for item in fields(kind))
