"""A CSV list of recordings with their call data: good lines go in, every fault is told by line and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from functools import reduce
from pathlib import Path

from recorder.calldata import FIELD_NAMES, CallData, CallDataInvalid, parse_call_data
from recorder.message import Message, message_of

FILE_COLUMN = "file"
"""Name of the column that holds the path of a recording, relative to the manifest."""

_ALIASES: dict[str, tuple[str, ...]] = {
    FILE_COLUMN: (
        "path",
        "filename",
        "file_name",
        "recording",
        "文件",
        "文件名",
        "录音",
        "录音文件",
        "文件路径",
    ),
    "external_id": (
        "id",
        "call_id",
        "callid",
        "uniqueid",
        "通话编号",
        "通话id",
        "流水号",
        "录音编号",
        "呼叫编号",
    ),
    "source": ("来源", "系统", "来源系统"),
    "agent_no": ("agent", "agent_id", "extension", "工号", "座席工号", "坐席工号", "座席", "坐席", "员工号"),
    "team": ("group", "班组", "小组", "团队", "组别"),
    "started_at": (
        "start",
        "start_time",
        "time",
        "datetime",
        "开始时间",
        "通话时间",
        "呼叫时间",
        "通话开始时间",
    ),
    "direction": ("call_direction", "方向", "呼叫方向", "呼叫类型", "通话方向"),
    "queue": ("skill", "skill_group", "队列", "技能组", "业务队列"),
    "caller": ("phone", "customer_no", "ani", "客户号码", "主叫", "主叫号码", "来电号码", "客户电话", "电话"),
}
_REQUIRED = (FILE_COLUMN, "external_id", "agent_no", "started_at")
_MAX_LINES = 200_000


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One good line: the recording's file and its call data. `line` counts from 1, the header's line."""

    line: int
    path: Path
    call: CallData


@dataclass(frozen=True, slots=True)
class ManifestError:
    """One fault: where it stands (`column` as the header writes it, or empty) and what to do about it."""

    line: int
    column: str
    message: Message

    def __str__(self) -> str:
        place = f"第 {self.line} 行" + (f"「{self.column}」列" if self.column else "")
        return f"{place}：{self.message}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest holds: good rows, and every fault of the others."""

    rows: tuple[ManifestRow, ...]
    errors: tuple[ManifestError, ...]


class _Fault(Exception):
    """A fault that ends the reading of a line (or, in the header, of the file)."""

    def __init__(self, column: str, message: Message) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


def read_manifest(path: Path, *, source: str = "", zone: tzinfo | None = None) -> Manifest:
    """Rows and faults of a CSV manifest in UTF-8 (with or without BOM), UTF-16 with BOM or GB18030.

    Headers may be Chinese or English; unknown columns become attributes. Files are looked up beside the
    manifest and never outside its folder. `source` and `zone` as for `parse_call_data`.
    """
    rows: list[ManifestRow] = []
    errors: list[ManifestError] = []
    try:
        records = _records(_text(path.read_bytes()))
        _, header = next(records, (1, []))
        columns = _columns(header)
    except (_Fault, csv.Error) as fault:
        return Manifest((), (ManifestError(1, getattr(fault, "column", ""), message_of(fault)),))
    seen: dict[tuple[str, str], int] = {}
    try:
        for line, cells in records:
            row = _Line(line, cells, header, columns, errors)
            if not row.is_whole():
                continue
            call = row.call(source, zone)
            file = row.file(path.parent)
            if call and file and row.is_first(seen, call, file):
                rows.append(ManifestRow(line, file, call))
    except csv.Error as error:
        last = rows[-1].line + 1 if rows else 2
        told = Message("此处之后的内容不是有效的 CSV（%(error)s），请检查引号", error=message_of(error))
        errors.append(ManifestError(last, "", told))
    return Manifest(tuple(rows), tuple(errors))


@dataclass(slots=True)
class _Line:
    """One record while it is being read; faults go to the shared list."""

    line: int
    cells: list[str]
    header: list[str]
    columns: dict[str, int]
    errors: list[ManifestError]

    def is_whole(self) -> bool:
        """Whether the line has as many cells as the header; another number is a fault."""
        if len(self.cells) != len(self.header):
            counts = {"here": len(self.cells), "header": len(self.header)}
            told = Message("有 %(here)s 列，表头有 %(header)s 列，请检查逗号和引号", **counts)
            self._fault("", told)
        return len(self.cells) == len(self.header)

    def call(self, source: str, zone: tzinfo | None) -> CallData | None:
        """The line's call data, or None with its faults collected."""
        fields = {name: _cell(self.cells[at]) for name, at in self.columns.items() if name != FILE_COLUMN}
        try:
            return parse_call_data(fields, source=source, zone=zone)
        except CallDataInvalid as invalid:
            for error in invalid.errors:
                self._fault(self._written(error.field), error.message)
            return None

    def file(self, base: Path) -> Path | None:
        """The recording's real path below `base`, or None with the fault collected."""
        at = self.columns[FILE_COLUMN]
        written = _cell(self.cells[at])
        fault = None
        target = base
        if not written:
            fault = Message("没有写文件名，请补上")
        else:
            try:
                target = (base / written.replace("\\", "/")).resolve()
                inside = target.is_relative_to(base.resolve())
                fault = _file_fault(written, target, inside=inside)
            except (OSError, ValueError):
                fault = Message("文件名「%(written)s」无效，请更正", written=written[:80])
        if fault:
            self._fault(self._written(FILE_COLUMN), fault)
        return None if fault else target

    def is_first(self, seen: dict[tuple[str, str], int], call: CallData, file: Path) -> bool:
        """Whether no earlier line names the same call or the same file; a repetition is a fault."""
        keys = {
            "external_id": (call.source, call.external_id),
            FILE_COLUMN: ("\0file", str(file)),
        }
        for name, key in keys.items():
            if key in seen:
                told = Message("与第 %(line)s 行重复，请删除其中一行", line=seen[key])
                self._fault(self._written(name), told)
                return False
        seen.update(dict.fromkeys(keys.values(), self.line))
        return True

    def _written(self, field: str) -> str:
        """The column as the header writes it."""
        at = self.columns.get(field)
        return self.header[at].strip() if at is not None else field

    def _fault(self, column: str, message: Message) -> None:
        self.errors.append(ManifestError(self.line, column, message))


def _file_fault(written: str, target: Path, *, inside: bool) -> Message | None:
    if not inside:
        return Message(
            "文件「%(written)s」不在清单所在的目录里，请把录音放到清单旁边并写相对路径", written=written[:80]
        )
    if not target.is_file():
        return Message("找不到文件「%(written)s」，请检查文件名和位置", written=written[:80])
    return None


def _text(data: bytes) -> str:
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _Fault("", Message("文件编码无法识别，请另存为 UTF-8 或 GB18030 编码的 CSV"))


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the line each begins on; empty lines are passed over."""
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1
        if begins > _MAX_LINES:
            raise csv.Error(Message("超过 %(most)s 行，请分成几个清单", most=_MAX_LINES))


def _columns(header: list[str]) -> dict[str, int]:
    """Field (or attribute) name to column, by the header; raises `_Fault` where one is missing or double."""
    known = {alias: field for field, aliases in _ALIASES.items() for alias in (field, *aliases)}
    columns: dict[str, int] = {}
    for at, written in enumerate(header):
        name = written.strip()
        field = known.get(name.lower().replace(" ", "_"), name)
        if field in columns:
            raise _Fault(name, Message("这一列出现了两次，请只留一列"))
        if field:
            columns[field] = at
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        words = reduce(
            lambda one, two: Message("%(first)s、%(then)s", first=one, then=two), map(_named, missing)
        )
        raise _Fault("", Message("表头缺少：%(words)s。请补上后重新导入", words=words))
    return columns


def _named(field: str) -> Message:
    name = FIELD_NAMES.get(field, Message("录音文件"))
    return Message("%(name)s（%(field)s）", name=name, field=field)


def _cell(text: str) -> str:
    """A cell without surrounding space, and without the `="0012"` that spreadsheets use to keep zeros."""
    text = text.strip()
    if text.startswith('="') and text.endswith('"'):
        return text[2:-1]
    return text
