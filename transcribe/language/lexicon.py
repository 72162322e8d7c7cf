"""Words by sound: a general dictionary with frequencies and the vocabulary of service lines.

General words and their frequencies are jieba's dictionary; the service vocabulary, and which word follows
which, is counted in the texts of `service/`, sentences written for this project.
"""

from __future__ import annotations

import functools
import importlib.resources
import importlib.util
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from transcribe.script import is_han
from transcribe.sound.syllables import Syllable, readings

MAX_WORD = 6
"""Characters in the longest word considered."""
_MIN_FREQUENCY = 8
_MERGED_INITIAL = {"zh": "z", "ch": "c", "sh": "s", "n": "l"}
START = "<s>"
_DOMAIN_SHARE = 0.85
_PAIR_SHARE = 0.6
_TERM_LOG = -7.5
"""Log probability of a queue's word."""
_BREAK = re.compile(r"[^\u4e00-\u9fff]+")


def coarse(syllable: Syllable) -> str:
    """Spelling with the confusions of telephone Mandarin merged: zh/z, ch/c, sh/s, n/l, -ng/-n."""
    final = syllable.final
    if final.endswith("ng") and final != "ong":
        final = final[:-1]
    return _MERGED_INITIAL.get(syllable.initial, syllable.initial) + final


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by coarse sound with their log probabilities."""

    by_sound: dict[tuple[str, ...], tuple[str, ...]]
    """Words of a coarse spelling, the most frequent first."""
    by_hole: dict[tuple[str | None, ...], tuple[str, ...]]
    """Service words of two or more characters by their coarse spelling with one syllable left open."""
    unigram: dict[str, float]
    """Log probability of a word."""
    pairs: dict[tuple[str, str], float]
    """Log probability of a word after another, where the service sentences hold the pair."""
    back_off: dict[str, float]
    """Log weight of the unigram after a word that the service sentences hold."""
    floor: float
    """Log probability of a character no dictionary knows."""

    def log_probability(self, word: str, before: str) -> float:
        """Log probability of `word` after `before` (interpolated bigram)."""
        found = self.pairs.get((before, word))
        if found is not None:
            return found
        single = self.unigram.get(word, self.floor * len(word))
        return single + self.back_off.get(before, 0.0)


def _spellings(word: str) -> list[tuple[str, ...]]:
    """Coarse spellings of a word, at most eight where characters have several readings."""
    options = [tuple(dict.fromkeys(coarse(s) for s in readings(c))) for c in word]
    if not all(options):
        return []
    return [tuple(found) for _, found in zip(range(8), product(*options), strict=False)]


def _general() -> dict[str, int]:
    """Han words of jieba's dictionary with their counts; read as a file, so that nothing of it runs."""
    spec = importlib.util.find_spec("jieba")
    if spec is None or spec.origin is None:
        return {}
    found = {}
    with Path(spec.origin).with_name("dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count, *_ = line.split(" ")
            if len(word) <= MAX_WORD and int(count) >= _MIN_FREQUENCY and all(map(is_han, word)):
                found[word] = int(count)
    return found


def segmented(clause: str, general: dict[str, int], total: float) -> list[str]:
    """The most probable words of a clause by general frequency; unknown characters stand alone.

    `total`: logarithm of the sum of all frequencies.
    """
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(clause) + 1):
        options = (
            (best[start][0] + math.log(general.get(clause[start:end], 0) or 0.5) - total, start)
            for start in range(max(0, end - MAX_WORD), end)
            if end - start == 1 or clause[start:end] in general
        )
        best.append(max(options))
    words, end = [], len(clause)
    while end:
        start = best[end][1]
        words.append(clause[start:end])
        end = start
    return words[::-1]


def service_lines(names: Collection[str] | None = None) -> list[str]:
    """Lines of the service sentences, one or more sentences each: of these files, or of all."""
    folder = importlib.resources.files("transcribe.language").joinpath("service")
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    texts = [f.read_text(encoding="utf-8") for f in found if names is None or f.name[:-4] in names]
    return [line for text in texts for line in text.splitlines() if line and not line.startswith("#")]


def sentences() -> list[str]:
    """Clauses of the service sentences, Han characters only."""
    return [clause for line in service_lines() for clause in _BREAK.split(line) if clause]


def _counted(clauses: list[str], general: dict[str, int]) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    words: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    total = math.log(sum(general.values()) + 1)
    for clause in clauses:
        before = START
        for word in segmented(clause, general, total):
            words[word] += 1
            pairs[before, word] += 1
            before = word
    return words, pairs


@functools.lru_cache(maxsize=64)
def term_lexicon(terms: tuple[str, ...]) -> Lexicon:
    """Only these words (a queue's), each as probable as one that the service sentences hold a few times."""
    known = Counter({term: 1 for term in terms if len(term) > 1 and all(map(is_han, term))})
    unigram = dict.fromkeys(known, _TERM_LOG)
    return Lexicon(*_indexes(unigram, known), unigram, {}, {}, 0.0)


@functools.cache
def lexicon() -> Lexicon:
    """The lexicon, built once a process (about two seconds)."""
    general = _general()
    words, pairs = _counted(sentences(), general)
    general_total, domain_total = sum(general.values()), sum(words.values())
    unigram = {w: math.log((1 - _DOMAIN_SHARE) * n / general_total) for w, n in general.items()}
    for word, count in words.items():
        share = (1 - _DOMAIN_SHARE) * general.get(word, 0) / general_total
        unigram[word] = math.log(share + _DOMAIN_SHARE * count / domain_total)
    contexts: Counter[str] = Counter()
    for (before, _), count in pairs.items():
        contexts[before] += count
    pair_logs = {
        (before, word): math.log(
            _PAIR_SHARE * count / (contexts[before] + 2) + (1 - _PAIR_SHARE) * math.exp(unigram[word])
        )
        for (before, word), count in pairs.items()
    }
    return Lexicon(
        *_indexes(unigram, words),
        unigram,
        pair_logs,
        {before: math.log(1 - _PAIR_SHARE * n / (n + 2)) for before, n in contexts.items()},
        math.log(0.5 / general_total),
    )


def _indexes(
    unigram: dict[str, float], service: Counter[str]
) -> tuple[dict[tuple[str, ...], tuple[str, ...]], dict[tuple[str | None, ...], tuple[str, ...]]]:
    by_sound: dict[tuple[str, ...], list[str]] = defaultdict(list)
    by_hole: dict[tuple[str | None, ...], list[str]] = defaultdict(list)
    for word in sorted(unigram, key=unigram.__getitem__, reverse=True):
        spelled = _spellings(word)
        for spelling in spelled:
            by_sound[spelling].append(word)
        if word in service and len(word) > 1:
            for spelling in spelled:
                for hole in range(len(word)):
                    by_hole[(*spelling[:hole], None, *spelling[hole + 1 :])].append(word)
    return (
        {key: tuple(found[:12]) for key, found in by_sound.items()},
        {key: tuple(dict.fromkeys(found)) for key, found in by_hole.items()},
    )
