"""Rule versions: those in force, drafts, histories; parsed once each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlmodel import col, func, select

from qm.core.actor import SYSTEM, Actor
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.ownership import owner_of, shown_to
from qm.models import RuleVersion, VersionState
from scoring.rules import Rule, load_rules
from scoring.types import Verdict


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule with its versions, newest first."""

    key: str
    versions: tuple[RuleVersion, ...]

    @property
    def in_force(self) -> RuleVersion | None:
        """The published version, if there is one."""
        return next((v for v in self.versions if v.state is VersionState.PUBLISHED), None)

    @property
    def draft(self) -> RuleVersion | None:
        """The version being edited, if there is one."""
        return next((v for v in self.versions if v.state is VersionState.DRAFT), None)

    @property
    def shown(self) -> RuleVersion:
        """The version that speaks for the rule: in force, else the newest."""
        return self.in_force or self.versions[0]

    @property
    def branch_id(self) -> int | None:
        """Whose the rule is; None is the centre's. A branch's draft of the centre's rule changes nothing."""
        return owner_of(self.versions)


def published() -> tuple[RuleVersion, ...]:
    """The versions in force, one a rule, in the order of their keys; of the centre and of every branch."""
    return _in_state(VersionState.PUBLISHED)


def in_force_for(branch_id: int | None) -> tuple[RuleVersion, ...]:
    """The versions in force for a branch's calls: the centre's and the branch's own."""
    return tuple(row for row in published() if row.branch_id in (None, branch_id))


def home_of(key: str) -> int | None:
    """Whose the newest version is, draft or not; None, the centre, for a rule that is not stored."""
    with reading() as session:
        rows = session.exec(select(RuleVersion).where(RuleVersion.key == key)).all()
    return max(rows, key=lambda row: row.version).branch_id if rows else None


def in_force_beside(key: str) -> tuple[RuleVersion, ...]:
    """The versions in force where this rule, or its draft, holds."""
    return in_force_for(home_of(key))


def shadows() -> tuple[RuleVersion, ...]:
    """Drafts that run on every call without being shown."""
    return tuple(row for row in _in_state(VersionState.DRAFT) if row.shadow)


def _in_state(state: VersionState) -> tuple[RuleVersion, ...]:
    with reading() as session:
        statement = select(RuleVersion).where(RuleVersion.state == state).order_by(col(RuleVersion.key))
        return tuple(session.exec(statement).all())


def lines(actor: Actor = SYSTEM) -> tuple[RuleLine, ...]:
    """Every rule that `actor` may read: those in force first, then drafts, then retired ones.

    Within these by first appearance. A branch reads the centre's and its own.
    """
    with reading() as session:
        rows = shown_to(actor, session.exec(select(RuleVersion).order_by(col(RuleVersion.id))).all())
    by_key: dict[str, list[RuleVersion]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    found = [RuleLine(key, _newest_first(items)) for key, items in by_key.items()]
    return tuple(sorted(found, key=lambda line: (line.in_force is None, line.draft is None)))


def line(key: str, actor: Actor = SYSTEM) -> RuleLine:
    """One rule with its versions, as far as `actor` may read it. Raises `NotFound`."""
    with reading() as session:
        rows = shown_to(actor, session.exec(select(RuleVersion).where(RuleVersion.key == key)).all())
    if not rows:
        raise NotFound
    return RuleLine(key, _newest_first(rows))


def _newest_first(rows: Iterable[RuleVersion]) -> tuple[RuleVersion, ...]:
    return tuple(sorted(rows, key=lambda row: -row.version))


def version(key: str, number: int, actor: Actor = SYSTEM) -> RuleVersion:
    """One version. Raises `NotFound`."""
    found = next((row for row in line(key, actor).versions if row.version == number), None)
    if found is None:
        raise NotFound
    return found


def highest(key: str) -> int:
    """The highest version number there is; 0 for a rule that is new."""
    with reading() as session:
        statement = select(func.max(RuleVersion.version)).where(RuleVersion.key == key)
        return session.exec(statement).one() or 0


def rule_of(row: RuleVersion) -> Rule:
    """The stored version as a value, with the number it is stored under."""
    return parsed(row.document, row.version)


@lru_cache(maxsize=512)
def parsed(document: str, number: int) -> Rule:
    """The rule of a YAML text under a version number."""
    (rule,) = load_rules(document)
    return replace(rule, version=number)


def sought(rule: Rule) -> Verdict:
    """The verdict that says *it is there*: the demanded thing done, or the forbidden one said."""
    return Verdict.MET if rule.demands else Verdict.NOT_MET
