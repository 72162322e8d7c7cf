"""Digits said one by one, found in heard text: 六二零九, 139 1234, 幺, and what only sounds like them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from transcribe.normalize import plain
from transcribe.sound.space import STEP, bases, distances, sounds

_VALUES = {c: str(i % 10) for i, c in enumerate("零一二三四五六七八九")}
_VALUES |= {"幺": "1", "〇": "0", "洞": "0", **{str(i): str(i) for i in range(10)}}
_RUN = re.compile("[0-9零一二三四五六七八九幺〇](?:[ ,，、.。-]?[0-9零一二三四五六七八九幺〇洞])*(?:[ ]?x)?")
_AMOUNT_AFTER = re.compile(
    "^ ?(?:[十百千万亿元块点月日年天期个分角%岁楼层位名次遍笔张折成倍股手]|号(?!码)|小时|工作日|周|星期)"
)
_AMOUNT_BEFORE = re.compile("(?:[十百千万亿第点]|百分之|[a-z])$")
_LONG = 8
"""So many digits are no amount, whatever stands beside them."""
_GROWTH_MAX = 0.3
_SPOKEN = {
    "0": ("ling", "dong"), "1": ("yi", "yao"), "2": ("er", "liang"), "3": ("san",), "4": ("si",),
    "5": ("wu",), "6": ("liu",), "7": ("qi", "guai"), "8": ("ba",), "9": ("jiu", "gou"),
}  # fmt: skip
_LETTER_SOUNDS = {"r": "2", "e": "1", "o": "0"}
"""Letters that recognisers write for a digit: R for 二, E for 一, O for 零."""


@dataclass(frozen=True, slots=True)
class Run:
    """Digits said in a row within one text."""

    digits: str
    """0-9, maybe a final X."""
    start: int
    """Slice of the text."""
    end: int


def runs(text: str) -> list[Run]:
    """Runs of digits that are no amounts, dates or ordinals; single digits are left out."""
    simple, found = plain(text), []
    for match in _RUN.finditer(simple):
        digits = "".join("X" if c == "x" else _VALUES.get(c, "") for c in match.group())
        amount = _AMOUNT_AFTER.match(simple[match.end() :]) or _AMOUNT_BEFORE.search(simple[: match.start()])
        if len(digits) > 1 and (len(digits) >= _LONG or not amount):
            found.append(Run(digits, match.start(), match.end()))
    return found


def sounding(text: str, count: int) -> Run | None:
    """The `count` characters in a row that sound most like digits; None where none do well enough.

    For an answer whose length is known (后四位): 三母腰吧 is heard for 3518. On average a character
    may be 0.4 of a clear difference from its digit, none more than 0.9.
    """
    spoken = [(c, i) for i, c in enumerate(plain(text)) if c.isalnum()]
    best: tuple[float, Run] | None = None
    for at in range(len(spoken) - count + 1):
        piece = spoken[at : at + count]
        read = [_digit(c) for c, _ in piece]
        cost = sum(d for _, d in read) / count
        if max(d for _, d in read) <= 0.9 and cost <= 0.4 and (best is None or cost < best[0]):
            run = Run("".join(v for v, _ in read), piece[0][1], piece[-1][1] + 1)
            best = (cost, run)
    return best[1] if best else None


def grown(text: str, run: Run) -> list[Run]:
    """A run with up to two characters more on either side that sound like digits (要三九 for 139)."""
    simple = plain(text)
    starts, ends = [(run.start, "")], [(run.end, "")]
    for _ in range(2):
        start, before = starts[-1]
        if start > 0 and simple[start - 1].isalnum() and _digit(simple[start - 1])[1] <= _GROWTH_MAX:
            starts.append((start - 1, _digit(simple[start - 1])[0] + before))
        end, after = ends[-1]
        if end < len(simple) and simple[end].isalnum() and _digit(simple[end])[1] <= _GROWTH_MAX:
            ends.append((end + 1, after + _digit(simple[end])[0]))
    wide = [Run(b + run.digits + a, start, end) for start, b in starts for end, a in ends]
    return list(dict.fromkeys(wide[1:]))


def _digit(char: str) -> tuple[str, float]:
    """The digit that a character sounds most like and how far it is from it."""
    if char in _VALUES:
        return _VALUES[char], 0.0
    if char in _LETTER_SOUNDS:
        return _LETTER_SOUNDS[char], 0.3
    known, table = bases(), distances()
    return min(
        (
            (d, int(table[known[s], o]) / STEP)
            for d, said in _SPOKEN.items()
            for s in said
            for o in sounds(char)
        ),
        key=lambda pair: pair[1],
    )
