"""Numbers in addresses: those that the database can hold."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.routing import IntegerConverter, Map

MOST = 2**31 - 1


class RowNumber(IntegerConverter):
    """`<int:…>` of a row: a number that no row can have leads nowhere (404), not into the database."""

    def __init__(self, url_map: Map, fixed_digits: int = 0, min: int | None = None) -> None:  # noqa: A002
        super().__init__(url_map, fixed_digits, min, MOST)


def row_number(text: str) -> int:
    """For `request.args.get(…, type=row_number)`. Raises `ValueError`, which leaves the default."""
    number = int(text)
    if abs(number) > MOST:
        raise ValueError(text)
    return number


def page_asked() -> int:
    """The page of a list that an address asks for, from 1."""
    return max(request.args.get("page", 1, type=row_number), 1)


def pages_of(n: int, each: int) -> int:
    """How many pages `n` lines take."""
    return -(-n // each)


def register(app: Flask) -> None:
    """Make `<int:…>` of every route a `RowNumber`; before the routes."""
    app.url_map.converters["int"] = RowNumber
