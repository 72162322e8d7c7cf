"""What the text leaves in doubt is put to second listening."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from transcribe.phrases.hits import make_hit
from transcribe.phrases.overlap import overlap
from transcribe.phrases.proof import PhraseProver, ProofScore
from transcribe.phrases.similar import Candidate
from transcribe.types import Hit, MatchKind

PROOFS_MAX = 80
"""Second listenings in one call; the likeliest candidates come first."""
PROOF_WEIGHT = 2.0
"""What one nat a token of acoustic evidence adds to the log odds of the text."""
PROVED = 1.1
"""Log odds, text and sound together, from which a phrase counts as said."""


def similar_hit(candidate: Candidate) -> Hit:
    """The hit of a candidate that the text alone makes certain enough."""
    match = MatchKind.SOUND if candidate.same_sound else MatchKind.SIMILAR
    return _hit(candidate, match, candidate.likelihood)


def proved(doubts: Iterable[Candidate], hits: Sequence[Hit], prover: PhraseProver) -> list[Hit]:
    """Hits for those doubtful candidates that the sound bears out, `hits` being found already."""
    certain: dict[str, list[Hit]] = {}
    for hit in hits:
        certain.setdefault(hit.phrase_id, []).append(hit)
    found: list[Hit] = []
    asked = 0
    for candidate in sorted(doubts, key=lambda c: -c.likelihood):
        hit = _hit(candidate, MatchKind.ACOUSTIC, candidate.likelihood)
        known = certain.setdefault(hit.phrase_id, [])
        if any(overlap(hit, other) for other in known):
            continue
        if asked == PROOFS_MAX:
            break
        asked += 1
        score = prover.prove(hit.role, hit.start_s, hit.end_s, hit.heard, candidate.form.phrase.text)
        likelihood = _together(candidate.likelihood, score)
        if score is not None and likelihood is not None:
            known.append(hit)
            found.append(replace(hit, score=likelihood, start_s=score.start_s, end_s=score.end_s))
    return found


def _together(text: float, score: ProofScore | None) -> float | None:
    """Likelihood by text and sound; None where both together do not suffice."""
    if score is None:
        return None
    odds = math.log(text / (1 - text)) + PROOF_WEIGHT * score.llr
    return 1 / (1 + math.exp(-min(odds, 30.0))) if odds >= PROVED else None


def _hit(candidate: Candidate, match: MatchKind, score: float) -> Hit:
    c = candidate
    return make_hit(c.stream, c.form.phrase, c.start, c.end, match=match, score=score)
