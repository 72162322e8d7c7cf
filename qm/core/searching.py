"""Chinese full-text search without a dictionary: one token a Han character, phrases only.

Word segmentation misses hits (感谢 within 感谢您); single characters as phrases are exact and
count the same on SQLite and PostgreSQL (docs/adr/0005-search.md).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_TOKEN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it stands in the original text (Python slice indices)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, marked where it matched."""

    text: str
    marked: bool


def tokens(text: str) -> list[Token]:
    """Han characters one by one; Latin letters and digits in runs; everything else separates."""
    folded = "".join(_fold(character) for character in text)
    return [Token(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(folded)]


def _fold(character: str) -> str:
    # One character stays one character, so that positions hold in the original.
    plain = unicodedata.normalize("NFKC", character).lower()
    return plain if len(plain) == 1 else character


def phrases(query: str) -> list[list[str]]:
    """What is asked for: phrases separated by spaces, all of which must stand in the utterance."""
    found = ([token.text for token in tokens(part)] for part in query.split())
    return [phrase for phrase in found if phrase]


def fts5_query(asked: list[list[str]]) -> str:
    """The SQLite FTS5 form. Tokens are Han, a-z and 0-9 only, so nothing needs escaping."""
    return " AND ".join('"' + " ".join(phrase) + '"' for phrase in asked)


def tsquery(asked: list[list[str]]) -> str:
    """The PostgreSQL form, written as a literal: no parser, hence no locale, takes part."""
    return " & ".join("(" + " <-> ".join(f"'{token}'" for token in phrase) + ")" for phrase in asked)


def tsvector(found: list[str]) -> str:
    """The literal of a text's tokens with their positions."""
    places: dict[str, list[str]] = {}
    for position, token in enumerate(found, start=1):
        places.setdefault(token, []).append(str(position))
    return " ".join(f"'{token}':{','.join(positions)}" for token, positions in places.items())


def highlight(text: str, asked: list[list[str]]) -> list[Piece]:
    """The text in pieces, with what was asked for marked."""
    found = tokens(text)
    words = [token.text for token in found]
    marks = [False] * len(text)
    for phrase in asked:
        size = len(phrase)
        for at in range(len(words) - size + 1):
            if words[at : at + size] == phrase:
                start, end = found[at].start, found[at + size - 1].end
                marks[start:end] = [True] * (end - start)
    pieces: list[Piece] = []
    for character, marked in zip(text, marks, strict=True):
        if pieces and pieces[-1].marked == marked:
            pieces[-1] = Piece(pieces[-1].text + character, marked)
        else:
            pieces.append(Piece(character, marked))
    return pieces
