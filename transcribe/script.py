"""Script and characters: traditional to simplified, and what counts as a character of speech."""

from __future__ import annotations

import functools
import unicodedata

import opencc


@functools.cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """`text` in simplified script; a prompt does not keep an engine's output simplified, so this must."""
    converted: str = _converter().convert(text)
    return converted


def simplified_pieces(pieces: list[str]) -> list[str]:
    """Simplifies pieces of one sentence together, so that context decides, and gives them back apart."""
    joined = "".join(pieces)
    whole = simplified(joined)
    if len(whole) != len(joined):
        return [simplified(piece) for piece in pieces]
    found, at = [], 0
    for piece in pieces:
        found.append(whole[at : at + len(piece)])
        at += len(piece)
    return found


def is_han(character: str) -> bool:
    """True for a Chinese character (CJK ideographs, extension A and compatibility forms)."""
    return "\u4e00" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf" or character == "〇"


def is_spoken(character: str) -> bool:
    """True for what is pronounced: letters, digits, Chinese characters; false for punctuation and space."""
    return unicodedata.category(character)[0] in "LN"


def spoken(text: str) -> str:
    """`text` without punctuation and space."""
    return "".join(character for character in text if is_spoken(character))


def syllables(text: str) -> int:
    """Syllables in `text`: one a Chinese character or digit, and one a Latin letter group of up to three."""
    count, letters = 0, 0
    for character in text:
        if is_han(character) or character.isdigit():
            count += 1
        elif character.isalpha():
            letters += 1
    return count + (letters + 2) // 3
