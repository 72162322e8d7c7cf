"""Rubric versions: the forms there are, one of them, how two differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, func, select

from qm.core.actor import SYSTEM, Actor
from qm.core.batches import batches
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.ownership import owner_of, shown_to
from qm.core.visibility import released_by_a_person
from qm.models import Evaluation, RubricVersion, VersionState
from scoring.rubric import Change, diff, rubric_from_dict
from scoring.types import Rubric


@dataclass(frozen=True, slots=True)
class RubricLine:
    """One form with its versions, newest first."""

    key: str
    versions: tuple[RubricVersion, ...]
    used: int
    """Scores that people released with any of its versions."""

    @property
    def newest(self) -> RubricVersion:
        """The latest version, draft or not."""
        return self.versions[0]

    @property
    def in_force(self) -> RubricVersion | None:
        """The published version, if there is one."""
        return next((v for v in self.versions if v.state is VersionState.PUBLISHED), None)

    @property
    def branch_id(self) -> int | None:
        """Whose the form is; None is the centre's. A branch's draft of the centre's form changes nothing."""
        return owner_of(self.versions)

    @property
    def rubric(self) -> Rubric:
        """The form itself: the version in force, else the newest."""
        return rubric_from_dict((self.in_force or self.newest).document)


@dataclass(frozen=True, slots=True)
class RubricView:
    """One version of a form, readable."""

    row: RubricVersion
    rubric: Rubric
    siblings: tuple[RubricVersion, ...]
    """Every version of the form, newest first."""
    used: int
    """Evaluations made with this version."""
    changes: tuple[Change, ...]
    """Against the version before; empty for the first."""
    before: RubricVersion | None

    @property
    def branch_id(self) -> int | None:
        """Whose the form is, as `RubricLine.branch_id`."""
        return owner_of(self.siblings)


def lines(actor: Actor = SYSTEM) -> tuple[RubricLine, ...]:
    """Every form that `actor` may read, those in force first, then in the order in which they came to be.

    A branch reads the centre's and its own.
    """
    with reading() as session:
        found_rows = session.exec(select(RubricVersion).order_by(col(RubricVersion.version).desc())).all()
        rows = shown_to(actor, found_rows)
        used = _used()
    by_key: dict[str, list[RubricVersion]] = defaultdict(list)
    for row in rows:
        by_key[row.key].append(row)
    found = [
        RubricLine(key, tuple(items), sum(used.get(item.id or 0, 0) for item in items))
        for key, items in by_key.items()
    ]
    return tuple(sorted(found, key=lambda line: (line.in_force is None, line.versions[-1].id or 0)))


def view(rubric_id: int, actor: Actor = SYSTEM) -> RubricView:
    """One version. Raises `NotFound`."""
    row = version(rubric_id, actor)
    with reading() as session:
        siblings = shown_to(
            actor,
            session.exec(
                select(RubricVersion)
                .where(RubricVersion.key == row.key)
                .order_by(col(RubricVersion.version).desc())
            ).all(),
        )
    before = next((item for item in siblings if item.version < row.version), None)
    rubric = rubric_from_dict(row.document)
    changes = diff(rubric_from_dict(before.document), rubric) if before else ()
    return RubricView(row, rubric, siblings, _used().get(rubric_id, 0), changes, before)


def version(rubric_id: int, actor: Actor = SYSTEM) -> RubricVersion:
    """The stored version. Raises `NotFound`, also for another branch's."""
    with reading() as session:
        row = session.get(RubricVersion, rubric_id)
    if row is None or not shown_to(actor, [row]):
        raise NotFound
    return row


def owner(key: str) -> int | None:
    """Whose the form of this key is, as `RubricLine.branch_id`."""
    with reading() as session:
        return owner_of(session.exec(select(RubricVersion).where(RubricVersion.key == key)).all())


def rubrics_by_id(ids: Collection[int]) -> dict[int, Rubric]:
    """These versions as forms."""
    found: dict[int, Rubric] = {}
    with reading() as session:
        for some in batches(ids):
            rows = session.exec(select(RubricVersion).where(col(RubricVersion.id).in_(some))).all()
            found |= {row.id or 0: rubric_from_dict(row.document) for row in rows}
    return found


def published() -> tuple[RubricVersion, ...]:
    """The version in force of each form, the oldest first."""
    with reading() as session:
        rows = session.exec(
            select(RubricVersion)
            .where(RubricVersion.state == VersionState.PUBLISHED)
            .order_by(col(RubricVersion.id))
        ).all()
    return tuple(rows)


def in_force_for(branch_id: int | None) -> tuple[RubricVersion, ...]:
    """As `published`, of those that hold for a branch's calls: the centre's and the branch's own."""
    return tuple(row for row in published() if row.branch_id in (None, branch_id))


def _used() -> dict[int, int]:
    with reading() as session:
        counted = (
            select(Evaluation.rubric_id, func.count())
            .where(released_by_a_person())
            .group_by(col(Evaluation.rubric_id))
        )
        return dict(session.exec(counted).all())
