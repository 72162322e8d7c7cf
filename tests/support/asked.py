"""What was asked of the database while something was done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event


@dataclass(frozen=True)
class Statement:
    """One statement with the values it was given."""

    text: str
    parameters: tuple[Any, ...]


@contextmanager
def counted(engine: Engine) -> Iterator[list[Statement]]:
    """The statements of this block, as they come."""
    seen: list[Statement] = []

    def see(_connection: Any, _cursor: Any, text: str, given: Any, _context: Any, _many: bool) -> None:
        values = given.values() if isinstance(given, dict) else given
        seen.append(Statement(text, tuple(values)))

    event.listen(engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", see)
