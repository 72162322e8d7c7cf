"""How often rules answer what, and how right they are by people's marks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col, select

from qm.core.actor import Actor
from qm.core.database import reading
from qm.core.visibility import visible_to
from qm.models import FindingRow, Recording, RuleMark, ShadowFinding
from scoring.averages import Proportion, wilson
from scoring.types import Verdict


@dataclass(frozen=True, slots=True)
class Figures:
    """A rule version measured against people's marks."""

    precision: Proportion | None
    """Of the calls it points at and somebody marked, how many have it. None without marks."""
    recall: Proportion | None
    """Of the calls drawn at random that have it, how many it points at. None without any."""
    audited: int
    """Calls drawn at random and marked."""
    untold: int
    """Of these, calls of which the rule cannot tell; they count in neither figure."""


def verdict_counts(actor: Actor) -> dict[str, Counter[Verdict]]:
    """By rule: how many of the calls that `actor` may see got which verdict."""
    statement = (
        select(FindingRow.rule_key, FindingRow.verdict, sa.func.count())
        .join(Recording, col(Recording.id) == FindingRow.recording_id)
        .where(visible_to(actor))
        .group_by(col(FindingRow.rule_key), col(FindingRow.verdict))
    )
    found: dict[str, Counter[Verdict]] = defaultdict(Counter)
    with reading() as session:
        for key, verdict, number in session.exec(statement):
            found[key][Verdict(verdict)] = number
    return found


def shadow_verdicts(actor: Actor, rule_id: int) -> dict[str, Verdict]:
    """What a draft in shadow said of each call that `actor` may see."""
    statement = (
        select(ShadowFinding.recording_id, ShadowFinding.verdict)
        .join(Recording, col(Recording.id) == ShadowFinding.recording_id)
        .where(ShadowFinding.rule_id == rule_id, visible_to(actor))
    )
    with reading() as session:
        return {recording_id: Verdict(verdict) for recording_id, verdict in session.exec(statement)}


def marks(actor: Actor, key: str | None = None) -> dict[str, dict[str, RuleMark]]:
    """People's marks of the calls that `actor` may see, by rule and call; of one rule where it is named."""
    statement = select(RuleMark).join(Recording, col(Recording.id) == RuleMark.recording_id)
    statement = statement.where(visible_to(actor))
    if key is not None:
        statement = statement.where(RuleMark.rule_key == key)
    found: dict[str, dict[str, RuleMark]] = defaultdict(dict)
    with reading() as session:
        for mark in session.exec(statement):
            found[mark.rule_key][mark.recording_id] = mark
    return found


def marked_verdicts() -> dict[str, dict[str, Verdict]]:
    """What the version in force says of the calls that were marked, by rule and call."""
    statement = select(FindingRow.rule_key, FindingRow.recording_id, FindingRow.verdict).join(
        RuleMark,
        sa.and_(
            col(RuleMark.rule_key) == FindingRow.rule_key,
            col(RuleMark.recording_id) == FindingRow.recording_id,
        ),
    )
    found: dict[str, dict[str, Verdict]] = defaultdict(dict)
    with reading() as session:
        for key, recording_id, verdict in session.exec(statement):
            found[key][recording_id] = Verdict(verdict)
    return found


def measure(marked: Iterable[RuleMark], verdicts: Mapping[str, Verdict], sought: Verdict) -> Figures:
    """Precision over marked calls that the rule points at, recall over those drawn at random.

    Marks of calls that the rule was not asked about (no verdict) count in neither.
    """
    known = [(mark, verdicts[mark.recording_id]) for mark in marked if mark.recording_id in verdicts]
    pointed = [mark.present for mark, verdict in known if verdict is sought]
    drawn = [(mark, verdict) for mark, verdict in known if mark.audit]
    there = [
        verdict is sought for mark, verdict in drawn if mark.present and verdict is not Verdict.CANNOT_TELL
    ]
    return Figures(
        precision=wilson(sum(pointed), len(pointed)) if pointed else None,
        recall=wilson(sum(there), len(there)) if there else None,
        audited=len(drawn),
        untold=sum(verdict is Verdict.CANNOT_TELL for _, verdict in drawn),
    )


def pointed_at(actor: Actor, key: str, verdict: Verdict, *, limit: int) -> dict[str, FindingRow]:
    """The newest calls with this verdict, and the findings, by call."""
    statement = (
        select(FindingRow)
        .join(Recording, col(Recording.id) == FindingRow.recording_id)
        .where(FindingRow.rule_key == key, FindingRow.verdict == verdict, visible_to(actor))
        .order_by(col(Recording.started_at).desc())
        .limit(limit)
    )
    with reading() as session:
        return {row.recording_id: row for row in session.exec(statement)}
