"""Rules that the product ships anew: told of where they differ, taken as drafts or declined."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import yaml
from sqlmodel import select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.errors import Conflict, NotFound
from qm.core.ownership import require_owner
from qm.models import RuleUpdateDeclined, RuleVersion
from qm.rules.reads import versions as rule_reads
from qm.rules.reads.versions import RuleLine
from qm.rules.writes import versions as rule_writes
from qm.rules.writes.seeds import dump_fixtures, shipped_fixtures, text_of
from scoring.rules import Rule, seeded

_AROUND = 2
"""Unchanged lines shown around a change."""


class DraftThere(Conflict):
    """Taking the shipped text would overwrite a draft, and nobody said that it may."""

    message = "这条规则已有草稿，没有覆盖。要用产品的文本替换它，请先勾选“替换现有草稿”。"


@dataclass(frozen=True, slots=True)
class Shipped:
    """A rule of the library as an installation would store it."""

    rule: Rule
    document: str
    fixtures: str
    sha256: str
    """Of the document: a rule that ships changed again has another one."""


@dataclass(frozen=True, slots=True)
class Update:
    """A shipped rule that is not what is in force here."""

    shipped: Shipped
    line: RuleLine | None
    """None where no rule of this key is here at all."""
    declined: bool
    """People have said that they do not want this text."""

    @property
    def drafted(self) -> bool:
        """True where the draft says what the shipped rule says."""
        draft = self.line.draft if self.line else None
        return draft is not None and _same(draft, self.shipped.rule)

    @property
    def difference(self) -> tuple[str, ...]:
        """Lines from the version in force to the shipped text: ` `, `-` or `+` first, `@` between places."""
        row = self.line.in_force if self.line else None
        old = text_of(replace(rule_reads.rule_of(row), version=self.shipped.rule.version)) if row else ""
        lines = difflib.unified_diff(
            old.splitlines(), self.shipped.document.splitlines(), n=_AROUND, lineterm=""
        )
        return tuple("@" if line.startswith("@@") else line for line in list(lines)[3:])


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Shipped]:
    """The rules of the library by key."""
    return {rule.key: _shipped(rule) for rule in seeded()}


def _shipped(rule: Rule) -> Shipped:
    document = text_of(rule)
    digest = hashlib.sha256(document.encode()).hexdigest()
    return Shipped(rule, document, shipped_fixtures(rule.key), digest)


def updates(lines: Iterable[RuleLine]) -> dict[str, Update]:
    """By key: what the product ships otherwise than in force, or that is not here, given all rules."""
    here = {line.key: line for line in lines}
    differing = [item for key, item in shipped().items() if _differs(here.get(key), item.rule)]
    declined = _declined() if differing else frozenset()
    return {
        item.rule.key: Update(item, here.get(item.rule.key), (item.rule.key, item.sha256) in declined)
        for item in differing
    }


def update_of(line: RuleLine) -> Update | None:
    """What the product ships for one rule otherwise than in force."""
    return updates((line,)).get(line.key)


def _differs(line: RuleLine | None, rule: Rule) -> bool:
    """A rule taken out of force, or only drafted, is left in peace."""
    return line is None or (line.in_force is not None and not _same(line.in_force, rule))


def _same(row: RuleVersion, rule: Rule) -> bool:
    return replace(rule_reads.rule_of(row), version=rule.version) == rule


def _declined() -> frozenset[tuple[str, str]]:
    with reading() as session:
        return frozenset(session.exec(select(RuleUpdateDeclined.rule_key, RuleUpdateDeclined.sha256)).all())


def take(actor: Actor, key: str, *, over_draft: bool = False) -> RuleVersion:
    """Make the shipped text the rule's draft; fixtures that people added stay. Nothing is published.

    A rule that is not here yet is the centre's to take. Raises `NotFound` for a rule that is not shipped,
    `DraftThere`, `DraftOfOthers`, `NotTheOwner`.
    """
    actor.require(UserRole.SUPERVISOR)
    item = _known(key)
    with writing():
        if rule_reads.highest(key):
            line = rule_reads.line(key)
            if line.draft is not None and not over_draft:
                raise DraftThere
            row = rule_writes.start_draft(actor, key)
            fixtures = _with_own(item.fixtures, line.shown.fixtures)
            row = rule_writes.save_draft(actor, key, document=item.document, fixtures=fixtures)
        else:
            require_owner(actor, None)
            row = rule_writes.create(actor, document=item.document, fixtures=item.fixtures)
        audit.record(actor, audit.AuditAction.RULE_UPDATE_TAKEN, row.id, key=key, version=row.version)
        return row


def decline(actor: Actor, key: str) -> None:
    """Say nothing more of this shipped text; one that ships later is told of again.

    Raises `NotFound`, `NotTheOwner`: what ships is the centre's.
    """
    actor.require(UserRole.SUPERVISOR)
    sha256 = _known(key).sha256
    require_owner(actor, None)
    with writing() as session:
        session.add(
            RuleUpdateDeclined(rule_key=key, sha256=sha256, declined_by=actor.user_id, declined_at=now())
        )
        audit.record(actor, audit.AuditAction.RULE_UPDATE_DECLINED, key, sha256=sha256)


def _known(key: str) -> Shipped:
    found = shipped().get(key)
    if found is None:
        raise NotFound
    return found


def _with_own(given: str, own: str) -> str:
    """The shipped fixtures, then those of the rule in force that have another name."""
    entries = yaml.safe_load(given) or []
    names = {str(entry["name"]) for entry in entries}
    kept = [entry for entry in yaml.safe_load(own) or [] if str(entry["name"]) not in names]
    return dump_fixtures([*entries, *kept])
