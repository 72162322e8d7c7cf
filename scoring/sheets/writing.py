"""A rubric as the Excel table that supervisors keep, and an empty one to fill in."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from scoring.sheets.cells import CLASSES, KINDS, option_text
from scoring.sheets.columns import Column
from scoring.sheets.table import SETTINGS
from scoring.types import Criterion, CriterionKind, Policy, Rubric, ScoringMode, Section

WIDTHS = {
    Column.SECTION: 12, Column.WEIGHT: 8, Column.TITLE: 30, Column.POINTS: 8, Column.GUIDANCE: 46,
    Column.OPTIONS: 44,
}  # fmt: skip
MODES = {ScoringMode.WEIGHTED: "加权制", ScoringMode.DEDUCTION: "扣分制"}
KIND_NAMES = {kind: name for name, kind in reversed(KINDS.items())}
HEAD_ROW = 2
TEMPLATE_ROWS = 60


class Omitted(StrEnum):
    """What an Excel table has no column for; YAML carries all."""

    SHOW_IF = "show_if"
    EXAMPLE = "example"
    POLICY = "policy"
    GUIDANCE = "guidance"
    """Of sections; a criterion's has its column."""


def write_rubric(rubric: Rubric) -> bytes:
    """An .xlsx of one row a criterion; `read_rubric` gives the same form back.

    What a table cannot hold is named by `not_in_table`.
    """
    book, sheet = _book(rubric.title)
    row = HEAD_ROW + 1
    for section in rubric.sections:
        first = row
        for criterion in section.criteria:
            _write_row(sheet, row, {**_section_cells(section), **_criterion_cells(rubric, criterion)})
            row += 1
        for column in (Column.SECTION, Column.WEIGHT, Column.SECTION_KEY):
            if row - first > 1:
                place = _place(column)
                sheet.merge_cells(start_row=first, end_row=row - 1, start_column=place, end_column=place)
    _settings(book, rubric)
    return _bytes(book)


def template() -> bytes:
    """An empty table with headings, lists to choose from, and two rows that show how."""
    book, sheet = _book("（在此填写评分表名称）")
    example: list[dict[Column, Any]] = [
        {
            Column.SECTION: "开场",
            Column.WEIGHT: 10,
            Column.TITLE: "规范问候并报工号",
            Column.POINTS: 5,
            Column.GUIDANCE: "接通后先问候，再报工号",
            Column.OPTIONS: "问候并报工号=5；只有问候=2.5；都没有=0",
        },
        {
            Column.SECTION: "合规",
            Column.WEIGHT: 90,
            Column.TITLE: "不索要密码",
            Column.POINTS: 5,
            Column.GUIDANCE: "不得要求客户说出密码或验证码",
            Column.VETO: "是",
            Column.CRITICAL: "合规",
        },
    ]
    for row, values in enumerate(example, start=HEAD_ROW + 1):
        _write_row(sheet, row, values)
    for column, choices in _lists().items():
        listed = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
        sheet.add_data_validation(listed)
        letter = get_column_letter(_place(column))
        listed.add(f"{letter}{HEAD_ROW + 1}:{letter}{HEAD_ROW + TEMPLATE_ROWS}")
    return _bytes(book)


def not_in_table(rubric: Rubric) -> tuple[Omitted, ...]:
    """What an Excel table does not carry of this rubric."""
    has = {
        Omitted.SHOW_IF: any(c.show_if for c in rubric.criteria),
        Omitted.EXAMPLE: any(c.example for c in rubric.criteria),
        Omitted.POLICY: any(c.policy is not Policy.SUGGEST for c in rubric.criteria),
        Omitted.GUIDANCE: any(section.guidance for section in rubric.sections),
    }
    return tuple(item for item, there in has.items() if there)


def _lists() -> dict[Column, tuple[str, ...]]:
    return {
        Column.VETO: ("是", "否", "部分"),
        Column.NOT_APPLICABLE: ("是", "否"),
        Column.CRITICAL: tuple(CLASSES),
        Column.KIND: tuple(KIND_NAMES.values()),
    }


def _book(title: str) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "评分表"
    _put(sheet.cell(1, 1), title).font = Font(bold=True, size=14)
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=6)
    for column in Column:
        cell = _put(sheet.cell(HEAD_ROW, _place(column)), column.value)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EEF4")
        sheet.column_dimensions[get_column_letter(_place(column))].width = WIDTHS.get(column, 11)
    sheet.freeze_panes = f"D{HEAD_ROW + 1}"
    return book, sheet


def _section_cells(section: Section) -> dict[Column, Any]:
    return {
        Column.SECTION: section.title,
        Column.SECTION_KEY: section.key,
        Column.WEIGHT: section.weight if section.weight else None,
    }


def _criterion_cells(rubric: Rubric, criterion: Criterion) -> dict[Column, Any]:
    """Every column of a criterion. Vetoes and classes stand with their options."""
    takes_off = criterion.kind is CriterionKind.DEDUCTION
    no_points = criterion.kind is CriterionKind.TEXT or (takes_off and rubric.mode is ScoringMode.DEDUCTION)
    return {
        Column.TITLE: criterion.title,
        Column.KEY: criterion.key,
        Column.KIND: KIND_NAMES[criterion.kind],
        Column.POINTS: None if no_points else criterion.max_points,
        Column.GUIDANCE: criterion.guidance,
        Column.OPTIONS: "\n".join(option_text(option) for option in criterion.options),
        Column.DEDUCT: criterion.deduct_points if takes_off else None,
        Column.CAP: criterion.deduct_cap,
        Column.NOT_APPLICABLE: "是" if criterion.not_applicable_allowed else "否",
        Column.RULE: criterion.rule,
        Column.BONUS: "是" if criterion.bonus else None,
        Column.OPTIONAL: "是" if criterion.optional else "否",
    }


def _write_row(sheet: Worksheet, row: int, values: dict[Column, Any]) -> None:
    thin = Side(style="thin", color="C9D2DC")
    for column in Column:
        cell = _put(sheet.cell(row, _place(column)), values.get(column))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)


def _put(cell: Cell | MergedCell, value: Any) -> Cell | MergedCell:
    """Write a value; a text that begins like a formula stays text."""
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    cell.value = value
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@"}:
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell


def _settings(book: Workbook, rubric: Rubric) -> None:
    sheet = book.create_sheet(SETTINGS)
    rows = (
        ("名称", rubric.title),
        ("编号", rubric.key),
        ("计分方式", MODES[rubric.mode]),
        ("起始分", rubric.start_points),
        ("小数位", rubric.decimals),
        ("最高总分", rubric.max_total),
        ("使用说明", rubric.guidance),
        ("版本", rubric.version),
    )
    for number, (name, value) in enumerate(rows, start=1):
        _put(sheet.cell(number, 1), name).font = Font(bold=True)
        _put(sheet.cell(number, 2), value)
    sheet.column_dimensions["B"].width = 60


def _place(column: Column) -> int:
    return list(Column).index(column) + 1


def _bytes(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
