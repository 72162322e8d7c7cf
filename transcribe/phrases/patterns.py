"""The library compiled: every phrase as characters and as syllables, in two automata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product

import ahocorasick

from recorder.types import Role
from transcribe.normalize import normalize
from transcribe.phrases.dense import Dense
from transcribe.sound import primary, readings
from transcribe.types import MatchKind, Phrase

_READINGS_MAX = 24
"""Combinations of readings of one phrase that are compiled; phrases with more polyphones are rare."""
_PRIVATE = 0xF0000


@dataclass(frozen=True, slots=True)
class Form:
    """One way of saying a phrase."""

    phrase: Phrase
    text: str
    """Folded characters."""
    spoken: str
    """Unfolded characters, same length."""


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase form found in a text, as slice of it."""

    form: Form
    start: int
    end: int
    match: MatchKind
    score: float


class SoundCode(dict[int, str]):
    """Table for `str.translate` that writes each character as one private character for its syllable."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[str, int] = {}

    def of(self, base: str) -> str:
        """Private character of a toneless spelling."""
        return chr(_PRIVATE + self._numbers.setdefault(base, len(self._numbers)))

    def __missing__(self, code: int) -> str:
        found = primary(chr(code))
        self[code] = self.of(found.base) if found else chr(code)
        return self[code]


CODES = SoundCode()
"""Shared table: it only grows, by one entry a character met."""


def forms(phrases: Iterable[Phrase]) -> list[Form]:
    """Each phrase in each of its number readings; phrases without any sound are left out."""
    return [
        Form(phrase, reading.text, reading.spoken)
        for phrase in phrases
        for reading in normalize(phrase.text).readings
        if reading.text
    ]


def sound_spellings(form: Form) -> set[str]:
    """Codes of all usual pronunciations of a form."""
    options = []
    for folded, spoken in zip(form.text, form.spoken, strict=True):
        bases = dict.fromkeys(s.base for c in (folded, spoken) for s in readings(c))
        options.append([CODES.of(b) for b in bases] or [folded])
    return {"".join(p) for p in islice(product(*options), _READINGS_MAX)}


class Patterns:
    """Phrase forms ready for one pass over characters and one over syllables."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self.forms = forms(phrases)
        self._chars = _automaton((f.text, f) for f in self.forms)

    @cached_property
    def _sounds(self) -> ahocorasick.Automaton | None:
        return _automaton((s, f) for f in self.forms for s in sound_spellings(f))

    @cached_property
    def dense(self) -> Dense:
        """The forms laid out for near sounds."""
        return Dense([f.spoken for f in self.forms])

    def exact(self, text: str) -> Iterator[Found]:
        """Forms that stand in folded characters."""
        return _search(self._chars, text, MatchKind.EXACT)

    def same_sound(self, text: str) -> Iterator[Found]:
        """Forms that stand in folded characters when read aloud, tones aside."""
        return _search(self._sounds, text.translate(CODES), MatchKind.SOUND)


def _automaton(entries: Iterable[tuple[str, Form]]) -> ahocorasick.Automaton | None:
    grouped: dict[str, list[Form]] = {}
    for key, form in entries:
        grouped.setdefault(key, []).append(form)
    if not grouped:
        return None
    automaton = ahocorasick.Automaton()
    for key, same in grouped.items():
        automaton.add_word(key, (len(key), tuple(same)))
    automaton.make_automaton()
    return automaton


def _search(automaton: ahocorasick.Automaton | None, text: str, match: MatchKind) -> Iterator[Found]:
    if automaton is None:
        return
    score = 1.0 if match is MatchKind.EXACT else 0.97
    for last, (length, same) in automaton.iter(text):
        for form in same:
            yield Found(form, last + 1 - length, last + 1, match, score)


def counts_for(phrase: Phrase, role: Role) -> bool:
    """Whether speech of this role may hold the phrase; unknown speakers may hold any."""
    return Role.UNKNOWN in {phrase.role, role} or phrase.role is role
