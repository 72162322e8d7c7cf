"""What a reader sees: characters repaired by the language of service lines, numbers in digits, full stops."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transcribe.language.digits import digits_repaired
from transcribe.language.repair import repair
from transcribe.numbers import displayed
from transcribe.types import Word

_MARKS = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", "．": "。", "：": "，", ":": "，"})
_HAN = "\u3400-\u9fff"
_SPACE = re.compile(f"(?<=[{_HAN}])\\s+(?=[{_HAN}])")
_FULL_STOP = re.compile(f"(?<=[{_HAN}])\\.(?!\\d)")


def shown(words: Sequence[Word], terms: tuple[str, ...] = ()) -> str:
    """The displayed text of words heard; `terms` are words of the call's queue.

    See `transcribe.language.repair` and `transcribe.numbers`.
    """
    return displayed(repaired(words, terms))


def repaired(words: Sequence[Word], terms: tuple[str, ...] = ()) -> str:
    """Words with characters repaired and Chinese punctuation, numbers still as spoken."""
    heard = "".join(word.text for word in words)
    sure = [word.probability for word in words for _ in word.text]
    text = repair(digits_repaired(heard.translate(_MARKS)), sure, terms=terms).strip()
    return _FULL_STOP.sub("。", _SPACE.sub("，", text))
