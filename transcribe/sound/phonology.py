"""How far apart two syllables sound, from how they are made.

A syllable is an initial and a final of medial, nucleus and coda. Distances follow place and manner
of articulation and the mergers of Mandarin accents (zh/z, ch/c, sh/s, n/l, f/h, r/l, -n/-ng); a
narrow-band line adds its own (aspiration, q/x, and the like). The unit: 1.0 is one clear difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from transcribe.sound.syllables import split

_WHOLE = {"y": "i", "w": "u"}
_ZERO = {
    "yi": "i", "yin": "in", "ying": "ing", "yu": "v", "yue": "ve", "yuan": "van", "yun": "vn", "you": "iou",
    "yong": "iong", "wu": "u", "wei": "uei", "wen": "uen", "ng": "eng", "n": "en", "m": "en", "hm": "en",
}  # fmt: skip
_FULL = {"un": "uen", "ui": "uei", "iu": "iou"}
_APICAL = ("zh", "ch", "sh", "r", "z", "c", "s")

_FINALS: dict[str, tuple[str, str, str]] = {
    "a": ("", "a", ""), "o": ("", "o", ""), "e": ("", "e", ""), "ai": ("", "a", "i"), "ei": ("", "e", "i"),
    "ao": ("", "a", "u"), "ou": ("", "o", "u"), "an": ("", "a", "n"), "en": ("", "e", "n"),
    "ang": ("", "a", "ng"), "eng": ("", "e", "ng"), "ong": ("", "o", "ng"), "er": ("", "e", "r"),
    "i": ("", "i", ""), "ia": ("i", "a", ""), "ie": ("i", "E", ""), "iao": ("i", "a", "u"),
    "iou": ("i", "o", "u"), "ian": ("i", "E", "n"), "in": ("", "i", "n"), "iang": ("i", "a", "ng"),
    "ing": ("", "i", "ng"), "iong": ("v", "o", "ng"), "u": ("", "u", ""), "ua": ("u", "a", ""),
    "uo": ("u", "o", ""), "uai": ("u", "a", "i"), "uei": ("u", "e", "i"), "uan": ("u", "a", "n"),
    "uen": ("u", "e", "n"), "uang": ("u", "a", "ng"), "ueng": ("u", "e", "ng"), "v": ("", "v", ""),
    "ve": ("v", "E", ""), "van": ("v", "E", "n"), "vn": ("", "v", "n"), "-i": ("", "-i", ""),
}  # fmt: skip

_INITIAL_PAIRS = {
    0.25: "zh:z ch:c sh:s n:l",
    0.5: "b:p d:t g:k j:q zh:ch z:c j:zh q:ch x:sh q:x j:x r:l f:h n:",
    0.7: "zh:c z:ch ch:sh c:s c:sh ch:s zh:sh z:s z:sh zh:s j:z q:c x:s "
    "r: m:n m:l l: m: h: k:h h:x r:zh f: b:m",
    0.85: "d:l t:l d:n b:d d:g b:g p:t t:k p:k g: d: b: d:z d:zh d:j t:c t:q t:ch "
    "p:f b:f k:t f:s f:sh g:h p:h r:n",
}
_NUCLEUS_PAIRS = {
    0.4: "e:o a:E e:E i:v o:u",
    0.6: "a:e a:o -i:e -i:i i:E v:u o:E e:i e:u",
    0.8: "-i:u v:E u:i -i:v",
}
_CODA_PAIRS = {0.2: "n:ng", 0.55: "i:n :i :n :ng :u u:ng :r i:ng", 0.7: "n:u i:u r:n r:i r:u r:ng"}
_MEDIAL_PAIRS = {0.3: "i:v", 0.45: ":i :u :v u:v", 0.7: "i:u"}

FAR = 2.0
"""Distance from which two syllables have nothing in common."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A syllable taken apart; every part may be empty."""

    initial: str
    medial: str
    nucleus: str
    coda: str


def _table(pairs: dict[float, str]) -> dict[frozenset[str], float]:
    return {
        frozenset(pair.split(":")): distance for distance, listed in pairs.items() for pair in listed.split()
    }


_INITIALS, _NUCLEI = _table(_INITIAL_PAIRS), _table(_NUCLEUS_PAIRS)
_CODAS, _MEDIALS = _table(_CODA_PAIRS), _table(_MEDIAL_PAIRS)


@cache
def parts(base: str) -> Parts | None:
    """Parts of a toneless spelling; None where it is no syllable (a latin letter)."""
    syllable = split(base)
    final = _final(syllable.initial, base, syllable.final)
    return Parts(syllable.initial, *_FINALS[final]) if final in _FINALS else None


def _final(initial: str, base: str, final: str) -> str:
    if not initial:
        return _ZERO.get(base) or _WHOLE.get(base[:1], base[:1]) + base[1:]
    if initial in _APICAL and final == "i":
        return "-i"
    if initial in {"j", "q", "x"} and final.startswith("u"):
        return "v" + final[1:]
    return _FULL.get(final, final)


def _part(table: dict[frozenset[str], float], a: str, b: str) -> float:
    return 0.0 if a == b else table.get(frozenset((a, b)), 1.0)


@cache
def distance(a: str, b: str) -> float:
    """Distance of two toneless spellings, 0 for the same, at most `FAR`."""
    if a == b:
        return 0.0
    x, y = parts(a), parts(b)
    if x is None or y is None:
        return FAR
    final = _part(_MEDIALS, x.medial, y.medial) + _part(_NUCLEI, x.nucleus, y.nucleus)
    final += _part(_CODAS, x.coda, y.coda)
    return min(FAR, _part(_INITIALS, x.initial, y.initial) + min(final, 1.5))
