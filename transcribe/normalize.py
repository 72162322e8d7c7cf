"""Text as it is compared: simplified, without punctuation, numbers read aloud.

A number can be read digit by digit (8021: 八零二一) or as a value (15: 十五), and nobody can tell
from the digits which was said. `normalize` therefore gives up to two readings of a text, each with
the place in the original text that every character came from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress

import opencc

_DIGITS = "零一二三四五六七八九"
_FOLD = str.maketrans({"幺": "一", "两": "二", "〇": "零", **{str(i): d for i, d in enumerate(_DIGITS)}})
_NUMBER = re.compile(
    r"(?P<whole>\d+(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?(?P<percent>[%‰])?(?P<after>[年元块]?)"
)
_ARABIC = re.compile("[0-9]")
_HAN_FIRST, _HAN_LAST = 0x4E00, 0x9FFF
_VALUE_DIGITS_MAX = 6
"""Longer runs of digits are numbers of something (cards, telephones) and are never said as a value."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way of saying a text."""

    text: str
    """For comparing: numerals folded (幺 and 1 are 一, 两 and 2 are 二), latin lower, nothing silent."""
    spoken: str
    """Same length; numerals unfolded, so that sounds can be told: 幺 is yao, `1` may be yi or yao."""
    origin: tuple[tuple[int, int], ...]
    """For each character the slice of the original text it stands for; never decreasing."""


@dataclass(frozen=True, slots=True)
class Normalized:
    """A text ready for comparison."""

    original: str
    readings: tuple[Reading, ...]
    """Digit by digit first; a second one only where numbers can be said as values."""

    @property
    def text(self) -> str:
        """The digit-by-digit reading."""
        return self.readings[0].text

    def slice(self, start: int, end: int, reading: int = 0) -> tuple[int, int]:
        """Slice of the original text under characters `start:end` (not empty) of a reading."""
        origin = self.readings[reading].origin
        return origin[start][0], origin[end - 1][1]


def fold(spoken: str) -> str:
    """Numerals made equal: 幺 is 一, 两 is 二, Arabic digits are Chinese ones."""
    return spoken.translate(_FOLD)


@lru_cache(maxsize=1)
def _plain() -> dict[int, str]:
    """Character table: traditional to simplified, full width to half width, latin to lower."""
    table = {code: chr(code - 0xFEE0).lower() for code in range(0xFF01, 0xFF5F)}
    table |= {code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
    han = "".join(map(chr, range(_HAN_FIRST, _HAN_LAST + 1)))
    converter = opencc.OpenCC("t2s")
    for char, simple in zip(han, converter.convert("\n".join(han)).split("\n"), strict=True):
        if char != simple and len(simple) == 1:
            table[ord(char)] = simple
    return table


def _value(digits: str) -> str:
    """Chinese for a whole number said as a value, Arabic digits kept as digits: 215 is 2百1十5."""
    if len(digits) > 4:
        high, low = digits[:-4], digits[-4:]
        rest = "" if int(low) == 0 else ("0" if low[0] == "0" else "") + _value(low.lstrip("0"))
        return f"{_value(high)}万{rest}"
    said, pending = "", False
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit == "0":
            pending = bool(said)
            continue
        said += ("0" if pending else "") + digit + ("", "十", "百", "千")[place]
        pending = False
    return said[1:] if said.startswith("1十") else said


def _as_value(found: re.Match[str]) -> str | None:
    """How a number token is said as a value; None where only its digits can be said."""
    whole, part = found["whole"].replace(",", ""), found["part"]
    if (whole[0] == "0" and len(whole) > 1) or len(whole) > _VALUE_DIGITS_MAX:
        return None
    if found["after"] == "年" and len(whole) == 4:
        return None
    said = _value(whole) or "0"
    if found["percent"]:
        said = ("百" if found["percent"] == "%" else "千") + "分之" + said
    if part and found["after"] and len(part) <= 2:
        return said + found["after"] + "".join(d + u for d, u in zip(part, "角分", strict=False) if d != "0")
    return (said + "点" + part if part else said) + found["after"]


def _digits(found: re.Match[str]) -> str:
    """A number token digit by digit."""
    said = found["whole"].replace(",", "") + (("点" + found["part"]) if found["part"] else "")
    if found["percent"]:
        said = "百分之" + said
    return said + found["after"]


def _said(plain: str, *, values: bool) -> tuple[list[str], list[tuple[int, int]]]:
    """Characters of a text with its numbers read aloud, punctuation included, and their origins."""
    said: list[str] = []
    origin: list[tuple[int, int]] = []
    at = 0
    for found in _NUMBER.finditer(plain):
        start, end = found.span()
        read = (_as_value(found) if values else None) or _digits(found)
        said += plain[at:start] + read
        origin += ((i, i + 1) for i in range(at, start))
        one_each = len(read) == end - start
        origin += ((start + i, start + i + 1) if one_each else (start, end) for i in range(len(read)))
        at = end
    said += plain[at:]
    origin += ((i, i + 1) for i in range(at, len(plain)))
    return said, origin


def _reading(plain: str, *, values: bool) -> Reading:
    said, origin = _said(plain, values=values)
    loud = [c.isalnum() for c in said]
    spoken = "".join(compress(said, loud))
    return Reading(fold(spoken), spoken, tuple(compress(origin, loud)))


def plain(text: str) -> str:
    """Simplified, half-width, lower-case text of the same length; punctuation stays."""
    return text.translate(_plain())


def normalize(text: str) -> Normalized:
    """Readings of a text for comparison, each mapped to the original. Never raises; silent text gives ''."""
    simple = plain(text)
    digits = _reading(simple, values=False)
    if not _ARABIC.search(simple):
        return Normalized(text, (digits,))
    values = _reading(simple, values=True)
    return Normalized(text, (digits,) if values.text == digits.text else (digits, values))
