"""Domain repair: the most probable words that sound like what was heard.

A noisy channel. What the engine wrote is a spelling by sound; every stretch of it may stand for a dictionary
word that sounds the same or nearly so. The path with the best sum of language probability and sound cost is
shown. What was heard is kept beside it, character for character: repair never inserts or deletes.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from transcribe.language.lexicon import MAX_WORD, START, Lexicon, coarse, lexicon, term_lexicon
from transcribe.sound.syllables import Syllable, readings


@dataclass(frozen=True, slots=True)
class Costs:
    """What it costs, in nats, to believe another character than the one heard."""

    tone: float = 3.0
    """Same syllable."""
    merged: float = 4.0
    """Same after merging zh/z, ch/c, sh/s, n/l, -ng/-n."""
    near: float = 9.0
    """Same initial or same final."""
    language: float = 0.8
    """Weight of the language model."""
    unsure: float = 0.5
    """Share of the cost that remains where the engine gave its character no probability at all."""
    beam: int = 12


_NUMERALS = "零〇一二三四五六七八九幺两十百千万亿"
_BETWEEN = re.compile(f"[{_NUMERALS}]{{2,}}|[^\u4e00-\u9fff]+")
"""What ends a run of words: a number (two numerals or more), or anything but Chinese characters."""


@functools.lru_cache(maxsize=200_000)
def sound_cost(heard: str, meant: str, costs: Costs) -> float | None:
    """Cost of one character for another by their nearest readings; None where they sound apart.

    A numeral is never read as another, nor as anything that only resembles its sound: 四点 is not 三点.
    """
    if heard == meant:
        return 0.0
    numerals = (heard in _NUMERALS) + (meant in _NUMERALS)
    if numerals == 2:
        return None
    best: float | None = None
    for mine in readings(heard):
        for theirs in readings(meant):
            if numerals and mine.base != theirs.base:
                continue
            cost = _syllable_cost(mine, theirs, costs)
            if cost is not None and (best is None or cost < best):
                best = cost
    return best


def _syllable_cost(mine: Syllable, theirs: Syllable, costs: Costs) -> float | None:
    if mine.base == theirs.base:
        return costs.tone
    if coarse(mine) == coarse(theirs):
        return costs.merged
    if mine.final == theirs.final or (mine.initial and mine.initial == theirs.initial):
        return costs.near
    return None


@dataclass(frozen=True, slots=True)
class _Path:
    score: float
    last: str
    text: str


def repair(
    text: str,
    sureness: Sequence[float] = (),
    costs: Costs | None = None,
    *,
    terms: tuple[str, ...] = (),
) -> str:
    """`text` with same-sounding characters replaced where the language of service lines asks for it.

    `sureness`: the engine's probability of each character, one a character; empty where it is not known.
    `terms`: words of the call's queue, which no dictionary need know. Only
    Chinese characters change, and never numbers; length, digits, letters and punctuation stay.
    """
    chosen = costs or Costs()
    sure = list(sureness) if len(sureness) == len(text) else [1.0] * len(text)
    out: list[str] = []
    at = 0
    for between in _BETWEEN.finditer(text + "\0"):
        words, stop = text[at : between.start()], between.start()
        if words:
            out.append(_run(words, tuple(round(s, 1) for s in sure[at:stop]), chosen, terms))
        out.append(between.group())
        at = between.end()
    return "".join(out)[:-1]


@functools.lru_cache(maxsize=4096)
def _run(heard: str, sure: tuple[float, ...], costs: Costs, terms: tuple[str, ...]) -> str:
    """Best path through one run of Chinese characters."""
    known, own = lexicon(), term_lexicon(terms)
    weights = [costs.unsure + (1 - costs.unsure) * chance for chance in sure]
    sounds = [tuple(dict.fromkeys(coarse(s) for s in readings(c))) for c in heard]
    ends: list[dict[str, _Path]] = [{} for _ in range(len(heard) + 1)]
    ends[0][START] = _Path(0.0, START, "")
    for at in range(len(heard)):
        paths = sorted(ends[at].values(), key=lambda path: -path.score)[: costs.beam]
        for word, cost in _candidates(heard, sounds, weights, at, known, own, costs):
            _extend(ends[at + len(word)], paths, word, cost, known, own, costs)
    return max(ends[-1].values(), key=lambda path: path.score).text


def _extend(
    cell: dict[str, _Path],
    paths: list[_Path],
    word: str,
    cost: float,
    known: Lexicon,
    own: Lexicon,
    costs: Costs,
) -> None:
    least = own.unigram.get(word, -math.inf)
    for path in paths:
        score = path.score - cost + costs.language * max(least, known.log_probability(word, path.last))
        old = cell.get(word)
        if old is None or score > old.score:
            cell[word] = _Path(score, word, path.text + word)


def _candidates(
    heard: str,
    sounds: list[tuple[str, ...]],
    weights: list[float],
    at: int,
    known: Lexicon,
    own: Lexicon,
    costs: Costs,
) -> list[tuple[str, float]]:
    """Words that may begin at `at`, each with its sound cost."""
    found: dict[str, float] = {heard[at]: 0.0}
    longest = max(MAX_WORD, *map(len, own.unigram)) if own.unigram else MAX_WORD
    for length in range(1, min(longest, len(heard) - at) + 1):
        part, weight = heard[at : at + length], weights[at : at + length]
        key = tuple(options[0] if options else "" for options in sounds[at : at + length])
        words = [*known.by_sound.get(key, ()), *own.by_sound.get(key, ())]
        if length > 1:
            holes = [(*key[:hole], None, *key[hole + 1 :]) for hole in range(length)]
            words += [w for h in holes for lex in (known, own) for w in lex.by_hole.get(h, ())]
            if part in known.unigram or part in own.unigram:
                words.append(part)
        for word in words:
            if length == 1 and word in _NUMERALS:
                continue  # 是 before a number is not 十
            cost = _word_cost(part, word, weight, costs)
            if cost is not None and cost < found.get(word, 1e9):
                found[word] = cost
    return list(found.items())


def _word_cost(heard: str, meant: str, weights: list[float], costs: Costs) -> float | None:
    total = 0.0
    for mine, theirs, weight in zip(heard, meant, weights, strict=True):
        cost = sound_cost(mine, theirs, costs)
        if cost is None:
            return None
        total += cost * weight
    return total
