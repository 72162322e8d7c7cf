"""A learned criterion: an answer with its probability and the utterances that weighed most, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.agreement import Agreement
from scoring.averages import Proportion
from scoring.learn.features import Space, grams
from scoring.suggest import Measured
from scoring.types import Answer, Conversation, Evidence

Matrix = NDArray[np.float64]
SURE = 0.7
"""Below this probability nothing is suggested."""
MOST_EVIDENCE = 3


@dataclass(frozen=True, slots=True)
class CrossValidated:
    """How well calls were answered that the model had not seen."""

    n: int
    answers: Mapping[str, int]
    """How often people gave each answer."""
    kappa: Agreement
    measured: Measured
    """Calls answered alike, of all."""
    majority: float
    """Share that always giving the most frequent answer would have got right."""
    sure: Proportion | None
    """Answered alike among those the model would have suggested; None where it would have suggested none."""
    suggested: float
    """Share of calls with a suggestion."""

    @property
    def useful(self) -> bool:
        """True where agreement is surely better than chance, its interval being above 0."""
        return self.kappa.low is not None and self.kappa.low > 0


@dataclass(frozen=True, slots=True)
class Learned:
    """One suggestion of a learned model."""

    answer: Answer
    """With evidence: the utterances that weighed most for it."""
    probability: float
    version: str


@dataclass(frozen=True, slots=True, eq=False)
class LearnedModel:
    """A linear model over `Space` with calibrated probabilities. Never changes; its version names it."""

    criterion: str
    classes: tuple[str, ...]
    """Option keys."""
    space: Space
    weights: Matrix
    """One row a class."""
    offsets: Matrix
    slopes: Matrix
    """Platt: probability of a class is 1 / (1 + exp(−(slope · score + shift))), then made to sum to 1."""
    shifts: Matrix
    version: str
    """SHA-256 of what it was learned from; the same data give the same version."""
    checked: CrossValidated

    def probabilities(self, conversation: Conversation) -> dict[str, float]:
        """Probability of each option."""
        placed = self.space.place([conversation])
        scores = np.asarray(placed @ self.weights.T).ravel() + self.offsets
        return dict(
            zip(self.classes, calibrated(scores[None, :], self.slopes, self.shifts)[0].tolist(), strict=True)
        )

    def suggest(self, conversation: Conversation, *, sure: float = SURE) -> Learned | None:
        """The likeliest answer with its evidence.

        None below `sure`, and none where no utterance speaks for the answer: then there is no evidence.
        """
        chances = self.probabilities(conversation)
        best = max(chances, key=lambda option: chances[option])
        evidence = self._evidence(conversation, self.classes.index(best))
        if chances[best] < sure or not evidence:
            return None
        return Learned(Answer(self.criterion, (best,), evidence=evidence), chances[best], self.version)

    def _evidence(self, conversation: Conversation, option: int) -> tuple[Evidence, ...]:
        """The utterances that add most to an option's score, against the mean of the options, best first.

        A linear score is the sum of what each utterance adds, so this is exact.
        """
        lean = self.weights[option] - self.weights.mean(axis=0)
        spoken = [(u, *self.space.weigh(grams(u))) for u in conversation.utterances]
        added = [(float(values @ lean[positions]), u) for u, positions, values in spoken]
        speaking = sorted((pair for pair in added if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].index))
        source = f"learned:{self.version[:12]}"
        return tuple(
            Evidence(u.start_s, u.end_s, u.role, u.text, source) for _, u in speaking[:MOST_EVIDENCE]
        )


def calibrated(scores: Matrix, slopes: Matrix, shifts: Matrix) -> Matrix:
    """Probabilities of scores, one row a call, one column a class (J. Platt, 1999; one against the rest)."""
    raw = 1 / (1 + np.exp(-np.clip(scores * slopes + shifts, -50, 50)))
    return np.asarray(raw / raw.sum(axis=1, keepdims=True), dtype=np.float64)
