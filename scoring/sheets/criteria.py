"""Rows of a table to criteria: which rows belong together, and what they ask."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from scoring.sheets import cells
from scoring.sheets.columns import Column
from scoring.sheets.reader import Reader
from scoring.sheets.table import Row, Table
from scoring.types import (
    Criterion,
    CriterionKind,
    CriticalClass,
    Option,
    ScoringMode,
    Verdict,
    Veto,
)

SUMS = ("合计", "总计", "小计", "总分", "合 计", "总 计")
WHOLE_FORM = "评分项"
"""Name of the one section of a table without sections."""
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one criterion; most have one, a merged title has several."""

    section: str
    rows: tuple[Row, ...]

    @property
    def row(self) -> int:
        """Number of its first row."""
        return self.rows[0].number

    def head(self, column: Column) -> Any:
        """The value of its first row."""
        return self.rows[0].values.get(column)


def groups_of(table: Table) -> list[Group]:
    """Criteria with their rows, in order; sums and empty rows are left out.

    A row whose title is merged with, or missing under, the row above continues that criterion. A
    section name stands until the next one.
    """
    groups: list[Group] = []
    section = ""
    for row in table.rows:
        texts = [cells.words(value) for value in row.values.values()]
        if not any(texts) or next(text for text in texts if text).startswith(SUMS):
            continue
        named = cells.words(row.values.get(Column.SECTION))
        fresh = bool(named) and named != section
        section = named or section
        title = cells.words(row.values.get(Column.TITLE))
        continues = Column.TITLE in row.merged or not title
        if groups and continues and not fresh:
            groups[-1] = Group(groups[-1].section, (*groups[-1].rows, row))
        elif title:
            groups.append(Group(section or WHOLE_FORM, (row,)))
    return [part for group in groups for part in _parts(group)]


def _parts(group: Group) -> list[Group]:
    """A merged title with a row for each standard and points that do not fall: criteria of their own."""
    points = [cells.words(row.values.get(Column.POINTS)) for row in group.rows]
    own = all(points) and not any(Column.POINTS in row.merged for row in group.rows)
    if len(group.rows) < 2 or not own or _falls(points):
        return [group]
    standards = [cells.words(row.values.get(Column.GUIDANCE)) for row in group.rows]
    if not all(standards):
        return [group]
    titled = [
        replace(row, values={**row.values, Column.TITLE: text})
        for row, text in zip(group.rows, standards, strict=True)
    ]
    return [Group(group.section, (row,)) for row in titled]


def _falls(points: list[str]) -> bool:
    """True for the points of grades: each less than the one before."""
    try:
        figures = [cells.figure(text) or ZERO for text in points]
    except cells.CellUnclear:
        return True
    return all(a > b for a, b in pairwise(figures))


def criterion_of(reader: Reader, group: Group, position: int, mode: ScoringMode) -> Criterion:
    """The criterion of a group of rows; what cannot be read is noted by cell."""

    def read(column: Column, how: Any, default: Any) -> Any:
        return reader.read(group.head(column), group.row, column, how, default)

    title = cells.words(group.head(Column.TITLE))
    points = read(Column.POINTS, cells.figure, None)
    each, cap = read(Column.DEDUCT, cells.deduction, (None, None))
    cap = read(Column.CAP, cells.figure, None) or cap
    options = read(Column.OPTIONS, cells.options, ()) or _graded_rows(reader, group)
    guidance = _guidance(group, options)
    if not options and points and each is None:
        options = cells.grades(guidance, points)
    kind = read(Column.KIND, cells.kind, None) or _kind(options, each, points)
    veto, critical = read(Column.VETO, cells.veto, Veto.NONE), read(Column.CRITICAL, cells.critical, None)
    top = abs(points) if points is not None else _best(kind, options)
    if kind is CriterionKind.DEDUCTION and mode is ScoringMode.DEDUCTION:
        cap, top = cap or (abs(points) if points else None), ZERO
    if kind is CriterionKind.DEDUCTION and not top and mode is ScoringMode.WEIGHTED:
        top = cap or each or ZERO
    rule = cells.words(group.head(Column.RULE)) or None
    return Criterion(
        key=cells.words(group.head(Column.KEY)) or f"c{position:02}",
        title=re.sub(r"\s+", " ", title),
        kind=kind,
        max_points=ZERO if kind is CriterionKind.TEXT else top,
        options=_options(kind, top, options, veto, critical),
        guidance=guidance,
        not_applicable_allowed=read(Column.NOT_APPLICABLE, cells.yes, False),
        rule=rule,
        deduct_points=(each or ZERO) if kind is CriterionKind.DEDUCTION else ZERO,
        deduct_cap=cap if kind is CriterionKind.DEDUCTION else None,
        bonus=read(Column.BONUS, cells.yes, False),
        optional=read(Column.OPTIONAL, cells.yes, kind is CriterionKind.TEXT),
    )


def _kind(options: tuple[Option, ...], each: Decimal | None, points: Decimal | None) -> CriterionKind:
    if options:
        banded = any(option.low is not None or option.high is not None for option in options)
        return CriterionKind.NUMBER if banded else CriterionKind.CHOICE
    if each is not None or (points is not None and points < 0):
        return CriterionKind.DEDUCTION
    return CriterionKind.YES_NO


def _best(kind: CriterionKind, options: tuple[Option, ...]) -> Decimal:
    points = [option.points for option in options]
    return sum(points, ZERO) if kind is CriterionKind.MULTIPLE else max(points, default=ZERO)


def _graded_rows(reader: Reader, group: Group) -> tuple[Option, ...]:
    """Options of a criterion that has one row for each grade, with its own points and standard."""
    own = [row for row in group.rows if Column.POINTS not in row.merged or row is group.rows[0]]
    graded = [row for row in own if cells.words(row.values.get(Column.POINTS))]
    if len(graded) < 2 or len(graded) != len(group.rows):
        return ()
    found = []
    for n, row in enumerate(graded, start=1):
        points = reader.read(row.values.get(Column.POINTS), row.number, Column.POINTS, cells.figure, None)
        label = cells.words(row.values.get(Column.GUIDANCE)) or f"第 {n} 档"
        found.append(Option(f"o{n}", label, points or ZERO))
    return tuple(found)


def _guidance(group: Group, options: tuple[Option, ...]) -> str:
    texts = [cells.words(row.values.get(Column.GUIDANCE)) for row in group.rows]
    told = [text for text in dict.fromkeys(texts) if text]
    said = {option.label for option in options} | {cells.words(group.head(Column.TITLE))}
    return "\n".join(text for text in told if text not in said)


def _options(
    kind: CriterionKind,
    top: Decimal,
    options: tuple[Option, ...],
    veto: Veto,
    critical: CriticalClass | None,
) -> tuple[Option, ...]:
    """The options written, or those the kind needs; a veto of the row falls on the worst answer."""
    if options:
        worst = min(option.points for option in options)
        return tuple(
            _spoilt(option, veto, critical) if option.points == worst else option for option in options
        )
    if kind is CriterionKind.DEDUCTION and (critical is not None or veto is not Veto.NONE):
        return (Option("found", "有发生", ZERO, veto, critical, requires_evidence=True, low=Decimal(1)),)
    if kind is CriterionKind.YES_NO:
        missed = Option("no", "未达到", ZERO, veto, critical, verdict=Verdict.NOT_MET)
        return (Option("yes", "达到", top, verdict=Verdict.MET), missed)
    return ()


def _spoilt(option: Option, veto: Veto, critical: CriticalClass | None) -> Option:
    """An option with the row's veto and class, where it has none of its own."""
    return replace(
        option,
        veto=option.veto if option.veto is not Veto.NONE else veto,
        critical=option.critical or critical,
    )
