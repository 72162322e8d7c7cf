"""Reads one table cell by cell, and remembers what was unclear or assumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from recorder.message import Message, message_of
from scoring.rubric.problems import Problem
from scoring.sheets import cells
from scoring.sheets.columns import Column
from scoring.sheets.table import Table

T = TypeVar("T")


@dataclass(slots=True)
class Reader:
    """Reads cells of one table and collects what is wrong, by cell."""

    table: Table
    problems: list[Problem] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)

    def read(self, value: Any, row: int, column: Column, how: Callable[[Any], T], default: T) -> T:
        """The value of a cell as `how` reads it; its problem is noted and the default given."""
        try:
            return how(value)
        except cells.CellUnclear as unclear:
            self.problems.append(Problem(self.table.cell(row, column), message_of(unclear)))
            return default
