"""An expression of a rule as people read it: what is said, what may stand between, what may be left out.

`别(再)?(废话|催).{0,4}了$` becomes `别（再）〔废话/催〕…了（句末）`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask_babel import gettext

ALTERNATIVES = 6
"""Alternatives named before the rest is only hinted at."""
_QUANTIFIER = re.compile(r"(\?|\*|\+|\{(\d*)(?:,(\d*))?\})\??")
_CLASSES = {"d": "一串数字", "w": "字", "s": ""}
_LOOKING = {
    "=": "（后面是%(what)s）",
    "!": "（后面不是%(what)s）",
    "<=": "（前面是%(what)s）",
    "<!": "（前面不是%(what)s）",
}


def in_plain_words(expression: str) -> str:
    """The expression in words; where its writing is unusual, as it stands."""
    try:
        reader = _Reader(expression)
        text = reader.alternatives()
    except IndexError:
        return expression
    return text if reader.at_end else expression


class _Reader:
    """Reads the part of regular expressions that rules use, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._text)

    def alternatives(self, *, grouped: bool = False) -> str:
        found = ["".join(self._pieces())]
        while not self.at_end and self._text[self._at] == "|":
            self._at += 1
            found.append("".join(self._pieces()))
        named = [item for item in found if item]
        if len(named) <= 1:
            text = "".join(named)
            return f"（{text}）" if len(found) > 1 and text else text
        shown = "/".join(named[:ALTERNATIVES]) + ("/…" if len(named) > ALTERNATIVES else "")
        return f"〔{shown}〕" if grouped else shown

    def _pieces(self) -> Iterator[str]:
        while not self.at_end and self._text[self._at] not in "|)":
            piece, bare = self._one()
            yield self._quantified(piece, bare=bare)

    def _one(self) -> tuple[str, bool]:
        """One thing and whether it stands for any character."""
        char = self._text[self._at]
        self._at += 1
        if char == "(":
            return self._group(), False
        if char == "[":
            return self._class(), False
        if char == "\\":
            self._at += 1
            kind = self._text[self._at - 1]
            return (
                str(gettext(_CLASSES[kind])) if _CLASSES.get(kind) else "" if kind in "sbB" else kind
            ), False
        if char in "^$":
            return str(gettext("（句首）") if char == "^" else gettext("（句末）")), False
        return ("…", True) if char == "." else (char, False)

    def _group(self) -> str:
        looking = re.compile(r"\?(<?[=!])").match(self._text, self._at)
        if looking:
            self._at = looking.end()
        elif self._text.startswith("?:", self._at):
            self._at += 2
        inner = self.alternatives(grouped=looking is None)
        if self._text[self._at] != ")":
            raise IndexError
        self._at += 1
        return str(gettext(_LOOKING[looking.group(1)], what=inner)) if looking else inner

    def _class(self) -> str:
        end = self._text.index("]", self._at + 1) if "]" in self._text[self._at + 1 :] else -1
        if end < 0:
            raise IndexError
        chosen, self._at = self._text[self._at : end], end + 1
        if chosen.startswith("^"):
            return str(gettext("〔除%(what)s以外的字〕", what="/".join(chosen[1:])))
        if "0-9" in chosen or chosen == r"\d":
            return str(gettext("一串数字"))
        return f"〔{'/'.join(chosen)}〕" if len(chosen) > 1 else chosen

    def _quantified(self, piece: str, *, bare: bool) -> str:
        found = _QUANTIFIER.match(self._text, self._at)
        if found is None:
            return piece
        self._at = found.end()
        if bare:
            return "…"
        optional = found.group(1) in ("?", "*") or found.group(2) == "0"
        if not piece or piece.startswith("（"):
            return piece
        return f"（{piece.strip('〔〕')}）" if optional else piece
