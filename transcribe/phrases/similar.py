"""Phrases that nearly sound like what was heard: places from the table, judged one by one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from transcribe.phrases.dense import Dense, Near
from transcribe.phrases.evidence import likelihood, measure, other_number
from transcribe.phrases.patterns import Form, counts_for
from transcribe.phrases.stream import Stream
from transcribe.phrases.trace import Step, banded, covered, straight
from transcribe.phrases.words import is_common_word
from transcribe.types import PhraseKind

ACCEPTED = 0.7
"""Likelihood from which a phrase counts as said where only the text can be asked (see docs/hearing.md)."""
CERTAIN = 0.8
"""Likelihood from which the sound need not be asked though it could be: half of all false finds by text
lie between the two."""
ACCEPTED_FORBIDDEN = 0.85
"""The same for forbidden speech: accusing wrongly is worse than asking the sound once more."""
DOUBTED = 0.2
"""Likelihood from which second listening is worth its cost."""
UNSURE_MAX = 0.5
"""Most that a phrase can reach by the text alone where something speaks against it besides its sound:
another numeral (百分之一 is not 百分之五), a sentence that ends inside it, or a word torn apart at its edge
(什么事 in 什么时候)."""
_SHORT = 5
"""Longer phrases have enough sound of their own to tear a word."""
_GAP = "\n"
"""Between streams: a sound like no other."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A form at a place of a stream."""

    stream: Stream
    form: Form
    start: int
    end: int
    likelihood: float
    same_sound: bool

    def suffices(self, *, soundless: bool) -> bool:
        """Whether the text is enough; `soundless` where second listening cannot be had."""
        forbidden = self.form.phrase.kind is PhraseKind.FORBIDDEN
        least = ACCEPTED if soundless else CERTAIN
        return self.likelihood >= (ACCEPTED_FORBIDDEN if forbidden else least)


def candidates(
    dense: Dense, forms: Sequence[Form], lines: Sequence[Stream], *, doubtful: bool
) -> Iterator[Candidate]:
    """Places where a form may have been said but does not stand by its characters.

    Only those with at least `ACCEPTED` likelihood, or `DOUBTED` where `doubtful` ones are wanted too; in
    no particular order. One place may appear more than once with different ends.
    """
    least = DOUBTED if doubtful else ACCEPTED
    starts = [0, *accumulate(len(s.spoken) + 1 for s in lines)]
    for near in dense.near(_GAP.join(s.spoken for s in lines), wide=doubtful):
        at = bisect_right(starts, near.start) - 1
        line, form = lines[at], forms[near.form]
        if counts_for(form.phrase, line.role):
            found = _judge(line, form, near, near.start - starts[at])
            if found is not None and found.likelihood >= least:
                yield found


def _judge(line: Stream, form: Form, near: Near, start: int) -> Candidate | None:
    n = len(form.text)
    if near.shifted:
        steps = banded(form.spoken, line.spoken, start)
    elif start + n > len(line.text) or line.text[start : start + n] == form.text:
        return None
    else:
        steps = straight(form.spoken, line.spoken, start)
    first, end = covered(steps)
    if end - first < 2 or line.text[first:end] == form.text:
        return None
    chance = likelihood(measure(form.text, line.text, steps, line.probability))
    if chance > UNSURE_MAX and (
        other_number(form.text, line.text, steps)
        or line.sentence_ends(first, end)
        or (len(form.text) <= _SHORT and _torn(line, form, steps, first, end))
    ):
        chance = UNSURE_MAX
    return Candidate(line, form, first, end, chance, _same(steps))


def _same(steps: Sequence[Step]) -> bool:
    return all(s.distance == 0 for s in steps)


def _torn(line: Stream, form: Form, steps: Sequence[Step], first: int, end: int) -> bool:
    """Whether a differing character at an edge makes an everyday word with its neighbour outside."""
    text = line.text
    differs_first = text[first] != form.text[0] and steps[0].heard is not None
    differs_last = text[end - 1] != form.text[-1] and steps[-1].heard is not None
    before = differs_first and line.adjoins(first - 1) and is_common_word(text[first - 1 : first + 1])
    return before or (differs_last and line.adjoins(end - 1) and is_common_word(text[end - 1 : end + 1]))
