"""Drafts of forms: begun, edited step by step, each step taken back if wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict, InvalidInput, NotFound
from qm.core.keys import spelled_key
from qm.core.ownership import DraftOfOthers, everywhere, home, owner_of, owns, require_owner
from qm.models import ProposalKind, RubricEdit, RubricVersion, VersionState
from qm.proposals import writes as proposal_writes
from qm.rubrics.reads.versions import version
from qm.rubrics.writes.drafts_edit import Edit, add_section
from recorder.message import Message, plain
from scoring.rubric import Problem, rubric_from_dict, rubric_to_dict
from scoring.types import Rubric, ScoringMode

TITLE_CHARS_MAX = 120
STEPS_KEPT = 200
"""So many steps can be taken back."""


class NotADraft(Conflict):
    """A published version never changes."""

    message = "这一版已经发布，不能再改。请先“复制为草稿”。"


class DraftThere(Conflict):
    """Somebody began a draft of this form in the same moment."""

    message = "这张评分表刚刚有人建了草稿，请刷新页面后接着改那一份。"


class NothingToUndo(Conflict):
    """The draft is as it began."""

    message = "没有可以撤销的改动。"


class TitleMissing(InvalidInput):
    """A form needs a name."""

    message = "请填写评分表名称（不超过 %(most)d 个字）。"


def begin(actor: Actor, *, title: str, mode: ScoringMode) -> RubricVersion:
    """A new form with one section and one question. Raises `TitleMissing`, `Forbidden`."""
    actor.require(UserRole.SUPERVISOR)
    title = title.strip()
    if not 0 < len(title) <= TITLE_CHARS_MAX:
        raise TitleMissing(most=TITLE_CHARS_MAX)
    with writing() as session:
        key = _free(session, spelled_key(title))
        rubric = add_section("")(Rubric(key, title, 1, mode, ()))
        return keep_draft(session, actor, rubric, branch_id=home(actor), what="新建")


def copy(actor: Actor, rubric_id: int) -> RubricVersion:
    """The draft of this form: the one there is, or a copy of this version.

    Of the centre's form a branch writes a draft that it may propose.
    Raises `NotFound`, `DraftOfOthers`, `Forbidden`.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        source = version(rubric_id, actor)
        versions = session.exec(select(RubricVersion).where(RubricVersion.key == source.key)).all()
        for row in versions:
            if row.state is VersionState.DRAFT:
                if not owns(actor, row.branch_id):
                    raise DraftOfOthers
                return row
        owner = owner_of(versions)
        writer = owner if owns(actor, owner) else actor.branch_id
        number = max(row.version for row in versions) + 1
        rubric = replace(rubric_from_dict(source.document), version=number)
        return keep_draft(session, actor, rubric, branch_id=writer, what=f"复制第 {source.version} 版")


def keep_draft(
    session: Session,
    actor: Actor,
    rubric: Rubric,
    *,
    branch_id: int | None,
    what: str,
    problems: Sequence[Problem] = (),
) -> RubricVersion:
    """Store a new draft of `branch_id` (None: the centre) with how it began. Joins the open write.

    Raises `Forbidden`, `DraftThere`.
    """
    actor.require(UserRole.SUPERVISOR)
    require_owner(actor, branch_id)
    row = RubricVersion(
        key=rubric.key,
        version=rubric.version,
        title=rubric.title[:TITLE_CHARS_MAX],
        state=VersionState.DRAFT,
        document=rubric_to_dict(rubric),
        branch_id=branch_id,
        created_at=now(),
        created_by=actor.user_id,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise DraftThere from error
    told = [{"place": plain(_place(item)), "message": plain(item.message)} for item in problems]
    session.add(_edit(actor, row, what, None, told))
    audit.record(actor, audit.AuditAction.RUBRIC_DRAFT_STARTED, row.id, key=row.key, version=row.version)
    return row


def change(actor: Actor, rubric_id: int, edit: Edit, *, what: str) -> Rubric:
    """Apply one edit to a draft; an edit that changes nothing leaves no trace.

    Raises `NotFound`, `NotADraft`, `Forbidden`, and what the edit raises.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = draft_row(session, actor, rubric_id)
        before = rubric_from_dict(row.document)
        after = edit(before)
        if after == before:
            return before
        if not everywhere(actor):  # a draft that the centre works on stays proposed
            proposal_writes.thrown_away(session, actor, ProposalKind.RUBRIC, row.key)
        session.add(_edit(actor, row, what, row.document, []))
        row.document, row.title = rubric_to_dict(after), after.title[:TITLE_CHARS_MAX]
        session.add(row)
        _forget_oldest(session, rubric_id)
        audit.record(actor, audit.AuditAction.RUBRIC_EDITED, row.id, key=row.key, what=what)
        return after


def undo(actor: Actor, rubric_id: int) -> str:
    """Take the last edit back; gives what it was. Raises `NotFound`, `NotADraft`, `NothingToUndo`."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = draft_row(session, actor, rubric_id)
        last = session.exec(
            select(RubricEdit).where(RubricEdit.rubric_id == rubric_id).order_by(col(RubricEdit.id).desc())
        ).first()
        if last is None or last.before is None:
            raise NothingToUndo
        if not everywhere(actor):  # a draft that the centre works on stays proposed
            proposal_writes.thrown_away(session, actor, ProposalKind.RUBRIC, row.key)
        row.document, row.title = last.before, str(last.before.get("title", ""))[:TITLE_CHARS_MAX]
        session.add(row)
        session.delete(last)
        audit.record(actor, audit.AuditAction.RUBRIC_EDIT_UNDONE, row.id, key=row.key, what=last.what)
        return last.what


def settle_import(actor: Actor, rubric_id: int) -> None:
    """Say that what an import could not read was looked at. Raises `NotFound`, `NotADraft`."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        draft_row(session, actor, rubric_id)
        edits = session.exec(select(RubricEdit).where(RubricEdit.rubric_id == rubric_id)).all()
        for edit in edits:
            edit.problems = []
            session.add(edit)


def draft_row(session: Session, actor: Actor, rubric_id: int) -> RubricVersion:
    """The draft, held until the transaction ends: two who change it do so one after the other.

    Raises `NotFound`, `NotADraft`, `NotTheOwner`.
    """
    version(rubric_id, actor)
    row = session.get(RubricVersion, rubric_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    if row.state is not VersionState.DRAFT:
        raise NotADraft
    require_owner(actor, row.branch_id)
    return row


def _free(session: Session, key: str) -> str:
    taken = set(session.exec(select(RubricVersion.key)).all())
    found, number = key, 2
    while found in taken:
        found, number = f"{key}_{number}", number + 1
    return found


def _edit(
    actor: Actor, row: RubricVersion, what: str, before: dict[str, object] | None, told: list[dict[str, Any]]
) -> RubricEdit:
    return RubricEdit(
        rubric_id=row.id or 0,
        what=what[:200],
        before=before,
        problems=told,
        edited_at=now(),
        edited_by=actor.user_id,
    )


def _forget_oldest(session: Session, rubric_id: int) -> None:
    """Keep how the draft began and the last steps."""
    session.flush()
    edits = session.exec(
        select(RubricEdit).where(RubricEdit.rubric_id == rubric_id).order_by(col(RubricEdit.id))
    ).all()
    for edit in edits[1 : len(edits) - STEPS_KEPT]:
        session.delete(edit)


def _place(problem: Problem) -> str:
    return Message("第 %(n)d 行", n=problem.line) if problem.line else problem.path
