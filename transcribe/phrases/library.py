"""The phrase library as people keep it: a table with one phrase a line."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from recorder.message import Message
from recorder.types import Role
from transcribe.normalize import normalize
from transcribe.types import Phrase, PhraseKind, PhraseSet

COLUMNS = ("group", "name", "kind", "role", "phrase")
"""Header of the table: key of the group, its name, kind, whose speech counts, the phrase."""

AGENT_NO = "{agent_no}"
"""Stands in a phrase for the agent's number."""

_PHRASE_CHARS_MAX = 60
_KINDS = {"required": "required", "forbidden": "forbidden", "topic": "topic",
          "必说": "required", "规范": "required", "禁语": "forbidden", "话题": "topic"}  # fmt: skip
_ROLES = {"agent": "agent", "customer": "customer", "any": "unknown", "unknown": "unknown", "": "agent",
          "座席": "agent", "客户": "customer", "任何人": "unknown"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineError:
    """One line of a table that cannot be used."""

    line: int
    """From 1, the header being line 1."""
    reason: str
    """Code: `header`, `columns`, `group`, `kind`, `role`, `phrase`, `long`, `duplicate`, `mixed`."""
    detail: Message
    """Words for a person, with what to do."""


class LibraryErrors(Exception):
    """A phrase table with unusable lines. `errors` lists all of them, `sets` holds what is usable."""

    def __init__(self, errors: tuple[LineError, ...], sets: tuple[PhraseSet, ...]) -> None:
        super().__init__("；".join(f"第{e.line}行：{e.detail}" for e in errors))
        self.errors = errors
        self.sets = sets


@dataclass(frozen=True, slots=True)
class _Row:
    group: str
    name: str
    kind: PhraseKind
    role: Role
    text: str


def _row(  # noqa: PLR0911 - one return a fault
    line: int, cells: list[str]
) -> _Row | LineError:
    if len(cells) != len(COLUMNS):
        counts = {"wanted": len(COLUMNS), "found": len(cells)}
        told = Message("应有 %(wanted)s 列，实有 %(found)s 列；逗号请加引号", **counts)
        return LineError(line, "columns", told)
    group, name, kind, role, text = (c.strip() for c in cells)
    if not group:
        return LineError(line, "group", Message("缺少分组代码"))
    if kind.lower() not in _KINDS:
        return LineError(
            line, "kind", Message("类型“%(kind)s”不认识，请填 required、forbidden 或 topic", kind=kind)
        )
    if role.lower() not in _ROLES:
        return LineError(
            line, "role", Message("角色“%(role)s”不认识，请填 agent、customer 或 any", role=role)
        )
    if not normalize(text.replace(AGENT_NO, "")).text:
        return LineError(line, "phrase", Message("短语为空或只有标点"))
    if len(text) > _PHRASE_CHARS_MAX:
        return LineError(line, "long", Message("短语超过 %(most)s 字，请拆短", most=_PHRASE_CHARS_MAX))
    return _Row(group, name or group, PhraseKind(_KINDS[kind.lower()]), Role(_ROLES[role.lower()]), text)


def _gather(rows: list[tuple[int, _Row]]) -> tuple[list[PhraseSet], list[LineError]]:
    groups: dict[str, tuple[_Row, list[Phrase]]] = {}
    seen: set[tuple[str, str, Role]] = set()
    errors: list[LineError] = []
    for line, row in rows:
        first, phrases = groups.setdefault(row.group, (row, []))
        same = (row.group, normalize(row.text).text, row.role)
        if row.kind is not first.kind:
            kind = {"group": row.group, "kind": first.kind.value}
            errors.append(
                LineError(line, "mixed", Message("分组“%(group)s”内类型须一致（%(kind)s）", **kind))
            )
        elif same in seen:
            told = Message("短语“%(text)s”在分组“%(group)s”中已有", text=row.text, group=row.group)
            errors.append(LineError(line, "duplicate", told))
        else:
            seen.add(same)
            phrases.append(Phrase(_id(row), row.text, row.group, row.kind, row.role))
    sets = [PhraseSet(k, first.name, first.kind, tuple(p)) for k, (first, p) in groups.items() if p]
    return sets, errors


def _id(row: _Row) -> str:
    """Stable across export, import and reordering: made of what the phrase is."""
    suffix = "" if row.role is Role.AGENT else f"@{row.role.value}"
    return f"{row.group}:{row.text}{suffix}"


def read_csv(text: str) -> tuple[PhraseSet, ...]:
    """Phrase sets of a table with the columns `COLUMNS`, in the order in which groups first appear.

    Empty lines and lines that start with `#` are skipped. Raises `LibraryErrors` with every
    unusable line (and the usable sets) where there is any.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    rows: list[tuple[int, _Row]] = []
    errors: list[LineError] = []
    header_seen = False
    for cells in reader:
        if not any(c.strip() for c in cells) or cells[0].lstrip().startswith("#"):
            continue
        if not header_seen:
            header_seen = True
            if tuple(c.strip().lower() for c in cells) != COLUMNS:
                detail = Message("表头应为 %(names)s", names=",".join(COLUMNS))
                raise LibraryErrors((LineError(reader.line_num, "header", detail),), ())
            continue
        row = _row(reader.line_num, cells)
        if isinstance(row, LineError):
            errors.append(row)
        else:
            rows.append((reader.line_num, row))
    if not header_seen:
        told = Message("文件为空，首行应为 %(names)s", names=",".join(COLUMNS))
        raise LibraryErrors((LineError(1, "header", told),), ())
    sets, more = _gather(rows)
    if errors or more:
        raise LibraryErrors(tuple(sorted((*errors, *more), key=lambda e: e.line)), tuple(sets))
    return tuple(sets)


def write_csv(sets: tuple[PhraseSet, ...]) -> str:
    """The table of these sets; `read_csv` gives them back."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for group in sets:
        for phrase in group.phrases:
            role = "any" if phrase.role is Role.UNKNOWN else phrase.role.value
            writer.writerow((group.key, group.name, phrase.kind.value, role, phrase.text))
    return out.getvalue()


@lru_cache(maxsize=1)
def seed() -> tuple[PhraseSet, ...]:
    """The library that a new installation starts with."""
    return read_csv(files("transcribe.phrases").joinpath("seed.csv").read_text("utf-8"))
