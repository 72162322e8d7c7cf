"""What a learned model sees of a call: character n-grams by role, and a few measurements of the sound."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recorder.types import Role
from scoring.types import Conversation
from transcribe.types import Utterance

Matrix = NDArray[np.float64]
LENGTHS = (1, 2, 3)
"""Characters in a gram: words of Chinese are mostly one to three characters, and need no splitting."""
MOST_GRAMS = 20_000
LEAST_CALLS = 2
"""A gram heard in fewer calls is left out: it could only be learned by heart."""
SOUNDS = (
    "dead_air_s",
    "dead_airs",
    "agent_interruptions",
    "agent_talk_share",
    "agent_speech_rate",
    "duration_s",
)


def grams(utterance: Utterance) -> Counter[str]:
    """Counts of an utterance's grams, marked by role; punctuation is left out, digits are all alike."""
    text = re.sub(r"\d", "0", re.sub(r"[\W_]+", "", utterance.text.lower()))
    mark = utterance.role.value[:1]
    return Counter(
        f"{mark}{text[start : start + length]}"
        for length in LENGTHS
        for start in range(len(text) - length + 1)
    )


def sounds(conversation: Conversation) -> list[float]:
    """The measurements of `SOUNDS`, nan where one was not taken."""
    heard = conversation.acoustics
    return [
        sum(span.duration_s for span in heard.dead_air),
        float(len(heard.dead_air)),
        float(sum(overlap.interrupter is Role.AGENT for overlap in heard.overlaps)),
        heard.talk_share.get(Role.AGENT, float("nan")),
        heard.speech_rate.get(Role.AGENT, float("nan")),
        conversation.transcript.duration_s,
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Where calls are placed: a gram a column, then a measurement a column."""

    columns: Mapping[str, int]
    idf: Matrix
    """Inverse document frequency of each gram."""
    centre: Matrix
    """Mean of each measurement, and its spread, over the calls learned from."""
    scale: Matrix

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.idf) + len(SOUNDS)

    def place(self, calls: Sequence[Conversation]) -> csr_matrix:
        """One row a call: TF-IDF of unit length, then standardised measurements (0 where not taken)."""
        rows = [self.row([grams(u) for u in call.utterances]) for call in calls]
        measured = self.measured(calls)
        words, sizes = len(self.idf), [len(positions) + len(SOUNDS) for positions, _ in rows]
        indices = np.concatenate([np.r_[positions, words + np.arange(len(SOUNDS))] for positions, _ in rows])
        values = np.concatenate([np.r_[row[1], measured[n]] for n, row in enumerate(rows)])
        return csr_matrix((values, indices, np.r_[0, np.cumsum(sizes)]), shape=(len(calls), self.width))

    def row(self, spoken: Iterable[Counter[str]]) -> tuple[NDArray[np.int64], Matrix]:
        """Positions and values of the grams of several utterances together, of unit length."""
        positions, values = self.weigh(sum(spoken, Counter()))
        length = float(np.linalg.norm(values))
        return positions, values / length if length else values

    def weigh(self, counted: Counter[str]) -> tuple[NDArray[np.int64], Matrix]:
        """Positions and TF-IDF values of counted grams, not yet of unit length."""
        known = [(self.columns[gram], count) for gram, count in counted.items() if gram in self.columns]
        positions = np.array([place for place, _ in known], dtype=np.int64)
        return positions, np.array([count for _, count in known], dtype=np.float64) * self.idf[positions]

    def measured(self, calls: Sequence[Conversation]) -> Matrix:
        """Standardised measurements, one row a call."""
        raw = (np.array([sounds(call) for call in calls], dtype=np.float64) - self.centre) / self.scale
        return np.clip(np.nan_to_num(raw), -3, 3) / 3


def space_of(calls: Sequence[Conversation]) -> Space:
    """The space of the calls learned from."""
    heard_in: Counter[str] = Counter()
    for call in calls:
        heard_in.update(set().union(*(grams(u) for u in call.utterances)))
    frequent = sorted(
        ((-count, gram) for gram, count in heard_in.items() if count >= LEAST_CALLS), key=lambda pair: pair
    )
    kept = sorted(gram for _, gram in frequent[:MOST_GRAMS])
    counts = np.array([heard_in[gram] for gram in kept], dtype=np.float64)
    raw = np.array([sounds(call) for call in calls], dtype=np.float64)
    missing = np.isnan(raw).all(axis=0)
    raw[:, missing] = 0.0
    spread = np.nanstd(raw, axis=0)
    return Space(
        columns={gram: n for n, gram in enumerate(kept)},
        idf=np.log((1 + len(calls)) / (1 + counts)) + 1,
        centre=np.nanmean(raw, axis=0),
        scale=np.where(spread > 0, spread, 1.0),
    )
