"""Binding forms to queues, teams and directions, from a day to a day."""

from __future__ import annotations

from datetime import date

from sqlmodel import col, select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from qm.core.ownership import owns, visible
from qm.models import RubricBinding, RubricVersion, Team, VersionState
from qm.rubrics.reads.bindings import in_scope, teams

DIRECTIONS = ("", "inbound", "outbound")


class BindingUnusable(InvalidInput):
    """Days run backwards, or something named does not exist."""

    message = "适用范围填写有误：请选择已发布的评分表，结束日期不早于开始日期。"


class BindingTooWide(Forbidden):
    """Without a team a binding reaches into every branch."""

    message = "不限班组的适用范围涉及所有机构，由总部质检主管指定。请选择本机构的班组。"


class BindingThere(Conflict):
    """The same range from the same day is bound already."""

    message = "这个范围从同一天起已经指定了评分表，请先结束原来的。"


def bind(
    actor: Actor,
    *,
    rubric_key: str,
    queue: str,
    team_id: int | None,
    direction: str,
    from_day: date,
    to_day: date | None,
) -> RubricBinding:
    """Bind a form; a branch for its own teams, or its own form for all its calls; headquarters for all.

    Raises `NotFound` for another branch's team, `BindingUnusable`, `BindingTooWide`, `BindingThere`,
    `Forbidden`.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        form = session.exec(
            select(RubricVersion).where(
                RubricVersion.key == rubric_key,
                RubricVersion.state == VersionState.PUBLISHED,
                visible(actor, RubricVersion.branch_id),
            )
        ).first()
        if team_id is None and form is not None and not owns(actor, form.branch_id):
            raise BindingTooWide
        backwards = to_day is not None and to_day < from_day
        team = session.get(Team, team_id) if team_id is not None else None
        if team is not None and team.id not in {known.id for known in teams(actor)}:
            raise NotFound
        unknown = form is None or (team_id is not None and team is None)
        if unknown or backwards or direction not in DIRECTIONS:
            raise BindingUnusable
        same = session.exec(
            select(RubricBinding).where(
                RubricBinding.queue == queue.strip(),
                RubricBinding.team_id == team_id,
                RubricBinding.direction == direction,
                RubricBinding.from_day == from_day,
            )
        ).first()
        if same is not None and (same.to_day is None or same.to_day >= from_day):
            raise BindingThere
        row = RubricBinding(
            rubric_key=rubric_key,
            queue=queue.strip()[:80],
            team_id=team_id,
            direction=direction,
            from_day=from_day,
            to_day=to_day,
            created_at=now(),
            created_by=actor.user_id,
        )
        session.add(row)
        session.flush()
        audit.record(actor, audit.AuditAction.RUBRIC_BOUND, row.id, key=rubric_key)
        return row


def end(actor: Actor, binding_id: int, *, last_day: date) -> RubricBinding | None:
    """Let a binding end with a day; one that has not begun by then is taken away (gives None).

    Raises `NotFound`, `BindingTooWide`, `Forbidden`.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = session.exec(
            select(RubricBinding).where(RubricBinding.id == binding_id, in_scope(actor))
        ).first()
        if row is None:
            raise NotFound
        form = session.exec(
            select(RubricVersion)
            .where(RubricVersion.key == row.rubric_key, RubricVersion.state != VersionState.DRAFT)
            .order_by(col(RubricVersion.version).desc())
        ).first()
        if row.team_id is None and not owns(actor, form.branch_id if form else None):
            raise BindingTooWide
        audit.record(actor, audit.AuditAction.RUBRIC_UNBOUND, row.id, key=row.rubric_key)
        if row.from_day > last_day:
            session.delete(row)
            return None
        row.to_day = last_day
        session.add(row)
        return row
