"""A rubric from the Excel table that supervisors keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from recorder.message import Message, message_of
from scoring.rubric.checks import validate
from scoring.rubric.problems import Problem
from scoring.sheets import cells
from scoring.sheets.columns import Column
from scoring.sheets.criteria import Group, criterion_of, groups_of
from scoring.sheets.reader import Reader
from scoring.sheets.table import open_table
from scoring.sheets.weights import section_weights
from scoring.types import Criterion, CriterionKind, Rubric, ScoringMode, Section


@dataclass(frozen=True, slots=True)
class Imported:
    """What a table gave. With problems the rubric is a draft to be mended in the builder."""

    rubric: Rubric
    problems: tuple[Problem, ...]
    """`path` is a cell such as `C7`."""
    notes: tuple[Message, ...]
    """What was assumed."""


def read_rubric(data: bytes, *, key: str = "imported") -> Imported:
    """The rubric of a workbook's bytes, as version 1 of `key` (unless its sheet 设置 names another).

    Problems of single cells are collected, and the rubric checked as a whole. Raises `RubricInvalid`
    where there is no table to read at all.
    """
    table = open_table(data)
    reader = Reader(table)
    groups = groups_of(table)
    mode = _mode(reader, groups)
    criteria = [criterion_of(reader, group, n, mode) for n, group in enumerate(groups, start=1)]
    rubric = _assemble(reader, groups, criteria, mode, key)
    places = _places(rubric, groups)
    unclear = {problem.path for problem in reader.problems}
    for problem in validate(rubric):
        place = _place(reader, places, problem.path)
        if place not in unclear:  # what follows from an unclear cell is not a second fault
            reader.problems.append(replace(problem, path=place))
    guessed = sum(
        c.kind is CriterionKind.YES_NO and not g.head(Column.KIND)
        for c, g in zip(criteria, groups, strict=True)
    )
    if guessed:
        reader.notes.append(Message("%(n)d 项没有写题型和选项，按是非题导入，可在编辑页更改。", n=guessed))
    return Imported(rubric, tuple(reader.problems), tuple(reader.notes))


def _mode(reader: Reader, groups: list[Group]) -> ScoringMode:
    """A form in which each item takes points off is a deduction form, unless the settings say."""
    stated = str(reader.table.settings.get("计分方式") or "")
    if stated:
        return ScoringMode.DEDUCTION if "扣分" in stated else ScoringMode.WEIGHTED
    takes_off = [bool(cells.words(group.head(Column.DEDUCT))) for group in groups]
    if takes_off and all(takes_off):
        reader.notes.append(Message("每一项都写了扣分，按扣分制导入。"))
        return ScoringMode.DEDUCTION
    return ScoringMode.WEIGHTED


def _assemble(
    reader: Reader, groups: list[Group], criteria: list[Criterion], mode: ScoringMode, key: str
) -> Rubric:
    names = list(dict.fromkeys(group.section for group in groups))
    weights = section_weights(reader, groups, criteria, mode)
    sections = []
    for n, name in enumerate(names, start=1):
        inside = [(g, c) for g, c in zip(groups, criteria, strict=True) if g.section == name]
        stated = next((cells.words(g.head(Column.SECTION_KEY)) for g, _ in inside), "")
        sections.append(Section(stated or f"s{n}", name, weights[name], tuple(c for _, c in inside)))
    settings = reader.table.settings
    return Rubric(
        key=cells.words(settings.get("编号")) or key,
        title=cells.words(settings.get("名称")) or reader.table.headline or reader.table.sheet,
        version=1,
        mode=mode,
        sections=tuple(sections),
        start_points=_setting(reader, "起始分") or Decimal(100),
        decimals=int(_setting(reader, "小数位", Decimal(1)) or 0),
        max_total=_setting(reader, "最高总分"),
        guidance=cells.words(settings.get("使用说明")),
    )


def _setting(reader: Reader, name: str, default: Decimal | None = None) -> Decimal | None:
    try:
        found = cells.figure(reader.table.settings.get(name))
    except cells.CellUnclear as unclear:
        reader.problems.append(Problem(Message("设置：%(name)s", name=name), message_of(unclear)))
        return default
    return default if found is None else found


FIELDS = {
    "weight": Column.WEIGHT, "max_points": Column.POINTS, "options": Column.OPTIONS, "title": Column.TITLE,
    "deduct_points": Column.DEDUCT, "deduct_cap": Column.CAP, "rule": Column.RULE, "key": Column.KEY,
    "bonus": Column.BONUS,
}  # fmt: skip


def _places(rubric: Rubric, groups: list[Group]) -> dict[str, int]:
    """Row of each section and criterion by its path."""
    found = {}
    for n, section in enumerate(rubric.sections):
        rows = [group.row for group in groups if group.section == section.title]
        found[f"sections[{n}]"] = rows[0]
        found |= {f"sections[{n}].criteria[{m}]": row for m, row in enumerate(rows)}
    return found


def _place(reader: Reader, places: dict[str, int], path: str) -> str:
    """The cell a problem of the whole rubric belongs to; nothing for the form itself."""
    owner = max((known for known in places if path.startswith(known)), key=len, default="")
    if not owner:
        return ""
    name = path[len(owner) :].lstrip(".").partition("[")[0]
    return reader.table.cell(places[owner], FIELDS.get(name, Column.TITLE))
