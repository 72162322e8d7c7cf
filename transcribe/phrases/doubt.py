"""What the text leaves in doubt is put to second listening."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from recorder.types import Role
from transcribe.phrases.hits import make_hit
from transcribe.phrases.overlap import overlap
from transcribe.phrases.proof import PhraseProver, ProofScore, Question
from transcribe.phrases.similar import Candidate
from transcribe.phrases.stream import detail
from transcribe.types import Hit, MatchKind

PROOFS_MIN = 60
PROOFS_A_MINUTE = 20
"""Second listenings in one call at most, whichever is more; the likeliest candidates come first."""
TEXT_WEIGHT = 0.65
"""What the text's log odds count for beside the sound; fitted with the next two on 395 candidates."""
PROOF_WEIGHT = 0.3
"""What one nat of acoustic evidence adds to the log odds."""
PROOF_EVEN = -7.7
"""Ratio at which the sound speaks neither for nor against the phrase: what was first heard was the
likeliest of all texts, so that the phrase starts behind."""
PROVED = 1.7
"""Log odds, text and sound together, from which a phrase counts as said."""
_WINDOW_S = 15.0
_STEP_S = 5.0
"""Longer turns are heard again in windows that begin and end at whole steps, so that windows recur."""

_Doubt = tuple[Candidate, Hit]


def similar_hit(candidate: Candidate) -> Hit:
    """The hit of a candidate that the text alone makes certain enough."""
    match = MatchKind.SOUND if candidate.same_sound else MatchKind.SIMILAR
    return _hit(candidate, match, candidate.likelihood)


def proved(doubts: Iterable[Candidate], hits: Sequence[Hit], prover: PhraseProver) -> list[Hit]:
    """Hits for those doubtful candidates that the sound bears out, `hits` being found already.

    The likeliest candidates of different places are asked together; others of a place, where it was refused.
    Those beyond the number of questions stand where the text alone suffices.
    """
    known: dict[tuple[str, Role], list[Hit]] = {}
    for hit in hits:
        known.setdefault((hit.group, hit.role), []).append(hit)
    waiting = [(c, _hit(c, MatchKind.ACOUSTIC, c.likelihood)) for c in sorted(doubts, key=_likeliest)]
    most = max(PROOFS_MIN, round(PROOFS_A_MINUTE * max((h.end_s for _, h in waiting), default=0.0) / 60))
    found: list[Hit] = []
    asked: set[tuple[str, int, int]] = set()
    while waiting and len(asked) < most:
        now, waiting = _next_round(waiting, known, asked, most)
        answers = prover.prove([_question(candidate) for candidate, _ in now])
        for (candidate, hit), answer in zip(now, answers, strict=True):
            said = _settled(candidate, hit, answer)
            if said is not None:
                found.append(said)
                known.setdefault((hit.group, hit.role), []).append(said)
    clear = [(c, hit) for c, hit in waiting if c.suffices(soundless=True)]
    by_text, _ = _next_round(clear, known, asked, most + len(clear))
    return found + [similar_hit(candidate) for candidate, _ in by_text]


def _next_round(
    waiting: list[_Doubt],
    known: Mapping[tuple[str, Role], list[Hit]],
    asked: set[tuple[str, int, int]],
    most: int,
) -> tuple[list[_Doubt], list[_Doubt]]:
    """Whom to ask now (noted in `asked`), and who may be asked later."""
    now: list[_Doubt] = []
    later: list[_Doubt] = []
    for candidate, hit in waiting:
        question = (hit.phrase_id, hit.utterance, hit.start_char)
        there = known.get((hit.group, hit.role), ())
        if question in asked or any(overlap(hit, other) for other in there):
            continue
        beside = any(hit.phrase_id == other.phrase_id and overlap(hit, other) for _, other in now)
        if beside or len(asked) >= most:
            later.append((candidate, hit))
        else:
            asked.add(question)
            now.append((candidate, hit))
    return now, later


def _likeliest(candidate: Candidate) -> float:
    return -candidate.likelihood


def _question(candidate: Candidate) -> Question:
    """The whole turn, once as heard, once with the phrase in its place.

    Sound around the phrase is in the window anyway; only a text that accounts for all of it is fairly
    scored.
    """
    start_s, end_s, before, after = _surroundings(candidate)
    line = candidate.stream
    heard = before + line.heard(candidate.start, candidate.end) + after
    wanted = before + candidate.form.phrase.text + after
    return Question(line.role, start_s, end_s, heard, wanted)


def _surroundings(candidate: Candidate) -> tuple[float, float, str, str]:
    """Window of second listening, seconds, and what was heard in it before and after the place."""
    line, last = candidate.stream, candidate.end - 1
    owners = range(line.owner[candidate.start], line.owner[last] + 1)
    turns = [line.utterances[i] for i in owners]
    start_s, end_s = turns[0].start_s, turns[-1].end_s
    if end_s - start_s > _WINDOW_S:
        at_s, until_s = line.start_s(candidate.start), line.end_s(last)
        start_s = max(start_s, math.floor((at_s - 1.0) / _STEP_S) * _STEP_S)
        end_s = min(end_s, math.ceil((until_s + 1.0) / _STEP_S) * _STEP_S)
    place, place_end = line.origin[candidate.start][0], line.origin[last][1]
    first, final = detail(turns[0]), detail(turns[-1])
    before = "".join(c for i, c in enumerate(turns[0].heard[:place]) if first.start_s(i) >= start_s)
    rest = enumerate(turns[-1].heard[place_end:], place_end)
    return start_s, end_s, before, "".join(c for i, c in rest if final.end_s(i) <= end_s)


def _settled(candidate: Candidate, hit: Hit, answer: ProofScore | None) -> Hit | None:
    """The hit once the sound was asked; by the text alone where the sound could not be judged."""
    if answer is None:
        return similar_hit(candidate) if candidate.suffices(soundless=True) else None
    likelihood = together(candidate.likelihood, answer)
    return None if likelihood is None else replace(hit, score=likelihood, acoustic=answer.total_llr)


def together(text: float, score: ProofScore) -> float | None:
    """Likelihood by text and sound; None where both together do not suffice."""
    odds = TEXT_WEIGHT * math.log(text / (1 - text)) + PROOF_WEIGHT * (score.total_llr - PROOF_EVEN)
    return 1 / (1 + math.exp(-min(odds, 30.0))) if odds >= PROVED else None


def _hit(candidate: Candidate, match: MatchKind, score: float) -> Hit:
    c = candidate
    return make_hit(c.stream, c.form.phrase, c.start, c.end, match=match, score=score)
