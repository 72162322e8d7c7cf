"""Many ids, some at a time: what goes into one statement must not grow with the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
TOGETHER = 500
"""Ids in one statement. PostgreSQL takes 65,535, SQLite 32,766 and plans long lists badly."""


def batches(items: Iterable[T], size: int = TOGETHER) -> Iterator[list[T]]:
    """These items in their order, at most `size` together; nothing of nothing."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
