"""The list of recordings: filtered, newest first, page by page at the same speed however deep.

Pages continue from the last row (keyset), so page 200 of 10,000 calls costs what page 1 does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import Session, col, func, or_, select

from qm.core.actor import Actor
from qm.core.clock import midnight
from qm.core.database import reading
from qm.core.visibility import released_by_a_person, visible_to
from qm.hearing.reads.calls import forbidden_counts, human_states
from qm.models import (
    Agent,
    Assignment,
    AssignmentState,
    Evaluation,
    EvaluationState,
    HitRow,
    Recording,
    RecordingStatus,
    Team,
    User,
)
from transcribe.types import PhraseKind

PAGE = 50
COUNT_MOST = 10_000
"""Rows counted at most: beyond it the page says *more than*."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person asked for; empty fields ask for nothing."""

    since: date | None = None
    until: date | None = None
    """Including this day."""
    team_id: int | None = None
    agent: str = ""
    """The agent's number or part of the name."""
    queue: str = ""
    status: RecordingStatus | None = None
    forbidden: bool = False
    """Only calls with forbidden phrases."""
    unscored: bool = False
    """Only calls that nobody has scored."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page."""

    started_at: datetime
    recording_id: str


@dataclass(frozen=True, slots=True)
class Line:
    """One recording in the list."""

    recording_id: str
    started_at: datetime
    agent_name: str
    agent_no: str
    team: str
    queue: str
    direction: str
    duration_s: float
    status: RecordingStatus
    forbidden: int
    state: EvaluationState | None
    """Of the human evaluation; None where nobody began."""
    total: str
    vetoed: bool
    held_by: str
    """Inspector who has it to score, else who scored it; empty where nobody."""
    assignment_id: int | None
    """The open assignment, which a supervisor may withdraw."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list."""

    lines: tuple[Line, ...]
    count: int
    """All that match, up to `COUNT_MOST`."""
    following: Cursor | None
    """Where the next page continues."""


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What can be chosen in the filters."""

    teams: tuple[Team, ...]
    queues: tuple[str, ...]


def page(actor: Actor, filters: Filters, *, after: Cursor | None = None) -> ListPage:
    """Recordings that `actor` may see and the filters leave, newest first."""
    wanted = [visible_to(actor), *_conditions(filters)]
    with reading() as session:
        rows = session.exec(
            select(Recording, Agent, Team)
            .outerjoin(Agent, col(Agent.id) == Recording.agent_id)
            .outerjoin(Team, col(Team.id) == Recording.team_id)
            .where(*wanted, *_past(after))
            .order_by(col(Recording.started_at).desc(), col(Recording.id).desc())
            .limit(PAGE + 1)
        ).all()
        counted = (
            select(Recording.id)
            .outerjoin(Agent, col(Agent.id) == Recording.agent_id)
            .where(*wanted)
            .limit(COUNT_MOST + 1)
            .subquery()
        )
        count = session.exec(select(func.count()).select_from(counted)).one()
        shown = rows[:PAGE]
        lines = _lines(session, shown)
    last = shown[-1][0] if len(rows) > PAGE else None
    return ListPage(lines, count, Cursor(last.started_at, last.id) if last else None)


def choices(actor: Actor) -> FilterChoices:
    """Teams and queues among the recordings that `actor` may see."""
    with reading() as session:
        teams = session.exec(
            select(Team)
            .where(col(Team.id).in_(select(Recording.team_id).where(visible_to(actor)).distinct()))
            .order_by(Team.name)
        ).all()
        queues = session.exec(
            select(Recording.queue)
            .where(visible_to(actor), Recording.queue != "")
            .distinct()
            .order_by(Recording.queue)
        ).all()
    return FilterChoices(tuple(teams), tuple(queues))


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.since:
        found.append(col(Recording.started_at) >= midnight(filters.since))
    if filters.until:
        found.append(col(Recording.started_at) < midnight(filters.until + timedelta(days=1)))
    if filters.team_id is not None:
        found.append(col(Recording.team_id) == filters.team_id)
    if filters.agent:
        found.append(
            or_(col(Agent.number) == filters.agent, col(Agent.name).contains(filters.agent, autoescape=True))
        )
    if filters.queue:
        found.append(col(Recording.queue) == filters.queue)
    if filters.status is not None:
        found.append(col(Recording.status) == filters.status)
    if filters.forbidden:
        found.append(
            exists().where(
                col(HitRow.recording_id) == Recording.id,
                col(HitRow.kind) == PhraseKind.FORBIDDEN,
                col(HitRow.negated).is_(False),
            )
        )
    if filters.unscored:
        found.append(~exists().where(col(Evaluation.recording_id) == Recording.id, released_by_a_person()))
    return found


def _past(after: Cursor | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    same = and_(col(Recording.started_at) == after.started_at, col(Recording.id) < after.recording_id)
    return [or_(col(Recording.started_at) < after.started_at, same)]


def _lines(session: Session, rows: Sequence[tuple[Recording, Agent | None, Team | None]]) -> tuple[Line, ...]:
    ids = [recording.id for recording, _, _ in rows]
    forbidden, states, holders = forbidden_counts(ids), human_states(ids), _holders(session, ids)
    names = _names(session, [row.evaluator_id for row in states.values() if row.evaluator_id])
    return tuple(
        _line(
            recording, agent, team, forbidden.get(recording.id, 0), states.get(recording.id), holders, names
        )
        for recording, agent, team in rows
    )


def _line(
    recording: Recording,
    agent: Agent | None,
    team: Team | None,
    forbidden: int,
    scored: Evaluation | None,
    holders: dict[str, tuple[int, str]],
    names: dict[int, str],
) -> Line:
    assignment_id, held_by = holders.get(recording.id, (None, ""))
    return Line(
        recording_id=recording.id,
        started_at=recording.started_at,
        agent_name=agent.name if agent else "",
        agent_no=agent.number if agent else "",
        team=team.name if team else "",
        queue=recording.queue,
        direction=recording.direction,
        duration_s=recording.duration_s,
        status=recording.status,
        forbidden=forbidden,
        state=scored.state if scored else None,
        total=str(scored.total) if scored and scored.total is not None else "",
        vetoed=bool(scored and scored.vetoes),
        held_by=held_by or (names.get(scored.evaluator_id or 0, "") if scored else ""),
        assignment_id=assignment_id,
    )


def _holders(session: Session, recording_ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    """The open assignment of each of these calls, and the name of who has it."""
    rows = session.exec(
        select(Assignment.recording_id, Assignment.id, User.name)
        .join(User, col(User.id) == Assignment.evaluator_id)
        .where(col(Assignment.recording_id).in_(recording_ids), Assignment.state == AssignmentState.OPEN)
    ).all()
    return {recording_id: (number or 0, name) for recording_id, number, name in rows}


def _names(session: Session, user_ids: Sequence[int]) -> dict[int, str]:
    """Names of people by id."""
    rows = session.exec(select(User.id, User.name).where(col(User.id).in_(set(user_ids)))).all()
    return {user_id or 0: name for user_id, name in rows}
