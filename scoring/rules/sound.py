"""Words as sounds: one code point a toneless syllable, so that regular expressions work on sound.

Text and sound of a line have the same length and the same indices. Syllables that telephone speech
recognition confuses all the time (zh/z, ch/c, sh/s, ing/in, eng/en) share a code point.
"""

from __future__ import annotations

import re
from functools import cache

from pypinyin import Style, lazy_pinyin

_BASE = 0xE000
_CODES: dict[str, str] = {}
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_DROPPED = re.compile(r"[^\w]|_")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def plain(text: str) -> str:
    """Text without punctuation and blanks, Latin in lower case."""
    return _DROPPED.sub("", text).lower()


def fold(syllable: str) -> str:
    """A toneless syllable with confusable initials and finals taken together."""
    for heavy, light in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        if syllable.startswith(heavy):
            syllable = light + syllable[2:]
            break
    return syllable[:-1] if syllable.endswith(("ing", "eng")) else syllable


@cache
def syllable_code(char: str) -> str:
    """The code point of a character's sound; a character without one stands for itself."""
    if not _HAN.match(char):
        return char
    syllable = fold(lazy_pinyin(char, style=Style.NORMAL)[0])
    return _CODES.setdefault(syllable, chr(_BASE + len(_CODES)))


class _Table(dict[int, str]):
    """Translation table that fills itself."""

    def __missing__(self, key: int) -> str:
        code = syllable_code(chr(key))
        self[key] = code
        return code


_TABLE = _Table()


def sound(text: str) -> str:
    """Sounds of plain text, same length; digits are read as numerals (幺 as 一)."""
    return text.translate(_DIGITS).replace("幺", "一").translate(_TABLE)


def sound_pattern(pattern: str) -> str:
    """A regular expression over characters, made one over sounds: each Han character becomes its sound."""
    return _HAN.sub(lambda found: syllable_code(found.group()), pattern)
