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

ACCEPTED = 0.75
"""Likelihood from which a phrase counts as said without second listening (see docs/hearing.md)."""
DOUBTED = 0.2
"""Likelihood from which second listening is worth its cost."""
OTHER_NUMBER_MAX = 0.5
"""Most that a phrase can reach by the text where another numeral was heard: 百分之一 is not 百分之五."""
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
    if other_number(form.text, line.text, steps):
        chance = min(chance, OTHER_NUMBER_MAX)
    return Candidate(line, form, first, end, chance, _same(steps))


def _same(steps: Sequence[Step]) -> bool:
    return all(s.distance == 0 for s in steps)
