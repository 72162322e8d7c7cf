"""What a reader sees: characters repaired by the language of service lines, numbers in digits, full stops."""

from __future__ import annotations

import re

from transcribe.language.repair import repair
from transcribe.numbers import displayed

_MARKS = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", "．": "。", "：": "，", ":": "，"})
_HAN = "\u3400-\u9fff"
_SPACE = re.compile(f"(?<=[{_HAN}])\\s+(?=[{_HAN}])")
_FULL_STOP = re.compile(f"(?<=[{_HAN}])\\.(?!\\d)")


def shown(heard: str) -> str:
    """The displayed text of `heard`. See `transcribe.language.repair` and `transcribe.numbers`."""
    return displayed(repaired(heard))


def repaired(heard: str) -> str:
    """`heard` with characters repaired and Chinese punctuation, numbers still as spoken."""
    text = _FULL_STOP.sub("。", _SPACE.sub("，", heard.translate(_MARKS)))
    return repair(text)
