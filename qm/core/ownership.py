"""What belongs to whom: forms, rules and phrases are the centre's or a branch's (docs/adr/0009).

`branch_id` None is the centre's: it holds for every call, and headquarters change it. A branch's holds for
that branch's calls, and its supervisors change it; headquarters may too, having no limit at that level.
Where there is only one branch, its supervisors are the centre's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, or_, true
from sqlmodel import col, select

from qm.core.actor import Actor
from qm.core.database import reading
from qm.core.errors import Conflict, Forbidden
from qm.models import Branch, VersionState


class NotTheOwner(Forbidden):
    """It is the centre's: a branch proposes, the centre publishes."""

    message = "这是总部的，由总部质检主管发布和停用。您可以改一份草稿，再“提请总部发布”。"


class DraftOfOthers(Conflict):
    """There is one draft at a time, and somebody else's is under way."""

    message = "这里已有一份别处起草的草稿（总部或其他机构）。请等它发布或放弃后再改。"


class Owned(Protocol):
    """A version of something that belongs to somebody."""

    version: int
    state: VersionState
    branch_id: int | None


Version = TypeVar("Version", bound=Owned)


def everywhere(actor: Actor) -> bool:
    """Whether a person's word holds for all calls: of headquarters, or of the only branch there is."""
    if actor.branch_id is None:
        return True
    with reading() as session:
        return session.exec(select(Branch.id).where(Branch.id != actor.branch_id)).first() is None


def home(actor: Actor) -> int | None:
    """To whom belongs what this person makes: a branch, or None for the centre."""
    return None if everywhere(actor) else actor.branch_id


def owns(actor: Actor, branch_id: int | None) -> bool:
    """Whether this person may change what belongs to `branch_id`."""
    return everywhere(actor) or (branch_id is not None and actor.branch_id == branch_id)


def require_owner(actor: Actor, branch_id: int | None) -> None:
    """Raises `NotTheOwner` where it is not this person's to change."""
    if not owns(actor, branch_id):
        raise NotTheOwner


def owner_of(versions: Sequence[Owned]) -> int | None:
    """Whose a thing is, by its versions: a draft alone is whose it is; else a branch's draft is an offer."""
    settled = [row for row in versions if row.state is not VersionState.DRAFT]
    return max(settled or versions, key=lambda row: row.version).branch_id


def shown_to(actor: Actor, versions: Sequence[Version]) -> tuple[Version, ...]:
    """The versions this person may read: the centre's and their own; drafts of another branch are not."""
    if everywhere(actor):
        return tuple(versions)
    return tuple(row for row in versions if row.branch_id in (None, actor.branch_id))


def visible(actor: Actor, column: Any) -> ColumnElement[bool]:
    """As `shown_to`, as a condition on a table's `branch_id`."""
    return true() if everywhere(actor) else holds_for(actor.branch_id, column)


def holds_for(branch_id: int | None, column: Any) -> ColumnElement[bool]:
    """The condition on `branch_id` of what holds for a branch's calls: the centre's and its own."""
    if branch_id is None:
        return col(column).is_(None)
    return or_(col(column).is_(None), col(column) == branch_id)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a person may change, and how owners are called: for pages."""

    branch_id: int | None
    everywhere: bool
    names: Mapping[int, str]
    """Of the branches, by id."""

    def owns(self, branch_id: int | None) -> bool:
        """As the function of this name."""
        return self.everywhere or (branch_id is not None and self.branch_id == branch_id)

    def name(self, branch_id: int | None) -> str:
        """Of a branch; empty for the centre."""
        return self.names.get(branch_id or 0, "")

    @property
    def shared(self) -> bool:
        """There are several branches, so that it matters whose a thing is."""
        return len(self.names) > 1


def reach(actor: Actor) -> Reach:
    """What of the house this person may change."""
    with reading() as session:
        names = {row.id or 0: row.name for row in session.exec(select(Branch)).all()}
    return Reach(actor.branch_id, everywhere(actor), names)
