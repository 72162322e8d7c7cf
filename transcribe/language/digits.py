"""Digits heard as words of the same sound: 工号把零二二 is 工号八零二二.

Digits said one by one have no context that a language model could use, but they come in runs. A character
that sounds like a digit, in a run that is mostly digits and follows what announces a number, is that digit.
"""

from __future__ import annotations

import functools
import re

from transcribe.sound.syllables import readings

DIGITS = "零一二三四五六七八九幺"
_SOUNDS = {
    "ling": "零",
    "lin": "零",
    "li": "零",
    "yi": "一",
    "yao": "幺",
    "er": "二",
    "san": "三",
    "si": "四",
}
_SOUNDS |= {"wu": "五", "liu": "六", "qi": "七", "ba": "八", "jiu": "九"}
_SCALES = "十百千万亿"
_HAN_RUN = re.compile("[\u4e00-\u9fff]+")
_ANNOUNCED = "号码位是"
"""A number starts after these: 工号, 尾号, 卡号, 号码, 后四位, 是."""
_FEWEST = 3
_NEVER = frozenset("里离理利你以已而有其期起就久吧无")
"""Too common in their own right to be taken for a digit unless digits stand on both sides."""


@functools.cache
def digit_of(character: str) -> str | None:
    """The digit that `character` is or sounds like; None where it is neither."""
    if character in DIGITS:
        return character
    return next((_SOUNDS[s.base] for s in readings(character) if s.base in _SOUNDS), None)


def digits_repaired(text: str) -> str:
    """`text` with same-sounding characters inside runs of digits written as digits; same length."""
    return _HAN_RUN.sub(lambda run: _run(run.group()), text)


def _run(text: str) -> str:
    out = list(text)
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and digit_of(text[end]):
            end += 1
        for at in _changed(text, start, end):
            out[at] = digit_of(text[at]) or text[at]
        start = max(end, start + 1)
    return "".join(out)


def _changed(text: str, start: int, end: int) -> list[int]:
    """Places to change in `text[start:end]`, characters that are digits or sound like one."""
    while end > start and text[end - 1] not in DIGITS:
        end -= 1
    announced = start == 0 or text[start - 1] in _ANNOUNCED
    while start < end and text[start] not in DIGITS and (not announced or text[start] in _NEVER):
        start += 1
        announced = False
    true = sum(character in DIGITS for character in text[start:end])
    value = end < len(text) and text[end] in _SCALES
    if value or end - start < _FEWEST or true * 2 < end - start:
        return []
    return [at for at in range(start, end) if text[at] not in DIGITS]
