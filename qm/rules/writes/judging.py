"""Judging calls by the stored rules in force, and by drafts in shadow beside them.

What a rule finds by likeness depends on the examples of the whole set (they span one space), so a draft
is always judged within the set that publishing it would make.
"""

from __future__ import annotations

import copy
import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from qm.core.clock import now
from qm.hearing.reads import stored
from qm.models import RuleVersion, ShadowFinding
from qm.rules.reads import versions as rule_reads
from scoring import rules
from scoring.types import Conversation, Finding

_lock = threading.Lock()
BENCHES_KEPT = 8
"""Sets of rules kept compiled: one for all branches without rules of their own, one for each other branch."""


_Named = tuple[int, int, str]
"""Id, version and digest of one rule."""


class RuleSet(NamedTuple):
    """What names the rules that judge: another name means that something was judged by others."""

    published: tuple[_Named, ...]
    shadows: tuple[_Named, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules say of one call."""

    findings: dict[str, Finding]
    """By rule key, of the versions in force."""
    shadows: dict[int, Finding] = field(default_factory=dict)
    """By id of the draft in shadow."""


class Bench:
    """The rules in force and the drafts in shadow, ready to judge any number of calls."""

    def __init__(
        self, in_force: tuple[rules.Rule, ...], shadows: Mapping[int, rules.Rule], name: RuleSet
    ) -> None:
        self.rules = name
        self._program = rules.Program(in_force)
        self._shadow_ids = {rule.key: rule_id for rule_id, rule in shadows.items()}
        self._shadow_program = within(in_force, tuple(shadows.values())) if shadows else None

    def judge(self, call: Conversation) -> Judged:
        """One call."""
        return next(self.judge_many((call,)))

    def judge_many(self, calls: Iterable[Conversation]) -> Iterator[Judged]:
        """Calls in order, each judged by everything."""
        batch = list(calls)
        found = rules.judge_many(self._program, batch)
        if self._shadow_program is None:
            yield from (Judged(findings) for findings in found)
            return
        beside = rules.judge_many(self._shadow_program, batch)
        for findings, shadowed in zip(found, beside, strict=True):
            yield Judged(findings, {self._shadow_ids[key]: item for key, item in shadowed.items()})


def within(in_force: tuple[rules.Rule, ...], drafts: tuple[rules.Rule, ...]) -> rules.Program:
    """A program that answers for `drafts` alone, placed in the set that publishing them would make."""
    taken = {draft.key for draft in drafts}
    whole = rules.compiled((*(rule for rule in in_force if rule.key not in taken), *drafts))
    narrowed = copy.copy(whole)
    # The program's own: it may be an earlier one, compiled from rules that are equal but not the same.
    narrowed.rules = tuple(rule for rule in whole.rules if rule.key in taken)
    return narrowed


def rule_set() -> RuleSet:
    """What names the rules in force and the drafts in shadow as they are now, whosever they are."""
    return RuleSet(*(tuple(map(_named, rows)) for rows in (rule_reads.published(), rule_reads.shadows())))


def rules_for(branch_id: int | None) -> RuleSet:
    """Of these the ones that judge a branch's calls: the centre's and the branch's own."""
    holding = (
        [row for row in rows if row.branch_id in (None, branch_id)]
        for rows in (rule_reads.published(), rule_reads.shadows())
    )
    return RuleSet(*(tuple(map(_named, rows)) for rows in holding))


def bench(branch_id: int | None = None) -> Bench:
    """The bench of the stored rules for a branch's calls as they are now; kept until a version changes.

    Branches without rules of their own share one.
    """
    with _lock:  # compiling takes seconds: once, not once a thread
        return _bench(rules_for(branch_id))


def _named(row: RuleVersion) -> _Named:
    # Drafts change under one id, and two databases use the same: the text tells them apart.
    return row.id or 0, row.version, hashlib.sha256(row.document.encode()).hexdigest()


@lru_cache(maxsize=BENCHES_KEPT)
def _bench(name: RuleSet) -> Bench:
    texts = {row.id: row.document for row in (*rule_reads.published(), *rule_reads.shadows())}
    in_force = tuple(rule_reads.parsed(texts[row_id], number) for row_id, number, _ in name.published)
    shadows = {row_id: rule_reads.parsed(texts[row_id], number) for row_id, number, _ in name.shadows}
    return Bench(in_force, shadows, name)


def keep_shadows(session: Session, recording_id: str, found: dict[int, Finding]) -> None:
    """Replace what drafts in shadow found in a call."""
    session.connection().execute(
        sa.delete(ShadowFinding).where(col(ShadowFinding.recording_id) == recording_id)
    )
    session.add_all(
        ShadowFinding(
            rule_id=rule_id,
            recording_id=recording_id,
            verdict=finding.verdict,
            evidence=[stored.dump_evidence(item) for item in finding.evidence],
            judged_at=now(),
        )
        for rule_id, finding in found.items()
    )
