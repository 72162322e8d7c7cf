"""Rubrics: a draft from a file, published or thrown away; a version in force retired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict, InvalidInput
from qm.core.ownership import DraftOfOthers, home, owner_of, owns, require_owner
from qm.models import Proposal, ProposalKind, RubricVersion, VersionState
from qm.proposals import writes as proposal_writes
from qm.rubrics.reads.versions import version
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rules.reads import versions as rule_reads
from scoring.rubric import Problem, rubric_from_dict, validate
from scoring.types import Rubric


class RubricUnusable(InvalidInput):
    """A form with faults; `problems` lists each with its place."""

    message = "评分表有 %(count)d 处需要改，请按说明修改后再试。"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(None, count=len(problems))
        self.problems = problems


class NotInForce(Conflict):
    """Only a version in force can be retired."""

    message = "这一版不是现行版本，无需停用。"


class KeyTaken(Conflict):
    """Another branch has a form of this key."""

    message = "键 %(key)s 已被其他机构的评分表使用。请在文件里换一个 key 再导入。"


class SameAsBefore(Conflict):
    """The file holds what is in force already."""

    message = "文件与现行版本完全一样，没有新建草稿。"


def import_draft(actor: Actor, rubric: Rubric, problems: Sequence[Problem] = ()) -> RubricVersion:
    """Keep a form as the draft of its key, in place of an earlier draft.

    A form with faults is kept too: they are mended in the builder, and publishing refuses what is left.
    `problems` are what could not be read, by cell or line; what the builder finds by itself is not kept
    twice. Raises `SameAsBefore`, `KeyTaken`, `DraftOfOthers`, `Forbidden`.
    """
    actor.require(UserRole.SUPERVISOR)
    found = {problem.message for problem in validate(rubric)}
    unread = [problem for problem in problems if problem.message not in found]
    with writing() as session:
        versions = session.exec(select(RubricVersion).where(RubricVersion.key == rubric.key)).all()
        writer = _writer(actor, rubric.key, versions)
        _check_new(rubric, list(versions))
        for old in versions:
            if old.state is VersionState.DRAFT:
                proposal_writes.thrown_away(session, actor, ProposalKind.RUBRIC, rubric.key)
                session.delete(old)
        session.flush()
        numbers = [v.version for v in versions if v.state is not VersionState.DRAFT]
        kept = replace(rubric, version=max(numbers, default=0) + 1)
        row = rubric_drafts.keep_draft(session, actor, kept, branch_id=writer, what="导入", problems=unread)
        audit.record(actor, audit.AuditAction.RUBRIC_IMPORTED, row.id, key=row.key, version=row.version)
        return row


def publish(actor: Actor, rubric_id: int) -> RubricVersion:
    """Put a draft in force; the version before is retired.

    What a branch proposed becomes the centre's; its own stays its own.
    Raises `NotFound`, `NotADraft`, `NotTheOwner`, `RubricUnusable`, `Forbidden`.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = rubric_drafts.draft_row(session, actor, rubric_id)
        versions = session.exec(select(RubricVersion).where(RubricVersion.key == row.key)).all()
        owner = owner_of(versions)
        require_owner(actor, owner)
        if proposal_writes.taken_up(session, actor, ProposalKind.RUBRIC, row.key):
            owner = None
        _check_usable(row, owner)
        current = [old for old in versions if old.state is VersionState.PUBLISHED]
        for old in current:
            old.state = VersionState.RETIRED
        session.add_all(current)
        session.flush()  # one version of a form is in force at any moment, the database sees to it
        row.state, row.published_at, row.published_by = VersionState.PUBLISHED, now(), actor.user_id
        row.branch_id = owner
        session.add(row)
        audit.record(actor, audit.AuditAction.RUBRIC_PUBLISHED, row.id, key=row.key, version=row.version)
        return row


def discard(actor: Actor, rubric_id: int) -> RubricVersion:
    """Throw a draft away. Raises `NotFound`, `NotADraft`, `Forbidden`."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = rubric_drafts.draft_row(session, actor, rubric_id)
        proposal_writes.thrown_away(session, actor, ProposalKind.RUBRIC, row.key)
        session.delete(row)
        audit.record(actor, audit.AuditAction.RUBRIC_DISCARDED, rubric_id, key=row.key)
        return row


def retire(actor: Actor, rubric_id: int) -> RubricVersion:
    """Take a version out of force; evaluations made with it stay. Raises `NotFound`, `NotInForce`."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        version(rubric_id, actor)
        row = session.get_one(RubricVersion, rubric_id, with_for_update=True, populate_existing=True)
        if row.state is not VersionState.PUBLISHED:
            raise NotInForce
        require_owner(actor, row.branch_id)
        row.state = VersionState.RETIRED
        session.add(row)
        audit.record(actor, audit.AuditAction.RUBRIC_RETIRED, row.id, key=row.key, version=row.version)
        return row


def propose(actor: Actor, rubric_id: int, *, note: str = "") -> Proposal:
    """Ask the centre to put the branch's draft in force for everybody.

    Raises `NotFound`, `NotADraft`, `NothingToPropose`, `AlreadyProposed`, `RubricUnusable`, `Forbidden`.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = rubric_drafts.draft_row(session, actor, rubric_id)
        _check_usable(row, None)
        return proposal_writes.put(
            actor, ProposalKind.RUBRIC, row.key, title=row.title, branch_id=row.branch_id, note=note
        )


def _check_usable(row: RubricVersion, owner: int | None) -> None:
    """Raises `RubricUnusable`; a form asks only for rules that hold wherever it does."""
    rule_keys = {rule.key for rule in rule_reads.in_force_for(owner)}
    problems = tuple(validate(rubric_from_dict(row.document), rule_keys=rule_keys))
    if problems:
        raise RubricUnusable(problems)


def _writer(actor: Actor, key: str, versions: Sequence[RubricVersion]) -> int | None:
    """Whose a draft of this key would be. Raises `KeyTaken`, `DraftOfOthers`."""
    if not versions:
        return home(actor)
    owner = owner_of(versions)
    if not owns(actor, owner) and owner is not None:
        raise KeyTaken(key=key)
    if not all(owns(actor, row.branch_id) for row in versions if row.state is VersionState.DRAFT):
        raise DraftOfOthers
    return owner if owns(actor, owner) else actor.branch_id


def _check_new(rubric: Rubric, versions: list[RubricVersion]) -> None:
    for row in versions:
        stored = rubric_from_dict(row.document)
        if row.state is VersionState.PUBLISHED and replace(stored, version=rubric.version) == rubric:
            raise SameAsBefore
