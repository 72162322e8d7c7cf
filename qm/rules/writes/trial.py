"""Trying a rule before anyone is affected: side by side with the version in force. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from qm.rules.reads import versions as rule_reads
from qm.rules.reads.calls import StoredCall
from qm.rules.writes.judging import within
from scoring.rules import Rule, judge_many, nearest
from scoring.rules.language.nodes import Manner, Similar
from scoring.rules.language.walk import conditions_of
from scoring.types import Conversation, Finding, Verdict

NEAREST = 8
"""Sentences shown around a threshold of likeness."""
_LOOKED_AT = 5000


class Change(StrEnum):
    """A draft's finding against the version in force."""

    NEW = "new"
    """Points at the call; the version in force does not."""
    GONE = "gone"
    """No longer points at it."""
    OTHER = "other"
    """Another verdict, neither pointing at it."""
    SAME = "same"


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One conversation under both."""

    call: StoredCall | None
    """None for a pasted conversation."""
    before: Finding | None
    """None where no version is in force."""
    after: Finding
    change: Change


@dataclass(frozen=True, slots=True)
class Near:
    """A clause, how like the examples of the rule it is, and whether that is enough."""

    score: float
    threshold: float
    text: str
    example: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome: lines that differ first, then those pointed at, then the rest."""

    lines: tuple[TrialLine, ...]
    counts: dict[Change, int]
    verdicts: dict[Verdict, int]
    nearest: tuple[Near, ...]

    @property
    def verdict_of(self) -> dict[str, Verdict]:
        """What the draft says of each stored call."""
        return {line.call.recording.id: line.after.verdict for line in self.lines if line.call}


def try_rule(rule: Rule, conversations: Sequence[Conversation | StoredCall]) -> Trial:
    """Judge the conversations by a rule and by its version in force."""
    in_force = tuple(rule_reads.rule_of(row) for row in rule_reads.in_force_beside(rule.key))
    present = tuple(item for item in in_force if item.key == rule.key)
    plain = [c.conversation if isinstance(c, StoredCall) else c for c in conversations]
    after = [found[rule.key] for found in judge_many(within(in_force, (rule,)), plain)]
    before: list[Finding | None] = [None] * len(plain)
    if present:
        before = [found[rule.key] for found in judge_many(within(in_force, present), plain)]
    sought = rule_reads.sought(rule)
    was_sought = rule_reads.sought(present[0]) if present else sought
    lines = [
        TrialLine(_stored(item), old, new, _change(old, new, was_sought, sought))
        for item, old, new in zip(conversations, before, after, strict=True)
    ]
    order = list(Change)
    lines.sort(key=lambda line: (order.index(line.change), line.after.verdict is not sought))
    return Trial(
        tuple(lines),
        {change: sum(line.change is change for line in lines) for change in Change},
        {verdict: sum(line.after.verdict is verdict for line in lines) for verdict in Verdict},
        _nearest(rule, plain),
    )


def _stored(item: Conversation | StoredCall) -> StoredCall | None:
    return item if isinstance(item, StoredCall) else None


def _change(old: Finding | None, new: Finding, was_sought: Verdict, sought: Verdict) -> Change:
    points, pointed = new.verdict is sought, old is not None and old.verdict is was_sought
    if points is not pointed:
        return Change.NEW if points else Change.GONE
    return Change.SAME if old is None or old.verdict is new.verdict or points else Change.OTHER


def _nearest(rule: Rule, calls: Sequence[Conversation]) -> tuple[Near, ...]:
    """Clauses around the thresholds of the rule's conditions by likeness, most like first."""
    found: list[Near] = []
    for node in dict.fromkeys(part for part in conditions_of(rule) if isinstance(part, Similar | Manner)):
        seen: dict[str, Near] = {}
        for item in nearest(node, calls, limit=_LOOKED_AT):
            seen.setdefault(
                item.clause, Near(item.score, node.threshold, item.clause, item.example, item.counts)
            )
        found += sorted(seen.values(), key=lambda near: abs(near.score - near.threshold))[:NEAREST]
    return tuple(sorted(found, key=lambda item: -item.score))
