"""Which form judges a call: by queue, team, direction and day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, timezone

from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import col, select

from qm.core.actor import Actor
from qm.core.database import reading
from qm.core.ownership import owns, shown_to, visible
from qm.models import Recording, RubricBinding, RubricVersion, Team, VersionState
from qm.rubrics.reads.versions import published

GENERAL_RUBRIC = "phone_banking"
"""The form for calls that none is bound to, where it is published; else the first published one."""


@dataclass(frozen=True, slots=True)
class Call:
    """What of a call decides on its form. `day` is the call's own, at its place."""

    queue: str
    team_id: int | None
    direction: str
    day: date


@dataclass(frozen=True, slots=True)
class BindingLine:
    """One binding, readable."""

    row: RubricBinding
    title: str
    """Of the form's newest version."""
    team: str
    in_force: bool
    """The form has a published version."""
    changeable: bool
    """Its reach lies within the person's branch."""


def chosen(bindings: Iterable[RubricBinding], call: Call, own: Collection[str] = ()) -> str | None:
    """Key of the form bound to a call; None where none is. `own`: keys of the forms of the call's branch.

    Of several, the one that names most of queue, team and direction; then a branch's own before the
    centre's; then the one begun latest, then the one entered last. Pure.
    """
    found = [item for item in bindings if _holds(item, call)]
    if not found:
        return None
    order = lambda item: (_named(item), item.rubric_key in own, item.from_day, item.id or 0)  # noqa: E731
    return max(found, key=order).rubric_key


def call_of(recording: Recording) -> Call:
    """What of a recording decides on its form."""
    local = recording.started_at.astimezone(timezone(timedelta(minutes=recording.utc_offset_min)))
    return Call(recording.queue, recording.team_id, recording.direction, local.date())


def version_for(recording: Recording) -> RubricVersion | None:
    """The version in force of the form bound to a call; None where none is bound or in force."""
    return versions_for([recording])[recording.id]


def versions_for(recordings: Sequence[Recording]) -> dict[str, RubricVersion | None]:
    """As `version_for`, of many calls, by recording id."""
    with reading() as session:
        bindings = session.exec(select(RubricBinding)).all()
        if not bindings:
            return dict.fromkeys((item.id for item in recordings), None)
    in_force = published()
    return {item.id: _form_of(item, bindings, in_force) for item in recordings}


def _form_of(
    recording: Recording, bindings: Iterable[RubricBinding], in_force: Iterable[RubricVersion]
) -> RubricVersion | None:
    """Of the forms that hold for the call's branch, the one bound to it."""
    by_key = {row.key: row for row in in_force if row.branch_id in (None, recording.branch_id)}
    own = {key for key, row in by_key.items() if row.branch_id is not None}
    usable = (item for item in bindings if item.rubric_key in by_key)
    return by_key.get(chosen(usable, call_of(recording), own) or "")


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """Bindings that concern a person's calls: of the branch's teams, and of no team; headquarters all.

    Those without a team are of the centre's forms, or of the branch's own.
    """
    if actor.branch_id is None:
        return true()
    own = select(Team.id).where(Team.branch_id == actor.branch_id)
    forms = select(RubricVersion.key).where(visible(actor, RubricVersion.branch_id))
    wide = and_(col(RubricBinding.team_id).is_(None), col(RubricBinding.rubric_key).in_(forms))
    return or_(wide, col(RubricBinding.team_id).in_(own))


def lines(actor: Actor) -> tuple[BindingLine, ...]:
    """The bindings in scope, those without end first, then by their last day, latest first."""
    with reading() as session:
        rows = session.exec(
            select(RubricBinding).where(in_scope(actor)).order_by(col(RubricBinding.id).desc())
        ).all()
        versions = session.exec(select(RubricVersion).order_by(col(RubricVersion.version))).all()
        teams = {team.id: team.name for team in session.exec(select(Team)).all()}
    titles = {row.key: row.title for row in versions}
    in_force = {row.key for row in versions if row.state is VersionState.PUBLISHED}
    owners = {row.key: row.branch_id for row in versions if row.state is not VersionState.DRAFT}
    found = [
        BindingLine(
            row,
            titles.get(row.rubric_key, row.rubric_key),
            teams.get(row.team_id, "") if row.team_id else "",
            row.rubric_key in in_force,
            row.team_id is not None or owns(actor, owners.get(row.rubric_key)),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda line: line.row.to_day or date.max, reverse=True))


def published_forms(actor: Actor) -> tuple[tuple[str, str], ...]:
    """Key and title of each form in force that `actor` may read."""
    return tuple((row.key, row.title) for row in shown_to(actor, published()))


def binds_without_team(actor: Actor) -> bool:
    """Whether there is a form in force that this person may bind to calls of every team it holds for."""
    return any(owns(actor, row.branch_id) for row in published())


def teams(actor: Actor) -> tuple[Team, ...]:
    """The teams of a person's branch; headquarters every one."""
    own = true() if actor.branch_id is None else col(Team.branch_id) == actor.branch_id
    with reading() as session:
        return tuple(session.exec(select(Team).where(own).order_by(col(Team.name))).all())


def _holds(item: RubricBinding, call: Call) -> bool:
    return (
        item.from_day <= call.day
        and (item.to_day is None or call.day <= item.to_day)
        and item.queue in ("", call.queue)
        and item.team_id in (None, call.team_id)
        and item.direction in ("", call.direction)
    )


def _named(item: RubricBinding) -> int:
    return bool(item.queue) + (item.team_id is not None) + bool(item.direction)
