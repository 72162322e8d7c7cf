"""What a change of form or rules would do to calls already judged, before anyone is affected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from scoring.arithmetic import score
from scoring.averages import Average, Observation, average
from scoring.rubric.changes import change_in_words, diff
from scoring.suggest import same_answer
from scoring.types import Answer, Criterion, CriterionKind, Rubric, Score

SHIFT_BOUNDS = (-100.0, 100.0)


class FlipReason(StrEnum):
    """Why a criterion is answered otherwise."""

    ANSWER = "answer"
    """Rules answer otherwise, or answer where they did not."""
    NO_ANSWER = "no_answer"
    """There was an answer and now is none."""
    REMOVED = "removed"
    """The new form does not ask."""
    ADDED = "added"
    """The old form did not ask."""


@dataclass(frozen=True, slots=True)
class Case:
    """One stored call with its answers under the present form and rules, and under the draft's."""

    call_id: str
    agent: str
    before: tuple[Answer, ...]
    after: tuple[Answer, ...]
    call_data: Mapping[str, str] = field(default_factory=dict)
    probability: float = 1.0
    """Chance of having been sampled; 1 where all calls are judged."""


@dataclass(frozen=True, slots=True)
class Flip:
    """One answer that changes. An answer that is None was not given."""

    criterion: str
    title: str
    reason: FlipReason
    before: Answer | None
    after: Answer | None


@dataclass(frozen=True, slots=True)
class CallChange:
    """One call before and after."""

    call_id: str
    agent: str
    before: Score
    after: Score
    flips: tuple[Flip, ...]

    @property
    def shift(self) -> Decimal | None:
        """Points up (or down, negative); None where either cannot be scored."""
        return self.after.total - self.before.total if self.before.scorable and self.after.scorable else None

    @property
    def changes(self) -> bool:
        """True where the total or a veto changes; answers that flip without that are counted in `flips`."""
        return _figures(self.before) != _figures(self.after)


@dataclass(frozen=True, slots=True)
class Shift:
    """Averages of calls that can be scored both ways, and of their own differences."""

    before: Average
    after: Average
    change: Average
    """Call by call, so that its interval is of the change and not of the calls."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The whole preview."""

    form_changes: tuple[str, ...]
    """What differs in the form, in words."""
    calls: tuple[CallChange, ...]
    whole: Shift | None
    """None where no call can be scored both ways."""
    agents: Mapping[str, Shift]
    flips: Mapping[str, int]
    """How many calls flip, by criterion."""
    new_vetoes: int
    """Calls that were not vetoed and would be."""
    lifted_vetoes: int

    @property
    def changed(self) -> tuple[CallChange, ...]:
        """Calls that change, the largest shift first."""
        found = [call for call in self.calls if call.changes]
        return tuple(sorted(found, key=lambda call: (-abs(call.shift or Decimal(0)), call.call_id)))


def what_if(old: Rubric, new: Rubric, cases: Iterable[Case]) -> WhatIf:
    """Score every case both ways. Raises `AnswerInvalid` where answers do not fit their form."""
    listed = list(cases)
    calls = tuple(change_of(old, new, case) for case in listed)
    by_agent: dict[str, list[tuple[Case, CallChange]]] = defaultdict(list)
    for case, call in zip(listed, calls, strict=True):
        by_agent[case.agent].append((case, call))
    shifts = {agent: _shift(pairs) for agent, pairs in sorted(by_agent.items())}
    flips: dict[str, int] = defaultdict(int)
    for call in calls:
        for flip in call.flips:
            flips[flip.criterion] += 1
    return WhatIf(
        form_changes=tuple(change_in_words(change) for change in diff(old, new)),
        calls=calls,
        whole=_shift(list(zip(listed, calls, strict=True))),
        agents={agent: shift for agent, shift in shifts.items() if shift is not None},
        flips=dict(sorted(flips.items(), key=lambda pair: (-pair[1], pair[0]))),
        new_vetoes=sum(bool(c.after.vetoes) and not c.before.vetoes for c in calls),
        lifted_vetoes=sum(bool(c.before.vetoes) and not c.after.vetoes for c in calls),
    )


def carried(
    old: Rubric, new: Rubric, answers: Iterable[Answer]
) -> tuple[tuple[Answer, ...], tuple[str, ...]]:
    """Human answers taken over to another version of their form, and the criteria that need a new answer.

    An answer is carried where the criterion still is of the same kind and still has what was chosen.
    """
    kept: list[Answer] = []
    lost: list[str] = []
    before = {c.key: c for c in old.criteria}
    after = {c.key: c for c in new.criteria}
    for answer in answers:
        target = after.get(answer.criterion)
        if target is not None and before[answer.criterion].kind is target.kind and _fits(target, answer):
            kept.append(answer)
        else:
            lost.append(answer.criterion)
    return tuple(kept), tuple(lost)


def _figures(found: Score) -> tuple[object, ...]:
    return found.total, found.scorable, found.vetoes


def _fits(criterion: Criterion, answer: Answer) -> bool:
    if answer.not_applicable:
        return criterion.not_applicable_allowed
    if criterion.kind is CriterionKind.NUMBER:
        return any(
            answer.number is not None
            and (o.low is None or answer.number >= o.low)
            and (o.high is None or answer.number < o.high)
            for o in criterion.options
        )
    return {option.key for option in criterion.options} >= set(answer.options)


def change_of(old: Rubric, new: Rubric, case: Case) -> CallChange:
    """One case both ways. Raises `AnswerInvalid` where answers do not fit their form."""
    before, after = (
        score(form, said, case.call_data) for form, said in ((old, case.before), (new, case.after))
    )
    return CallChange(case.call_id, case.agent, before, after, tuple(_flips(old, new, case)))


def _flips(old: Rubric, new: Rubric, case: Case) -> Iterable[Flip]:
    asked_before, asked_after = ({c.key: c for c in form.criteria} for form in (old, new))
    before, after = ({a.criterion: a for a in said} for said in (case.before, case.after))
    for key, criterion in (asked_before | asked_after).items():
        first, second = before.get(key), after.get(key)
        if (first is None and second is None) or (first and second and same_answer(first, second)):
            continue
        if key not in asked_after:
            reason = FlipReason.REMOVED
        elif key not in asked_before:
            reason = FlipReason.ADDED
        else:
            reason = FlipReason.NO_ANSWER if second is None else FlipReason.ANSWER
        yield Flip(key, criterion.title, reason, first, second)


def _shift(pairs: Sequence[tuple[Case, CallChange]]) -> Shift | None:
    both = [(case, call) for case, call in pairs if call.shift is not None]
    if not both:
        return None
    seen = [Observation(0.0, case.probability) for case, _ in both]
    columns = (
        [float(call.before.total) for _, call in both],
        [float(call.after.total) for _, call in both],
        [float(call.shift or 0) for _, call in both],
    )
    before, after, change = (
        [replace(item, score=value) for item, value in zip(seen, column, strict=True)] for column in columns
    )
    return Shift(average(before), average(after), average(change, bounds=SHIFT_BOUNDS))
