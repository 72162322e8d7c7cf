"""The phrase library: the version in force, the draft, and how they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col, select

from qm.core.actor import SYSTEM, Actor
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.ownership import everywhere, home
from qm.jobs import reads as job_reads
from qm.models import Job, PhraseLibrary, PhraseRow, Recording, RecordingStatus, VersionState
from transcribe.types import Phrase, PhraseKind, PhraseSet

KIND_ORDER = (PhraseKind.REQUIRED, PhraseKind.FORBIDDEN, PhraseKind.TOPIC)
"""In which order kinds are shown."""


@dataclass(frozen=True, slots=True)
class Group:
    """A named group of phrases in one version."""

    key: str
    name: str
    kind: PhraseKind
    phrases: tuple[PhraseRow, ...]

    @property
    def branch_id(self) -> int | None:
        """Whose the group is; None is the centre's."""
        return self.phrases[0].branch_id


@dataclass(frozen=True, slots=True)
class Changes:
    """How a draft differs from the version in force."""

    added: tuple[PhraseRow, ...]
    removed: tuple[PhraseRow, ...]
    renamed: tuple[tuple[str, str], ...]
    """Group names, before and after."""
    moved: tuple[str, ...] = ()
    """Names of groups that now belong to somebody else."""

    def __bool__(self) -> bool:
        """True where anything differs."""
        return bool(self.added or self.removed or self.renamed or self.moved)


def published() -> PhraseLibrary | None:
    """The version in force."""
    return _newest(VersionState.PUBLISHED)


def draft() -> PhraseLibrary | None:
    """The version being edited."""
    return _newest(VersionState.DRAFT)


def versions() -> list[PhraseLibrary]:
    """Every version, newest first."""
    with reading() as session:
        statement = select(PhraseLibrary).order_by(col(PhraseLibrary.version).desc())
        return list(session.exec(statement).all())


def version(number: int) -> PhraseLibrary:
    """A version by its number. Raises `NotFound`."""
    with reading() as session:
        found = session.exec(select(PhraseLibrary).where(PhraseLibrary.version == number)).first()
    if found is None:
        raise NotFound
    return found


def _newest(state: VersionState) -> PhraseLibrary | None:
    with reading() as session:
        return session.exec(
            select(PhraseLibrary)
            .where(PhraseLibrary.state == state)
            .order_by(col(PhraseLibrary.version).desc())
        ).first()


def rows(library: PhraseLibrary | None) -> list[PhraseRow]:
    """Every phrase of a version, in the order of entry."""
    if library is None:
        return []
    with reading() as session:
        return list(
            session.exec(
                select(PhraseRow).where(PhraseRow.library_id == library.id).order_by(col(PhraseRow.id))
            ).all()
        )


def shown_to(actor: Actor, phrases: Iterable[PhraseRow]) -> list[PhraseRow]:
    """Those this person may read: the centre's and their branch's; headquarters all."""
    found = list(phrases)
    if everywhere(actor):
        return found
    return [row for row in found if row.branch_id in (None, actor.branch_id)]


def of_owner(branch_id: int | None, phrases: Iterable[PhraseRow]) -> list[PhraseRow]:
    """Those of the groups of one branch, or of the centre."""
    return [row for row in phrases if row.branch_id == branch_id]


def grouped(phrases: Iterable[PhraseRow]) -> tuple[Group, ...]:
    """Phrases by group: required, forbidden, then topics; groups in the order of entry."""
    found: dict[str, list[PhraseRow]] = defaultdict(list)
    for row in phrases:
        found[row.group].append(row)
    groups = [Group(key, items[0].group_name, items[0].kind, tuple(items)) for key, items in found.items()]
    return tuple(sorted(groups, key=lambda group: KIND_ORDER.index(group.kind)))


def group_of(library: PhraseLibrary | None, key: str, actor: Actor = SYSTEM) -> Group:
    """One group of a version, as far as `actor` may read it. Raises `NotFound`."""
    for group in grouped(shown_to(actor, rows(library))):
        if group.key == key:
            return group
    raise NotFound


def phrase_in_draft(phrase_id: int, actor: Actor = SYSTEM) -> PhraseRow:
    """A phrase that may still be changed, and that `actor` may read. Raises `NotFound` for others."""
    with reading() as session:
        found = session.exec(
            select(PhraseRow)
            .join(PhraseLibrary, col(PhraseLibrary.id) == PhraseRow.library_id)
            .where(PhraseRow.id == phrase_id, PhraseLibrary.state == VersionState.DRAFT)
        ).first()
    if found is None or not shown_to(actor, [found]):
        raise NotFound
    return found


def matching(phrases: Iterable[PhraseRow], wanted: str) -> list[PhraseRow]:
    """Phrases that contain `wanted`, or whose group's name does."""
    return [row for row in phrases if wanted in row.text or wanted in row.group_name]


def as_sets(phrases: Iterable[PhraseRow]) -> tuple[PhraseSet, ...]:
    """The phrases as the library that scanning and export take."""
    return tuple(
        PhraseSet(
            group.key,
            group.name,
            group.kind,
            tuple(Phrase(str(row.id), row.text, row.group, row.kind, row.role) for row in group.phrases),
        )
        for group in grouped(phrases)
    )


def changes(before: Iterable[PhraseRow], after: Iterable[PhraseRow]) -> Changes:
    """What was added, removed, renamed and given to another owner from one version to another."""
    old, new = {_identity(row): row for row in before}, {_identity(row): row for row in after}
    names_before = {row.group: row.group_name for row in old.values()}
    names_after = {row.group: row.group_name for row in new.values()}
    renamed = [
        (name, names_after[key])
        for key, name in names_before.items()
        if key in names_after and names_after[key] != name
    ]
    owners = {row.group: row.branch_id for row in old.values()}
    moved = {
        row.group: row.group_name
        for row in new.values()
        if owners.get(row.group, row.branch_id) != row.branch_id
    }
    return Changes(
        added=tuple(row for key, row in new.items() if key not in old),
        removed=tuple(row for key, row in old.items() if key not in new),
        renamed=tuple(renamed),
        moved=tuple(moved.values()),
    )


def own_changes(actor: Actor) -> Changes:
    """What the draft would change if this person published it: the groups of their place alone."""
    place = home(actor)
    drafted = of_owner(place, rows(draft()))
    before, _others = given_way(drafted, rows(published()), place)
    return changes(before, drafted)


def given_way(
    drafted: Iterable[PhraseRow], in_force: Iterable[PhraseRow], place: int | None
) -> tuple[list[PhraseRow], list[PhraseRow]]:
    """What is in force, divided into what one place's drafted groups take the place of, and the rest.

    A group that the place adopts gives way too, whose ever it was.
    """
    before: list[PhraseRow] = []
    others: list[PhraseRow] = []
    adopted = {row.group for row in drafted}
    for row in in_force:
        (before if row.branch_id == place or row.group in adopted else others).append(row)
    return before, others


def _identity(row: PhraseRow) -> tuple[str, str, str, str]:
    return row.group, row.text, row.role.value, row.kind.value


def to_rescan(actor: Actor) -> list[str]:
    """Heard recordings in the person's reach that a version in force may be applied to.

    Those on their way are left out: they meet the version in force by themselves.
    """
    heard = (RecordingStatus.TRANSCRIBED, RecordingStatus.SCANNED, RecordingStatus.READY)
    busy = select(Job.recording_id).where(col(Job.state).in_(job_reads.ACTIVE))
    with reading() as session:
        return list(
            session.exec(
                select(Recording.id).where(
                    col(Recording.status).in_(heard),
                    col(Recording.id).not_in(busy),
                    job_reads.watchable_by(actor),
                )
            ).all()
        )
