"""Editing rules: a draft is a copy that affects nothing; publishing makes it the version in force."""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlmodel import Session, col

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict, InvalidInput
from qm.core.ownership import DraftOfOthers, everywhere, home, owns, require_owner
from qm.models import Proposal, ProposalKind, RuleVersion, ShadowFinding, VersionState
from qm.proposals import writes as proposal_writes
from qm.rules.reads import versions as rule_reads
from qm.rules.writes.fixtures import check_fixtures, read_fixtures
from recorder.message import Message
from scoring.rules import Rule, RuleInvalid, load_rules

KEY_CHARS = 60
TEXT_CHARS = 200_000
"""Longest text of a rule or its fixtures."""


class RuleUnusable(InvalidInput):
    """The text is not a rule. `line` counts from 1."""

    message = "第 %(line)d 行有误：%(detail)s。文字已保留，请改好再保存。"

    def __init__(self, line: int, detail: Message) -> None:
        super().__init__(None, line=line, detail=detail)
        self.line = line


class RuleKeyTaken(Conflict):
    """A rule of this key exists."""

    message = "已经有键为 %(key)s 的规则。请换一个 key，或打开那条规则编辑。"


class NoRuleDraft(Conflict):
    """There is no draft to work on."""

    message = "这条规则没有草稿。请先点“编辑”。"


class RuleUnchanged(Conflict):
    """The draft equals the version in force."""

    message = "草稿与现行版本完全一样，没有可发布的改动。"


class DraftInTheWay(Conflict):
    """Rolling back while somebody edits would hide their draft."""

    message = "这条规则有一份草稿。请先发布或放弃草稿，再回退。"


class AlreadyInForce(Conflict):
    """This version is the one in force."""

    message = "这一版就是现行版本，无需回退。"


def read_rule(text: str, *, key: str | None = None) -> Rule:
    """The one rule of a YAML text. Raises `RuleUnusable` with its line."""
    if len(text) > TEXT_CHARS:
        raise RuleUnusable(1, Message("文字超过 %(most)s 个字符，请精简例句", most=TEXT_CHARS))
    try:
        found = load_rules(text)
    except RuleInvalid as error:
        raise RuleUnusable(error.line, error.detail) from error
    except RecursionError as error:
        raise RuleUnusable(1, Message("条件嵌套过深，请拆成几条规则")) from error
    if len(found) != 1:
        raise RuleUnusable(1, Message("此处只写一条规则，现有 %(n)s 条", n=len(found)))
    rule = found[0]
    if key is not None and rule.key != key:
        told = Message("%(key)s 应保持 %(was)s；要另立规则请用“新建规则”", key="key", was=key)
        raise RuleUnusable(_line_of(text, "key"), told)
    if len(rule.key) > KEY_CHARS:
        told = Message("%(key)s 不超过 %(most)s 个字符", key="key", most=KEY_CHARS)
        raise RuleUnusable(_line_of(text, "key"), told)
    return rule


def _line_of(text: str, name: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(rf"[-\s]*{name}\s*:", line):
            return number
    return 1


def create(actor: Actor, *, document: str, fixtures: str = "") -> RuleVersion:
    """A new rule as a draft. Raises `RuleUnusable`, `FixturesUnusable`, `RuleKeyTaken`."""
    actor.require(UserRole.SUPERVISOR)
    rule = read_rule(document)
    read_fixtures(fixtures, rule.key)
    with writing() as session:
        if rule_reads.highest(rule.key):
            raise RuleKeyTaken(key=rule.key)
        return _add_draft(session, actor, rule.key, rule.title, document, fixtures, branch_id=home(actor))


def start_draft(actor: Actor, key: str) -> RuleVersion:
    """The draft of a rule: the one there is, or a copy of the version that speaks for it.

    Of the centre's rule a branch writes a draft that it may propose. Raises `NotFound`, `DraftOfOthers`.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        line = _line(actor, key)
        if line.draft is not None:
            if not owns(actor, line.draft.branch_id):
                raise DraftOfOthers
            return line.draft
        source = line.shown
        writer = line.branch_id if owns(actor, line.branch_id) else actor.branch_id
        return _add_draft(
            session, actor, key, source.title, source.document, source.fixtures, branch_id=writer
        )


def _add_draft(
    session: Session,
    actor: Actor,
    key: str,
    title: str,
    document: str,
    fixtures: str,
    *,
    branch_id: int | None,
) -> RuleVersion:
    row = RuleVersion(
        key=key,
        version=rule_reads.highest(key) + 1,
        title=title[:120],
        state=VersionState.DRAFT,
        document=document,
        fixtures=fixtures,
        branch_id=branch_id,
        created_at=now(),
        created_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    audit.record(actor, audit.AuditAction.RULE_DRAFT_STARTED, row.id, key=key, version=row.version)
    return row


def save_draft(actor: Actor, key: str, *, document: str, fixtures: str) -> RuleVersion:
    """Keep the text of a draft; its shadow figures begin anew where the rule changed.

    Raises `NoRuleDraft`, `RuleUnusable`, `FixturesUnusable`.
    """
    actor.require(UserRole.SUPERVISOR)
    rule = read_rule(document, key=key)
    read_fixtures(fixtures, key)
    with writing() as session:
        row = _draft(actor, key)
        changed = (row.document, row.fixtures) != (document, fixtures)
        if changed and not everywhere(actor):  # a draft that the centre works on stays proposed
            proposal_writes.thrown_away(session, actor, ProposalKind.RULE, key)
        if row.document != document:
            _forget_shadow(session, row)
        row.document, row.fixtures, row.title = document, fixtures, rule.title[:120]
        session.add(row)
        audit.record(actor, audit.AuditAction.RULE_DRAFT_SAVED, row.id, key=key, version=row.version)
        return row


def discard_draft(actor: Actor, key: str) -> int:
    """Throw the draft away; gives its number. Raises `NoRuleDraft`."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = _draft(actor, key)
        _forget_shadow(session, row)
        proposal_writes.thrown_away(session, actor, ProposalKind.RULE, key)
        session.delete(row)
        audit.record(actor, audit.AuditAction.RULE_DRAFT_DISCARDED, row.id, key=key, version=row.version)
        return row.version


def set_shadow(actor: Actor, key: str, *, on: bool) -> RuleVersion:
    """Let the draft run on every call without being shown, or stop it. Raises `NoRuleDraft`."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = _draft(actor, key)
        row.shadow = on
        session.add(row)
        actions = audit.AuditAction
        action = actions.RULE_SHADOW_STARTED if on else actions.RULE_SHADOW_STOPPED
        audit.record(actor, action, row.id, key=key, version=row.version)
        return row


def publish(actor: Actor, key: str, *, note: str = "") -> RuleVersion:
    """Put the draft in force; the version before is retired and stays readable.

    What a branch proposed becomes the centre's; its own stays its own.
    Raises `NotTheOwner`, `NoRuleDraft`, `RuleUnchanged`, `RuleUnusable`, `FixturesFail` (each failing fixture
    named).
    """
    actor.require(UserRole.SUPERVISOR)
    line = _line(actor, key)
    draft = line.draft
    if draft is None:
        raise NoRuleDraft
    require_owner(actor, line.branch_id)
    check_fixtures(read_rule(draft.document, key=key), draft.fixtures)
    with writing() as session:
        row, current = _draft(actor, key), rule_reads.line(key).in_force
        if current is not None and (current.document, current.fixtures) == (row.document, row.fixtures):
            raise RuleUnchanged
        if row.document != draft.document or row.fixtures != draft.fixtures:
            raise Conflict("草稿刚被别人改过。请刷新后再发布。")
        _forget_shadow(session, row)
        accepted = proposal_writes.taken_up(session, actor, ProposalKind.RULE, key)
        row.branch_id = None if accepted else line.branch_id
        _put_in_force(session, actor, row, current, note)
        return row


def propose(actor: Actor, key: str, *, note: str = "") -> Proposal:
    """Ask the centre to put the branch's draft in force for everybody.

    Raises `NotFound`, `NoRuleDraft`, `NothingToPropose`, `AlreadyProposed`, `RuleUnusable`, `FixturesFail`.
    """
    actor.require(UserRole.SUPERVISOR)
    _line(actor, key)
    row = _draft(actor, key)
    check_fixtures(read_rule(row.document, key=key), row.fixtures)
    return proposal_writes.put(
        actor, ProposalKind.RULE, key, title=row.title, branch_id=row.branch_id, note=note
    )


def roll_back(actor: Actor, key: str, number: int) -> RuleVersion:
    """Publish a copy of an older version as the newest; the past keeps its own numbers.

    Raises `NotFound`, `AlreadyInForce`, `DraftInTheWay`, `FixturesFail`.
    """
    actor.require(UserRole.SUPERVISOR)
    require_owner(actor, _line(actor, key).branch_id)
    old = rule_reads.version(key, number)
    if old.state is VersionState.PUBLISHED:
        raise AlreadyInForce
    check_fixtures(read_rule(old.document, key=key), old.fixtures)
    with writing() as session:
        line = rule_reads.line(key)
        if line.draft is not None:
            raise DraftInTheWay
        row = _add_draft(session, actor, key, old.title, old.document, old.fixtures, branch_id=line.branch_id)
        _put_in_force(session, actor, row, line.in_force, f"回退到第 {number} 版")
        return row


def retire(actor: Actor, key: str) -> RuleVersion:
    """Take a rule out of force; what it found stays with its version. Raises `Conflict`."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = _line(actor, key).in_force
        if row is None:
            raise Conflict("这条规则没有现行版本，无需停用。")
        require_owner(actor, row.branch_id)
        row.state = VersionState.RETIRED
        session.add(row)
        audit.record(actor, audit.AuditAction.RULE_RETIRED, row.id, key=key, version=row.version)
        return row


def _put_in_force(
    session: Session, actor: Actor, row: RuleVersion, current: RuleVersion | None, note: str
) -> None:
    if current is not None:
        current.state = VersionState.RETIRED
        session.add(current)
        session.flush()  # one version a rule is in force at any moment, the database sees to it
    row.state, row.shadow, row.note = VersionState.PUBLISHED, False, note.strip()[:300]
    row.published_at, row.published_by = now(), actor.user_id
    session.add(row)
    session.flush()
    audit.record(actor, audit.AuditAction.RULE_PUBLISHED, row.id, key=row.key, version=row.version)


def _line(actor: Actor, key: str) -> rule_reads.RuleLine:
    """The rule, whole, where this person may read it. Raises `NotFound`."""
    rule_reads.line(key, actor)
    return rule_reads.line(key)


def _draft(actor: Actor, key: str) -> RuleVersion:
    """The draft, which this person may change. Raises `NotFound`, `NoRuleDraft`, `NotTheOwner`."""
    row = _line(actor, key).draft
    if row is None:
        raise NoRuleDraft
    require_owner(actor, row.branch_id)
    return row


def _forget_shadow(session: Session, row: RuleVersion) -> None:
    session.connection().execute(sa.delete(ShadowFinding).where(col(ShadowFinding.rule_id) == row.id))
