"""Publishing the phrase library: the draft becomes the version in force and never changes again."""

from __future__ import annotations

from dataclasses import dataclass

from qm.actor import Actor, UserRole
from qm.clock import now
from qm.database import writing
from qm.errors import Conflict
from qm.models import PhraseLibrary, VersionState
from qm.queries import phrases as queries
from qm.services import audit
from qm.services.phrases import NoDraft


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


def publish(actor: Actor, *, note: str = "") -> Published:
    """Put the draft in force; the version before is retired and stays readable.

    Raises `NoDraft`, `LibraryEmpty`, `NothingChanged`.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        draft, current = queries.draft(), queries.published()
        if draft is None:
            raise NoDraft
        rows = queries.rows(draft)
        if not rows:
            raise LibraryEmpty
        changed = queries.changes(queries.rows(current), rows)
        if not changed:
            raise NothingChanged
        if current is not None:
            current.state = VersionState.RETIRED
            session.add(current)
        draft.state, draft.note = VersionState.PUBLISHED, note.strip()
        draft.published_at, draft.published_by = now(), actor.user_id
        session.add(draft)
        counts = {"added": len(changed.added), "removed": len(changed.removed)}
        detail = {"version": draft.version, **counts}
        audit.record(actor, audit.AuditAction.PHRASE_LIBRARY_PUBLISHED, draft.id, **detail)
        return Published(draft, **counts)
