"""Keys for machines from names that people give."""

from __future__ import annotations

import re

from pypinyin import lazy_pinyin

KEY_CHARS_MAX = 60


def spelled_key(title: str) -> str:
    """A key for machines from a name: its pinyin."""
    kept = (re.sub(r"[^a-z0-9]+", "", part.lower()) for part in lazy_pinyin(title.strip()))
    spelled = "_".join(part for part in kept if part)
    key = spelled if spelled[:1].isalpha() else f"form_{spelled}".rstrip("_")
    return key[: KEY_CHARS_MAX - 4].rstrip("_")
