"""Scan speed: a library over a conversation, near sound against exact characters in the same run.

`python -m transcribe.bench.phrases_speed` prints seconds of one core for 1,000 phrases over 1,000
utterances that hold some of them, a tenth of their characters replaced by others of near sound.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from recorder.types import Role
from transcribe.phrases.library import AGENT_NO, seed
from transcribe.phrases.matcher import Level, PhraseMatcher
from transcribe.sound.space import STEP, bases, distances, sounds
from transcribe.types import Phrase, Utterance

_FILLER = "好的先生女士那么这边帮您看一下系统里面显示的情况是这样子的嗯对因为之前办过业务所以需要再确认一次"
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class ScanSpeed:
    """Least process time of several runs, seconds, compiled and warm."""

    phrases: int
    utterances: int
    characters: int
    exact_s: float
    near_s: float

    @property
    def ratio(self) -> float:
        """How many times the exact scan the near one takes."""
        return self.near_s / self.exact_s


@cache
def _alike(char: str) -> tuple[str, ...]:
    """Common characters that sound nearly like this one."""
    table, own = distances(), sounds(char)
    near = set(np.flatnonzero(table[list(own)].min(axis=0) <= STEP // 2).tolist())
    return tuple(c for c in _everyday() if c != char and near & set(sounds(c)))


@cache
def _everyday() -> tuple[str, ...]:
    text = "".join(p.text for s in seed() for p in s.phrases) + _FILLER
    unknown = len(bases()) - 1
    return tuple(sorted({c for c in text if sounds(c) != (unknown,)}))


def misheard(text: str, share: float, rng: random.Random) -> str:
    """`text` with about `share` of its characters replaced by others of same or near sound."""
    return "".join(rng.choice(_alike(c)) if rng.random() < share and _alike(c) else c for c in text)


def conversation(phrases: Sequence[Phrase], utterances: int, rng: random.Random) -> list[Utterance]:
    """Utterances of about twenty characters, every second one with a phrase in it, some misheard."""
    made = []
    for i in range(utterances):
        start = rng.randrange(len(_FILLER) - 16)
        said = _FILLER[start : start + 14]
        if i % 2:
            said = said[:7] + rng.choice(phrases).text + said[7:]
        heard = misheard(said, 0.1, rng)
        role = Role.AGENT if i % 4 < 2 else Role.CUSTOMER
        made.append(Utterance(i, role, i * 5.0, i * 5.0 + 4.0, heard, heard))
    return made


def scan_speed(phrases: int = 1000, utterances: int = 1000) -> ScanSpeed:
    """Times both scans over the same made-up conversation."""
    rng = random.Random(7)  # noqa: S311 - repeatable, not secret
    known = [p for s in seed() for p in s.phrases if AGENT_NO not in p.text][:phrases]
    turns = conversation(known, utterances, rng)
    exact = _least_s(PhraseMatcher(known, level=Level.EXACT), turns)
    near = _least_s(PhraseMatcher(known), turns)
    return ScanSpeed(len(known), len(turns), sum(len(u.heard) for u in turns), exact, near)


def _least_s(matcher: PhraseMatcher, turns: Sequence[Utterance]) -> float:
    matcher.scan(turns)
    times = []
    for _ in range(_ROUNDS):
        before = time.process_time()
        matcher.scan(turns)
        times.append(time.process_time() - before)
    return min(times)


if __name__ == "__main__":
    speed = scan_speed()
    print(f"{speed.phrases} phrases x {speed.utterances} utterances ({speed.characters} characters)")
    print(f"exact {speed.exact_s:.3f} s, near sound {speed.near_s:.3f} s, ratio {speed.ratio:.1f}")
