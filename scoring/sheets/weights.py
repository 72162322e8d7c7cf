"""Weights of sections, however a table states them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from recorder.message import Message
from scoring.sheets import cells
from scoring.sheets.columns import Column
from scoring.sheets.criteria import Group
from scoring.sheets.reader import Reader
from scoring.types import Criterion, CriterionKind, ScoringMode

ZERO, HUNDRED = Decimal(0), Decimal(100)
Weights = dict[str, Decimal]


def section_weights(
    reader: Reader, groups: list[Group], criteria: list[Criterion], mode: ScoringMode
) -> Weights:
    """Weight of each section, by name.

    Stated once a section (merged or first row), or in each row (then added up); `20`, `20%` and `0.2`
    mean the same. Where none is stated: the share of the section's points in all points.
    """
    names = list(dict.fromkeys(group.section for group in groups))
    stated = _stated(reader, groups)
    if any(stated.values()):
        return _as_hundred(reader, _once_or_added(reader, names, stated))
    if mode is ScoringMode.DEDUCTION:
        return dict.fromkeys(names, ZERO)
    if len(names) > 1:
        reader.notes.append(Message("没有写权重，按各部分分值占总分的比例计算。"))
    return _by_points(names, groups, criteria)


def _stated(reader: Reader, groups: list[Group]) -> dict[str, list[Decimal]]:
    """Weights written in rows of each section; covered parts of merged cells do not count again."""
    found: dict[str, list[Decimal]] = {group.section: [] for group in groups}
    for group in groups:
        if Column.WEIGHT in group.rows[0].merged:
            continue
        weight = reader.read(group.head(Column.WEIGHT), group.row, Column.WEIGHT, cells.percentage, None)
        if weight is not None:
            found[group.section].append(weight)
    return found


def _once_or_added(reader: Reader, names: list[str], stated: dict[str, list[Decimal]]) -> Weights:
    """First or sum of the weights of a section's rows: whichever makes a whole."""
    once = {name: stated[name][0] if stated[name] else ZERO for name in names}
    added = {name: sum(stated[name], ZERO) for name in names}
    whole = {HUNDRED, Decimal(1)}
    if sum(once.values()) in whole or sum(added.values()) not in whole:
        return once
    reader.notes.append(Message("权重写在每一行，已按部分相加。"))
    return added


def _as_hundred(reader: Reader, weights: Weights) -> Weights:
    if sum(weights.values()) != 1:
        return weights
    reader.notes.append(Message("权重写成小数（合计为 1），已换算成百分数。"))
    return {name: weight * 100 for name, weight in weights.items()}


def _by_points(names: list[str], groups: list[Group], criteria: list[Criterion]) -> Weights:
    points = dict.fromkeys(names, ZERO)
    for group, criterion in zip(groups, criteria, strict=True):
        if not criterion.bonus and criterion.kind is not CriterionKind.TEXT:
            points[group.section] += criterion.max_points
    whole = sum(points.values())
    if not whole:
        return points
    cent = Decimal("0.01")
    found = {name: (part * 100 / whole).quantize(cent, ROUND_HALF_UP) for name, part in points.items()}
    largest = max(found, key=lambda name: found[name])
    found[largest] += HUNDRED - sum(found.values())
    return found
