"""Who has which calls to score, and which calls wait for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, func, or_, select

from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading
from qm.core.periods import PeriodKind, current
from qm.core.visibility import by_a_person, released_by_a_person, visible_to
from qm.hearing.reads.calls import forbidden_counts, human_states
from qm.models import (
    Agent,
    Assignment,
    AssignmentState,
    Evaluation,
    EvaluationState,
    Recording,
    RecordingStatus,
    Team,
    User,
)

QUEUE_MOST = 200
"""Assigned calls shown at most."""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One assigned call."""

    recording_id: str
    agent_name: str
    agent_no: str
    team: str
    queue: str
    direction: str
    started_at: datetime
    utc_offset_min: int
    duration_s: float
    ready: bool
    """Heard and pre-scored; otherwise it can be scored by ear only."""
    begun: bool
    """A draft exists."""
    forbidden: int
    due_at: datetime | None
    overdue: bool
    chance: float | None
    """Chance of having been sampled; None where picked by hand."""


@dataclass(frozen=True, slots=True)
class DoneLine:
    """One call scored today."""

    evaluation_id: int
    recording_id: str
    agent_name: str
    agent_no: str
    total: str
    vetoed: bool
    released_at: datetime
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class Day:
    """An inspector's day in figures, for every page of the desk."""

    done: int
    left: int
    left_s: float
    """Seconds of recordings still to be scored."""

    @property
    def planned(self) -> int:
        """Done and left together."""
        return self.done + self.left


@dataclass(frozen=True, slots=True)
class QueueView:
    """What an inspector finds in the morning."""

    day: Day
    lines: tuple[QueueLine, ...]
    done: tuple[DoneLine, ...]
    waiting: int
    """Calls of the branch that nobody has: ready, not scored, not assigned, not own."""


def nobody_has(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Recording`: ready, unscored, unassigned, visible and not the actor's own call."""
    scored = select(Evaluation.id).where(Evaluation.recording_id == Recording.id, by_a_person())
    held = select(Assignment.id).where(
        Assignment.recording_id == Recording.id,
        or_(Assignment.state == AssignmentState.OPEN, Assignment.evaluator_id == actor.user_id),
    )
    free = [
        visible_to(actor),
        col(Recording.status) == RecordingStatus.READY,
        ~scored.exists(),
        ~held.exists(),
    ]
    if actor.agent_id is not None:
        free.append(or_(col(Recording.agent_id).is_(None), col(Recording.agent_id) != actor.agent_id))
    return and_(*free)


def day_of(actor: Actor) -> Day:
    """Done today and still to do."""
    today = current(PeriodKind.TODAY)
    with reading() as session:
        done = session.exec(
            select(func.count())
            .select_from(Evaluation)
            .where(
                released_by_a_person(),
                Evaluation.evaluator_id == actor.user_id,
                col(Evaluation.released_at) >= today.start,
            )
        ).one()
        left, left_s = session.exec(
            select(func.count(), func.coalesce(func.sum(Recording.duration_s), 0.0))
            .select_from(Assignment)
            .join(Recording, col(Recording.id) == Assignment.recording_id)
            .where(Assignment.evaluator_id == actor.user_id, Assignment.state == AssignmentState.OPEN)
        ).one()
    return Day(done=done, left=left, left_s=float(left_s))


def queue(actor: Actor) -> QueueView:
    """The actor's open assignments, what was done today, and how many calls wait for anybody."""
    with reading() as session:
        waiting = session.exec(select(func.count()).select_from(Recording).where(nobody_has(actor))).one()
        return QueueView(day_of(actor), _open_lines(actor), _done_lines(actor), waiting)


def next_recording(actor: Actor, *, after: str = "") -> str | None:
    """The assigned call to score next, most urgent first; `after` is not given again."""
    with reading() as session:
        return session.exec(
            select(Assignment.recording_id)
            .join(Recording, col(Recording.id) == Assignment.recording_id)
            .where(
                Assignment.evaluator_id == actor.user_id,
                Assignment.state == AssignmentState.OPEN,
                Assignment.recording_id != after,
            )
            .order_by(*_URGENT_FIRST)
        ).first()


def inspectors(actor: Actor) -> list[User]:
    """Inspectors to whom the actor may assign calls, by name."""
    scope = [] if actor.branch_id is None else [or_(User.branch_id == actor.branch_id)]
    with reading() as session:
        return list(
            session.exec(
                select(User)
                .where(User.role == UserRole.INSPECTOR, col(User.active), *scope)
                .order_by(User.name)
            ).all()
        )


_URGENT_FIRST = (
    (col(Recording.status) != RecordingStatus.READY).asc(),
    func.coalesce(Assignment.due_at, Assignment.assigned_at).asc(),
    col(Recording.started_at).asc(),
)


def _open_lines(actor: Actor) -> tuple[QueueLine, ...]:
    with reading() as session:
        rows = session.exec(
            select(Assignment, Recording, Agent, Team)
            .join(Recording, col(Recording.id) == Assignment.recording_id)
            .outerjoin(Agent, col(Agent.id) == Recording.agent_id)
            .outerjoin(Team, col(Team.id) == Recording.team_id)
            .where(Assignment.evaluator_id == actor.user_id, Assignment.state == AssignmentState.OPEN)
            .order_by(*_URGENT_FIRST)
            .limit(QUEUE_MOST)
        ).all()
        at, shown = now(), [recording.id for _, recording, _, _ in rows]
        forbidden = forbidden_counts(shown)
        begun = human_states(shown)
    return tuple(
        QueueLine(
            recording_id=recording.id,
            agent_name=agent.name if agent else "",
            agent_no=agent.number if agent else "",
            team=team.name if team else "",
            queue=recording.queue,
            direction=recording.direction,
            started_at=recording.started_at,
            utc_offset_min=recording.utc_offset_min,
            duration_s=recording.duration_s,
            ready=recording.status is RecordingStatus.READY,
            begun=recording.id in begun,
            forbidden=forbidden.get(recording.id, 0),
            due_at=assignment.due_at,
            overdue=assignment.due_at is not None and assignment.due_at < at,
            chance=assignment.inclusion_probability,
        )
        for assignment, recording, agent, team in rows
    )


def _done_lines(actor: Actor) -> tuple[DoneLine, ...]:
    today = current(PeriodKind.TODAY)
    with reading() as session:
        rows = session.exec(
            select(Evaluation, Agent)
            .outerjoin(Agent, col(Agent.id) == Evaluation.agent_id)
            .where(
                released_by_a_person(),
                Evaluation.evaluator_id == actor.user_id,
                col(Evaluation.released_at) >= today.start,
            )
            .order_by(col(Evaluation.released_at).desc())
            .limit(QUEUE_MOST)
        ).all()
    return tuple(
        DoneLine(
            evaluation_id=row.id or 0,
            recording_id=row.recording_id,
            agent_name=agent.name if agent else "",
            agent_no=agent.number if agent else "",
            total=str(row.total) if row.total is not None else "",
            vetoed=bool(row.vetoes),
            released_at=row.released_at or row.updated_at,
            acknowledged=row.state is EvaluationState.ACKNOWLEDGED,
        )
        for row, agent in rows
    )
