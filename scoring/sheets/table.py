"""The table inside a workbook: where its head is, and its rows with merged cells filled in."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from recorder.message import Message
from scoring.rubric.problems import Problem, RubricInvalid
from scoring.sheets.columns import Column, columns_of, is_header

MOST_BYTES = 10_000_000
MOST_UNPACKED = 100_000_000
MOST_ROWS = 2_000
MOST_COLUMNS = 60
HEAD_WITHIN = 30
"""A heading row is looked for in the first rows only."""
UNREADABLE = (
    zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError,
    OSError, SyntaxError, EOFError, zlib.error, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What the reader of workbooks raises for damaged ones."""
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table. `merged` are columns whose value comes from a merged cell above."""

    number: int
    values: dict[Column, Any]
    merged: frozenset[Column]


@dataclass(frozen=True, slots=True)
class Table:
    """The table found."""

    sheet: str
    headline: str
    """Text above the heading row, most often the name of the form."""
    columns: dict[Column, str]
    """Letter of each column found."""
    rows: tuple[Row, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    """Names and values of the sheet 设置, where there is one."""

    def cell(self, row: int, column: Column) -> str:
        """Name of a cell such as `C7`; the row alone where the table lacks the column."""
        return (
            f"{self.columns.get(column, '')}{row}"
            if column in self.columns
            else Message("第 %(n)d 行", n=row)
        )


def open_table(data: bytes) -> Table:
    """The first table of a workbook that looks like a rubric.

    Raises `RubricInvalid` for bytes that are no workbook, too large, or hold no such table.
    """
    book = _open(data)
    settings: dict[str, Any] = {}
    if SETTINGS in book.sheetnames:
        pairs = book[SETTINGS].iter_rows(max_row=40, max_col=2, values_only=True)
        settings = {str(pair[0]).strip(): pair[1] for pair in pairs}
    for sheet in book.worksheets:
        table = _table(sheet, settings) if sheet.title != SETTINGS else None
        if table is not None:
            return table
    raise RubricInvalid(
        [
            Problem(
                "",
                Message(
                    "没有找到表头。请在前 %(most)s 行内写一行列名，"
                    "至少有“评分项”，以及“分值”“每次扣分”或“权重”之一。",
                    most=HEAD_WITHIN,
                ),
            )
        ]
    )


SETTINGS = "设置"


def _open(data: bytes) -> Workbook:
    if data.startswith(OLD_EXCEL):
        raise RubricInvalid(
            [Problem("", Message("这是旧版 .xls 文件，请在 Excel 中另存为 .xlsx 后再导入。"))]
        )
    if len(data) > MOST_BYTES:
        raise RubricInvalid([Problem("", Message("文件超过 10 MB，请只保留评分表所在的工作表。"))])
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
        book = None if unpacked > MOST_UNPACKED else load_workbook(BytesIO(data), data_only=True)
    except UNREADABLE as error:
        told = Message("不是可以读取的 .xlsx 文件，请用 Excel 打开确认后另存。")
        raise RubricInvalid([Problem("", told)]) from error
    if book is None:
        raise RubricInvalid([Problem("", Message("文件展开后过大，请只保留评分表所在的工作表。"))])
    return book


def _table(sheet: Worksheet, settings: dict[str, Any]) -> Table | None:
    width = min(sheet.max_column or 0, MOST_COLUMNS)
    height = min(sheet.max_row or 0, MOST_ROWS)
    filled = _merged(sheet, height, width)
    headline = ""
    for number in range(1, min(height, HEAD_WITHIN) + 1):
        cells = [_value(sheet, number, column) for column in range(1, width + 1)]
        found = _with_title(columns_of(cells), sheet, number)
        if is_header(found):
            letters = {column: get_column_letter(place + 1) for column, place in found.items()}
            rows = tuple(_row(sheet, n, found, filled) for n in range(number + 1, height + 1))
            return Table(sheet.title, headline, letters, rows, settings)
        headline = headline or next((str(cell).strip() for cell in cells if cell), "")
    return None


def _with_title(found: dict[Column, int], sheet: Worksheet, head: int) -> dict[Column, int]:
    """Names the criteria of a table that has only 项目 and 标准 for them.

    Where a 项目 has several standards below it, it is a section and the standards are the criteria.
    """
    if Column.TITLE in found or not {Column.SECTION, Column.GUIDANCE} <= found.keys():
        return found
    section, guidance = found[Column.SECTION] + 1, found[Column.GUIDANCE] + 1
    rows = range(head + 1, min(sheet.max_row, MOST_ROWS) + 1)
    several = any(sheet.cell(n, guidance).value and not sheet.cell(n, section).value for n in rows)
    found[Column.TITLE] = found.pop(Column.GUIDANCE if several else Column.SECTION)
    return found


def _merged(sheet: Worksheet, height: int, width: int) -> dict[tuple[int, int], tuple[int, int]]:
    """For each covered cell of a merged range, the cell that holds its value."""
    covered = {}
    for area in sheet.merged_cells.ranges:
        for row in range(area.min_row, min(area.max_row, height) + 1):
            for column in range(area.min_col, min(area.max_col, width) + 1):
                if (row, column) != (area.min_row, area.min_col):
                    covered[row, column] = (area.min_row, area.min_col)
    return covered


def _row(
    sheet: Worksheet, number: int, found: dict[Column, int], covered: dict[tuple[int, int], tuple[int, int]]
) -> Row:
    values, merged = {}, set()
    for column, place in found.items():
        home = covered.get((number, place + 1))
        if home is not None and home[1] == place + 1:
            merged.add(column)
        values[column] = _value(sheet, *(home or (number, place + 1)))
    return Row(number, values, frozenset(merged))


def _value(sheet: Worksheet, row: int, column: int) -> Any:
    """A cell's value; per cent cells as the figure shown (`20 %` is 20)."""
    cell = sheet.cell(row, column)
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in str(cell.number_format):
        return str((Decimal(str(value)) * 100).normalize().__format__("f")) + "%"
    return value
