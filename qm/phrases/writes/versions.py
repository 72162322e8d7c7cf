"""Publishing the phrase library: the draft becomes the version in force and never changes again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict
from qm.core.ownership import home
from qm.models import PhraseLibrary, PhraseRow, VersionState
from qm.phrases.reads import library as phrase_reads
from qm.phrases.writes.library import NoDraft, copied


class NothingChanged(Conflict):
    """The draft equals the version in force."""

    message = "草稿与现行版本完全一样，没有可发布的改动。可以继续编辑，或放弃草稿。"


class LibraryEmpty(Conflict):
    """A library without phrases finds nothing."""

    message = "草稿里一条短语也没有。请先添加或导入短语再发布。"


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did."""

    library: PhraseLibrary
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class _Divided:
    """A draft divided into what one place may publish and the rest."""

    own: list[PhraseRow]
    before: list[PhraseRow]
    """In force instead of `own`."""
    others: list[PhraseRow]
    """As drafted."""
    settled: list[PhraseRow]
    """In force instead of `others`."""

    @property
    def pending(self) -> bool:
        """Others have changes of their own in the draft."""
        return bool(phrase_reads.changes(self.settled, self.others))


def _divided(draft: PhraseLibrary, current: PhraseLibrary | None, place: int | None) -> _Divided:
    drafted, in_force = phrase_reads.rows(draft), phrase_reads.rows(current)
    own = phrase_reads.of_owner(place, drafted)
    before, settled = phrase_reads.given_way(own, in_force, place)
    return _Divided(own, before, [row for row in drafted if row.branch_id != place], settled)


def _leave_out(session: Session, draft: PhraseLibrary, divided: _Divided) -> None:
    """Put what is in force of others in place of what they have drafted."""
    for row in divided.others:
        session.delete(row)
    session.flush()
    session.add_all(copied(row, draft.id or 0) for row in divided.settled)
    session.flush()


def _begin_next(session: Session, published: PhraseLibrary, rows: list[PhraseRow]) -> None:
    """The draft that goes on after a version was published out of it."""
    following = PhraseLibrary(
        version=published.version + 1,
        state=VersionState.DRAFT,
        created_at=now(),
        created_by=published.created_by,
    )
    session.add(following)
    session.flush()
    session.add_all(copied(row, following.id or 0) for row in rows)


def publish(actor: Actor, *, note: str = "") -> Published:
    """Put what the person's place has drafted in force; the version before is retired and stays readable.

    1. The centre publishes the centre's groups, a branch its own. 2. What others have drafted meanwhile
    stays a draft, as the next version. Raises `NoDraft`, `LibraryEmpty`, `NothingChanged`.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        draft, current = phrase_reads.draft(), phrase_reads.published()
        if draft is None:
            raise NoDraft
        mine = _divided(draft, current, home(actor))
        if not (mine.own or mine.settled):
            raise LibraryEmpty
        changed = phrase_reads.changes(mine.before, mine.own)
        if not changed:
            raise NothingChanged
        pending = [copied(row, 0) for row in mine.others] if mine.pending else []
        if pending:
            _leave_out(session, draft, mine)
        if current is not None:
            current.state = VersionState.RETIRED
            session.add(current)
        draft.state, draft.note = VersionState.PUBLISHED, note.strip()
        draft.published_at, draft.published_by = now(), actor.user_id
        session.add(draft)
        session.flush()
        if pending:
            _begin_next(session, draft, [*mine.own, *pending])
        counts = {"added": len(changed.added), "removed": len(changed.removed)}
        detail = {"version": draft.version, **counts}
        audit.record(actor, audit.AuditAction.PHRASE_LIBRARY_PUBLISHED, draft.id, **detail)
        return Published(draft, **counts)
