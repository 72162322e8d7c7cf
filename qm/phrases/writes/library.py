"""Editing the draft of the phrase library."""

from __future__ import annotations

from pypinyin import lazy_pinyin
from sqlmodel import Session, col, delete, func, select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict, InvalidInput, NotFound
from qm.core.ownership import everywhere, home, require_owner
from qm.models import PhraseLibrary, PhraseRow, ProposalKind, VersionState
from qm.phrases.reads import library as phrase_reads
from qm.proposals import writes as proposal_writes
from recorder.types import Role
from transcribe.normalize import normalize
from transcribe.phrases.library import AGENT_NO, LibraryErrors, LineError, read_csv
from transcribe.types import PhraseKind, PhraseSet

PHRASE_CHARS_MAX = 60
"""Longer phrases are never said the same way twice."""


class NoDraft(Conflict):
    """There is no draft to edit."""

    message = "没有正在编辑的草稿。请先点“开始编辑”。"


class PhraseUnusable(InvalidInput):
    """The phrase cannot be found in speech."""

    message = "短语为空或只有标点，请填写要听的话。"


class PhraseTooLong(InvalidInput):
    """Too long to be said the same way twice."""

    message = "短语超过 %(most)d 个字，请拆成几条短的。"


class PhraseThere(Conflict):
    """The group has it already."""

    message = "“%(text)s”在这个分组里已经有了，无需再加。"


class GroupThere(Conflict):
    """A group of this name exists."""

    message = "已经有名为“%(name)s”的分组，请换一个名称，或直接往里加短语。"


class GroupUnknown(InvalidInput):
    """No such group in the draft."""

    message = "草稿里没有这个分组，请返回短语库重新选择。"


class TableUnusable(InvalidInput):
    """A CSV with unusable lines; `errors` lists each with its line. Nothing was changed."""

    message = "文件中有 %(count)d 行不能用，草稿没有改动。请按下面的说明改好后重新导入。"

    def __init__(self, errors: tuple[LineError, ...]) -> None:
        super().__init__(None, count=len(errors))
        self.errors = errors


def start_draft(actor: Actor) -> PhraseLibrary:
    """The draft: the one there is, or a copy of the version in force."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        open_draft = phrase_reads.draft()
        if open_draft is not None:
            return open_draft
        highest = session.exec(select(func.max(PhraseLibrary.version))).one() or 0
        draft = PhraseLibrary(
            version=highest + 1, state=VersionState.DRAFT, created_at=now(), created_by=actor.user_id
        )
        source = phrase_reads.rows(phrase_reads.published())
        session.add(draft)
        session.flush()
        assert draft.id is not None
        session.add_all(copied(row, draft.id) for row in source)
        audit.record(actor, audit.AuditAction.PHRASE_DRAFT_STARTED, draft.id, version=draft.version)
        return draft


def discard_draft(actor: Actor) -> int:
    """Throw the draft away; gives its version number. Raises `NoDraft`.

    What others have changed in it stays: then only the groups of the person's place become as in force.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        draft, mine = _draft(), home(actor)
        in_force, drafted = phrase_reads.rows(phrase_reads.published()), phrase_reads.rows(draft)
        own = phrase_reads.of_owner(mine, in_force)
        for group in _changed_groups(own, phrase_reads.of_owner(mine, drafted)):
            _proposed_no_more(session, actor, group)
        rest = [row for row in drafted if row.branch_id != mine]
        kept = bool(phrase_reads.changes([row for row in in_force if row.branch_id != mine], rest))
        scope = [col(PhraseRow.branch_id) == mine] if kept else []
        session.exec(delete(PhraseRow).where(col(PhraseRow.library_id) == draft.id, *scope))
        if kept:
            session.add_all(copied(row, draft.id or 0) for row in own)
        else:
            session.exec(delete(PhraseLibrary).where(col(PhraseLibrary.id) == draft.id))
        audit.record(actor, audit.AuditAction.PHRASE_DRAFT_DISCARDED, draft.id, version=draft.version)
        return draft.version


def add_phrase(actor: Actor, *, group: str, text: str, role: Role) -> PhraseRow:
    """Add a phrase to a group of the draft.

    Raises `NoDraft`, `GroupUnknown`, `PhraseUnusable`, `PhraseTooLong`, `PhraseThere`.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing():
        there = _owned(actor, group)
        row = _row(there[0].group, there[0].group_name, there[0].kind, role, text, there[0].branch_id)
        return _add(actor, row, there)


def add_group(actor: Actor, *, name: str, kind: PhraseKind, first: str, role: Role) -> PhraseRow:
    """Begin a group with its first phrase. Raises as `add_phrase`, and `GroupThere`."""
    actor.require(UserRole.SUPERVISOR)
    with writing():
        rows = phrase_reads.rows(_draft())
        if any(row.group_name == name.strip() for row in phrase_reads.shown_to(actor, rows)):
            raise GroupThere(name=name.strip())
        key = _free_key(name, {row.group for row in rows})
        return _add(actor, _row(key, name.strip(), kind, role, first, home(actor)), [])


def change_phrase(actor: Actor, phrase_id: int, *, text: str, role: Role) -> PhraseRow:
    """Change a phrase of the draft. Raises `NotFound` and as `add_phrase`."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = phrase_reads.phrase_in_draft(phrase_id, actor)
        there = [other for other in _owned(actor, row.group) if other.id != row.id]
        wanted = _row(row.group, row.group_name, row.kind, role, text, row.branch_id)
        _check_new(wanted, there)
        row.text, row.role = wanted.text, wanted.role
        session.add(row)
        audit.record(actor, audit.AuditAction.PHRASE_CHANGED, row.id, group=row.group, text=row.text)
        return row


def rename_group(actor: Actor, *, group: str, name: str) -> None:
    """Give a group of the draft another name. Raises `NoDraft`, `GroupUnknown`, `GroupThere`."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        rows = phrase_reads.shown_to(actor, phrase_reads.rows(_draft()))
        own = _owned(actor, group)
        if any(row.group_name == name.strip() and row.group != group for row in rows):
            raise GroupThere(name=name.strip())
        for row in own:
            row.group_name = name.strip()
        session.add_all(own)
        audit.record(actor, audit.AuditAction.PHRASE_GROUP_RENAMED, group, name=name.strip())


def remove_phrase(actor: Actor, phrase_id: int) -> PhraseRow:
    """Take a phrase out of the draft; gives what it was. Raises `NotFound`."""
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = phrase_reads.phrase_in_draft(phrase_id, actor)
        _owned(actor, row.group)
        session.delete(row)
        audit.record(actor, audit.AuditAction.PHRASE_REMOVED, phrase_id, group=row.group, text=row.text)
        return row


def restore_phrase(
    actor: Actor, *, group: str, group_name: str, kind: PhraseKind, role: Role, text: str
) -> PhraseRow:
    """Put back what was removed, its group too where it was the last. Raises as `add_phrase`."""
    actor.require(UserRole.SUPERVISOR)
    with writing():
        if not any(row.group == group for row in phrase_reads.rows(_draft())):
            return _add(actor, _row(group, group_name, kind, role, text, home(actor)), [])
        there = _owned(actor, group)
        row = _row(group, there[0].group_name, there[0].kind, role, text, there[0].branch_id)
        return _add(actor, row, there)


def import_table(actor: Actor, text: str, *, replace: bool) -> int:
    """Take phrases from a CSV into the draft (begun where there is none); gives how many are new.

    `replace` makes the person's own groups equal the table; otherwise what is there stays. Lines of others'
    groups that are there are passed over. Raises `TableUnusable`, and `NotTheOwner` where they would change.
    """
    actor.require(UserRole.SUPERVISOR)
    sets = _read(text)
    with writing() as session:
        draft = start_draft(actor)
        assert draft.id is not None
        here = phrase_reads.rows(draft)
        if replace:
            own = phrase_reads.of_owner(home(actor), here)
            for group in {row.group for row in own}:
                _proposed_no_more(session, actor, group)
            owned = col(PhraseRow.branch_id) == home(actor)
            session.exec(delete(PhraseRow).where(col(PhraseRow.library_id) == draft.id, owned))
            here = phrase_reads.rows(draft)
        known = {(row.group, normalize(row.text).text, row.role) for row in here}
        groups = {row.group: row for row in here}
        fresh = [
            row
            for row in _rows_of(sets, groups, draft.id, home(actor))
            if (row.group, normalize(row.text).text, row.role) not in known
        ]
        for row in {row.group: row for row in fresh}.values():
            _check_group(actor, row)
        session.add_all(fresh)
        counts = {"added": len(fresh), "replaced": replace}
        audit.record(actor, audit.AuditAction.PHRASES_IMPORTED, draft.id, **counts)
        return len(fresh)


def _read(text: str) -> tuple[PhraseSet, ...]:
    try:
        return read_csv(text)
    except LibraryErrors as error:
        raise TableUnusable(error.errors) from error


def _owned(actor: Actor, group: str) -> list[PhraseRow]:
    """A group's phrases in the draft, to be changed; what was proposed of it is withdrawn.

    Raises `NoDraft`, `GroupUnknown`, `NotFound` for another branch's, `NotTheOwner`.
    """
    there = [row for row in phrase_reads.rows(_draft()) if row.group == group]
    if not there:
        raise GroupUnknown
    if not phrase_reads.shown_to(actor, there):
        raise NotFound
    _check_group(actor, there[0])
    return there


def _check_group(actor: Actor, row: PhraseRow) -> None:
    require_owner(actor, row.branch_id)
    with writing() as session:
        _proposed_no_more(session, actor, row.group)


def _proposed_no_more(session: Session, actor: Actor, group: str) -> None:
    """What a branch had proposed of a group is another text by now, or gone."""
    if not everywhere(actor):  # a draft that the centre works on stays proposed
        proposal_writes.thrown_away(session, actor, ProposalKind.PHRASES, group)


def _changed_groups(before: list[PhraseRow], after: list[PhraseRow]) -> set[str]:
    changed = phrase_reads.changes(before, after)
    return {row.group for row in (*changed.added, *changed.removed)}


def _rows_of(
    sets: tuple[PhraseSet, ...], groups: dict[str, PhraseRow], library_id: int, new_of: int | None
) -> list[PhraseRow]:
    """Rows for the draft; a group that is there keeps its name, kind and owner, others are of `new_of`."""
    found = []
    for group in sets:
        there = groups.get(group.key)
        for phrase in group.phrases:
            row = _row(
                group.key,
                there.group_name if there else group.name,
                there.kind if there else group.kind,
                phrase.role,
                phrase.text,
                there.branch_id if there else new_of,
            )
            row.library_id = library_id
            found.append(row)
    return found


def _draft() -> PhraseLibrary:
    draft = phrase_reads.draft()
    if draft is None:
        raise NoDraft
    return draft


def _row(group: str, name: str, kind: PhraseKind, role: Role, text: str, branch_id: int | None) -> PhraseRow:
    return PhraseRow(
        library_id=0,
        group=group,
        group_name=name,
        kind=kind,
        role=role,
        text=text.strip(),
        branch_id=branch_id,
    )


def copied(row: PhraseRow, library_id: int) -> PhraseRow:
    """The same phrase for another version."""
    made = _row(row.group, row.group_name, row.kind, row.role, row.text, row.branch_id)
    made.library_id = library_id
    return made


def _check_new(row: PhraseRow, there: list[PhraseRow]) -> None:
    if len(row.text) > PHRASE_CHARS_MAX:
        raise PhraseTooLong(most=PHRASE_CHARS_MAX)
    plain = normalize(row.text).text
    if not normalize(row.text.replace(AGENT_NO, "")).text:
        raise PhraseUnusable
    if any(other.role == row.role and normalize(other.text).text == plain for other in there):
        raise PhraseThere(text=row.text)


def _add(actor: Actor, row: PhraseRow, there: list[PhraseRow]) -> PhraseRow:
    _check_new(row, there)
    with writing() as session:
        draft = _draft()
        assert draft.id is not None
        row.library_id = draft.id
        session.add(row)
        session.flush()
        audit.record(actor, audit.AuditAction.PHRASE_ADDED, row.id, group=row.group, text=row.text)
        return row


def _free_key(name: str, taken: set[str]) -> str:
    """A key for machines from the name: its pinyin, numbered where taken."""
    spelled = "_".join(part for part in lazy_pinyin(name.strip(), errors="ignore") if part)
    latin = "".join(c for c in name.lower() if c.isascii() and c.isalnum())
    base = (spelled or latin or "group")[:34]
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key
