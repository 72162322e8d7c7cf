"""What is wrong with a rubric, in words, with the place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recorder.message import Message
from scoring.errors import ScoringError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `path` is like `sections[0].criteria[2].weight`, or a cell of a sheet."""

    path: str
    message: Message
    line: int | None = None
    """Line of the text it was read from, from 1; None where there was no text."""

    def __str__(self) -> str:
        """One line for a list of problems."""
        place = f"第 {self.line} 行" if self.line else self.path
        return f"{place}：{self.message}" if place else self.message


class RubricInvalid(ScoringError):
    """A rubric that cannot be read; `problems` lists everything found, not only the first."""

    code = "rubric_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("；".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
