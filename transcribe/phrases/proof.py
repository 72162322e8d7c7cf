"""What second listening has to offer: how well a phrase explains a stretch of sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from recorder.types import Role


@dataclass(frozen=True, slots=True)
class Question:
    """Was it `wanted` that `role` said in `start_s`..`end_s`, where `heard` was written?"""

    role: Role
    start_s: float
    end_s: float
    heard: str
    wanted: str


@dataclass(frozen=True, slots=True)
class ProofScore:
    """Answer of a second listening."""

    llr: float
    """Log likelihood ratio, nats a token: the phrase in its place against what was first heard. 0 is even."""
    start_s: float
    """Where the phrase starts in the call by the sound itself."""
    end_s: float
    total_llr: float = 0.0
    """The same ratio summed over the whole text, nats. The text first heard is the likeliest the network
    found, so that even a phrase truly said seldom comes much above 0."""


class PhraseProver(Protocol):
    """Scores phrases against the sound of one call."""

    def prove(self, questions: Sequence[Question]) -> Sequence[ProofScore | None]:
        """An answer a question, in their order; None where the sound cannot be judged (out of range)."""
        ...
