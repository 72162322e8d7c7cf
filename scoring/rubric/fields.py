"""Reading single fields of a mapping: the wrong ones are collected, not raised one by one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from recorder.message import Message
from scoring.rubric.problems import Problem
from scoring.rubric.text import Plain

E = TypeVar("E", bound=StrEnum)
TRUE = frozenset({"true", "yes", "on", "是"})
FALSE = frozenset({"false", "no", "off", "否"})
LARGEST = Decimal(1_000_000)
"""No point, weight or figure of a form is larger; keeps arithmetic and pages bounded."""


@dataclass(slots=True)
class Notes:
    """Problems found so far, with the lines of the text being read."""

    lines: Mapping[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: str, message: Message) -> None:
        """Note a problem at a path; the line is that of the nearest known parent."""
        place = path
        while place and place not in self.lines:
            place = place[: max(place.rfind("."), place.rfind("["), 0)]
        self.problems.append(Problem(path, message, self.lines.get(place)))


@dataclass(frozen=True, slots=True)
class Fields:
    """One mapping under one path."""

    values: Mapping[str, Plain]
    path: str
    notes: Notes

    @classmethod
    def of(cls, value: Plain, path: str, notes: Notes) -> Fields:
        """The fields of a value that should be a mapping; noted and empty where it is none."""
        if not isinstance(value, dict):
            notes.add(path, Message("这里应是一组“名称: 值”，请检查缩进。"))
            value = {}
        return cls(value, path, notes)

    def at(self, name: str) -> str:
        """Path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def only(self, allowed: Collection[str]) -> None:
        """Note fields with a name nobody reads: most often a slip of the pen."""
        for name in self.values:
            if name not in allowed:
                known = "、".join(sorted(allowed))
                told = Message("不认识的字段“%(name)s”，可用：%(known)s。", name=name, known=known)
                self.notes.add(self.at(name), told)

    def text(self, name: str, default: str | None = "") -> str:
        """A text; `default=None` makes it required."""
        value = self.values.get(name)
        if value is None:
            if default is None:
                self.notes.add(self.at(name), Message("缺少“%(name)s”，请填写。", name=name))
            return default or ""
        if isinstance(value, bool | int | float | str):
            return str(value)
        self.notes.add(self.at(name), Message("“%(name)s”应是文字。", name=name))
        return default or ""

    def decimal(self, name: str, default: Decimal | None) -> Decimal | None:
        """A figure, exact."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        figure = None if isinstance(value, bool | list | dict) else _figure(str(value))
        if figure is None:
            self.notes.add(self.at(name), Message("“%(text)s”不是数字。", text=str(value)))
            return default
        if not figure.is_finite() or abs(figure) > LARGEST or figure.as_tuple().exponent < -6:  # type: ignore[operator]
            told = Message(
                "“%(text)s”超出范围：不大于 %(most)s，最多 6 位小数。", text=str(value), most=LARGEST
            )
            self.notes.add(self.at(name), told)
            return default
        return figure

    def seconds(self, name: str) -> float:
        """A time in a call, in seconds from its start."""
        value = self.values.get(name)
        try:
            found = float(str(value))
        except ValueError:
            found = -1.0
        if not 0 <= found < float("inf"):
            told = Message("“%(text)s”不是时间，请填写从通话开始算起的秒数。", text=str(value))
            self.notes.add(self.at(name), told)
            return 0.0
        return found

    def integer(self, name: str, default: int) -> int:
        """A whole number."""
        figure = self.decimal(name, Decimal(default))
        if figure is None or figure != figure.to_integral_value():
            self.notes.add(self.at(name), Message("“%(name)s”应是整数。", name=name))
            return default
        return int(figure)

    def flag(self, name: str) -> bool:
        """Yes or no; absent is no."""
        value = self.values.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        word = str(value).strip().lower()
        if word not in TRUE | FALSE:
            self.notes.add(self.at(name), Message("“%(text)s”应是 true 或 false。", text=str(value)))
        return word in TRUE

    def choice(self, name: str, kind: type[E], default: E | None) -> E | None:
        """One of an enumeration's values."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return kind(str(value))
        except ValueError:
            told = Message(
                "“%(text)s”不可用，请从这些中选择：%(known)s。", text=str(value), known="、".join(kind)
            )
            self.notes.add(self.at(name), told)
            return default

    def items(self, name: str) -> list[tuple[str, Plain]]:
        """Entries of a list with their paths; absent is empty."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.notes.add(self.at(name), Message("“%(name)s”应是列表，每项以“- ”开头。", name=name))
            return []
        return [(f"{self.at(name)}[{n}]", item) for n, item in enumerate(value)]


def _figure(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None
