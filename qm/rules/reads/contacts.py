"""Cross-call checks: customers who were called too often, or at hours when nobody may be called.

A branch's calls are judged together by the branch's policy, and then shown as far as the person may see
them: a leader learns that a call was the customer's fifth of the day, not who made the other four.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

import sqlalchemy as sa
from sqlalchemy import ColumnElement, or_, true
from sqlmodel import col, select

from qm.core.actor import Actor
from qm.core.batches import batches
from qm.core.database import reading
from qm.core.periods import Period, PeriodKind, current
from qm.core.visibility import visible_to
from qm.hearing.reads.calls import masked
from qm.models import Agent, ContactPolicyRow, Recording, Team
from scoring.rules import Contact, ContactFault, ContactPolicy, contact_faults

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One call that breaks the policy."""

    recording_id: str
    external_id: str
    started_at: datetime
    """In the call's own zone."""
    nth: int
    """Which call of the day to this customer it was."""
    faults: tuple[ContactFault, ...]
    agent_name: str
    agent_no: str
    team: str
    queue: str


@dataclass(frozen=True, slots=True)
class ContactDay:
    """A customer's day with at least one call that breaks the policy."""

    customer: str
    """The number, of which only the ends are shown; empty where the telephone system named none."""
    day: date
    calls: int
    """All calls to the customer on that day, whoever made them."""
    lines: tuple[ContactLine, ...]


@dataclass(frozen=True, slots=True)
class ContactDays:
    """What a period holds."""

    calls: int
    """All calls that break the policy, shown or not."""
    shown: tuple[ContactDay, ...]
    """The latest days."""
    more: bool
    """There are earlier ones."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A call's data as the check reads them."""

    recording_id: str
    call_data: dict[str, str]
    started_at: datetime
    visible: bool

    @property
    def customer_day(self) -> tuple[str, date]:
        """Whom it was to, and when."""
        return self.call_data["caller"], self.started_at.date()


@dataclass(frozen=True, slots=True)
class _Day:
    """A customer's day with the faults of each call, before it is put in words."""

    customer: str
    day: date
    calls: int
    faults: dict[str, tuple[int, tuple[ContactFault, ...]]]
    """By call, in order of time: which of the day it was, and what is wrong."""
    last: datetime


def policy_of(branch_id: int | None) -> ContactPolicy:
    """The policy of a branch: its own, else that of headquarters, else the usual one."""
    general = col(ContactPolicyRow.branch_id).is_(None)
    with reading() as session:
        row = session.exec(
            select(ContactPolicyRow)
            .where(or_(general, col(ContactPolicyRow.branch_id) == branch_id))
            .order_by(general, col(ContactPolicyRow.id).desc())
        ).first()
    if row is None:
        return ContactPolicy()
    return ContactPolicy(
        time.fromisoformat(row.quiet_from),
        time.fromisoformat(row.quiet_until),
        row.max_per_day,
        row.direction,
    )


def days(actor: Actor, period: Period, *, most: int | None = None) -> ContactDays:
    """Customers' days of the period with faults that the person may see, the latest first, `most` at most."""
    found = sorted(_found(actor, period), key=lambda item: (item.day, item.last), reverse=True)
    shown = found[:most]
    rows = _rows([recording_id for item in shown for recording_id in item.faults])
    return ContactDays(
        calls=sum(len(item.faults) for item in found),
        shown=tuple(
            ContactDay(
                masked(item.customer),
                item.day,
                item.calls,
                tuple(_line(*rows[key], *told) for key, told in item.faults.items()),
            )
            for item in shown
        ),
        more=len(shown) < len(found),
    )


def today(actor: Actor) -> int:
    """How many calls of today break the policy, as far as the person may see them."""
    return sum(len(day.faults) for day in _found(actor, current(PeriodKind.TODAY)))


def _found(actor: Actor, period: Period) -> Iterator[_Day]:
    for branch_id, calls in _calls(actor, period).items():
        yield from _judged(calls, policy_of(branch_id), period)


def _judged(calls: list[_Call], policy: ContactPolicy, period: Period) -> Iterator[_Day]:
    by_id = {call.recording_id: call for call in calls}
    faults: dict[str, list[Contact]] = defaultdict(list)
    for contact in contact_faults(calls, policy):
        call = by_id[contact.recording_id]
        if call.visible and period.start <= call.started_at < period.end:
            faults[contact.recording_id].append(contact)
    totals = Counter(
        call.customer_day for call in calls if policy.direction in ("", call.call_data["direction"])
    )
    grouped: dict[tuple[str, date], list[_Call]] = defaultdict(list)
    for recording_id in faults:  # in order of time, as the check gives them
        grouped[by_id[recording_id].customer_day].append(by_id[recording_id])
    for (customer, day), group in grouped.items():
        told = {
            call.recording_id: (
                faults[call.recording_id][0].nth_that_day,
                tuple(sorted(contact.fault for contact in faults[call.recording_id])),
            )
            for call in group
        }
        yield _Day(customer, day, totals[customer, day], told, group[-1].started_at)


def _line(
    row: Recording, agent: Agent | None, team: Team | None, nth: int, faults: tuple[ContactFault, ...]
) -> ContactLine:
    return ContactLine(
        recording_id=row.id,
        external_id=row.external_id,
        started_at=_local(row.started_at, row.utc_offset_min),
        nth=nth,
        faults=faults,
        agent_name=agent.name if agent else "",
        agent_no=agent.number if agent else "",
        team=team.name if team else "",
        queue=row.queue,
    )


def _rows(recording_ids: Sequence[str]) -> dict[str, tuple[Recording, Agent | None, Team | None]]:
    """These calls with agent and team."""
    found: dict[str, tuple[Recording, Agent | None, Team | None]] = {}
    with reading() as session:
        for some in batches(recording_ids):
            rows = session.exec(
                select(Recording, Agent, Team)
                .outerjoin(Agent, col(Agent.id) == Recording.agent_id)
                .outerjoin(Team, col(Team.id) == Recording.team_id)
                .where(col(Recording.id).in_(some))
            )
            found.update({row.id: (row, agent, team) for row, agent, team in rows})
    return found


def _calls(actor: Actor, period: Period) -> dict[int | None, list[_Call]]:
    """Calls by branch, of the period and a day around it: a call's day is that of its own zone."""
    columns = (
        col(Recording.id), col(Recording.branch_id), col(Recording.started_at),
        col(Recording.utc_offset_min), col(Recording.direction), col(Recording.caller),
    )  # fmt: skip
    statement = sa.select(*columns, visible_to(actor)).where(
        _branch(actor),
        _direction(),
        col(Recording.started_at) >= period.start - _A_DAY,
        col(Recording.started_at) < period.end + _A_DAY,
    )
    found: dict[int | None, list[_Call]] = defaultdict(list)
    with reading() as session:
        for key, branch_id, at, offset_min, direction, caller, visible in session.connection().execute(
            statement
        ):
            started_at = _local(at, offset_min)
            data = {"started_at": started_at.isoformat(), "direction": direction, "caller": caller}
            found[branch_id].append(_Call(key, data, started_at, bool(visible)))
    return found


def _local(at: datetime, offset_min: int) -> datetime:
    return at.astimezone(timezone(timedelta(minutes=offset_min)))


def _branch(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.branch_id is None else col(Recording.branch_id) == actor.branch_id


def _direction() -> ColumnElement[bool]:
    """Leaves out calls that no policy asks about: in most centres the greater part."""
    with reading() as session:
        asked = set(session.exec(select(ContactPolicyRow.direction).distinct()).all())
    asked.add(ContactPolicy().direction)
    return true() if "" in asked else col(Recording.direction).in_(asked)
