"""What-if runs: which evaluations they try, and what they found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import aliased
from sqlmodel import col, func, or_, select

from qm.core.actor import Actor
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.ownership import visible
from qm.core.visibility import by_a_machine, released_by_a_person, visible_to
from qm.models import (
    Agent,
    Evaluation,
    Recording,
    RestatedScore,
    Restatement,
    RubricVersion,
    User,
    VersionState,
    WhatIfRun,
)


@dataclass(frozen=True, slots=True)
class FormToTry:
    """A version that can be tried."""

    id: int
    title: str
    version: int
    state: VersionState


def forms(actor: Actor) -> tuple[FormToTry, ...]:
    """Drafts first, then versions in force, of the centre and of the actor's branch."""
    with reading() as session:
        rows = session.exec(
            select(RubricVersion)
            .where(col(RubricVersion.state) != VersionState.RETIRED, visible(actor, RubricVersion.branch_id))
            .order_by(col(RubricVersion.id))
        ).all()
    ordered = sorted(rows, key=lambda row: row.state is not VersionState.DRAFT)
    return tuple(FormToTry(row.id or 0, row.title, row.version, row.state) for row in ordered)


def _asked_within(actor: Actor, by: Any) -> ColumnElement[bool]:
    """True where the person in column `by` works for the actor's branch: a run shows that branch's agents."""
    if actor.branch_id is None:
        return true()
    return col(by).in_(select(User.id).where(User.branch_id == actor.branch_id))


def runs(actor: Actor, limit: int = 20) -> tuple[tuple[WhatIfRun, RubricVersion], ...]:
    """The latest runs of the actor's branch (headquarters: all) with their forms."""
    with reading() as session:
        found = session.exec(
            select(WhatIfRun, RubricVersion)
            .join(RubricVersion, col(RubricVersion.id) == WhatIfRun.rubric_id)
            .where(_asked_within(actor, WhatIfRun.requested_by))
            .order_by(col(WhatIfRun.id).desc())
            .limit(limit)
        ).all()
    return tuple((run, row) for run, row in found)


def evaluation_ids(actor: Actor, key: str, from_at: datetime, to_at: datetime) -> list[int]:
    """Released human evaluations, and the latest automatic one a call, made with any version of a form."""
    form = aliased(RubricVersion)
    within = (
        form.key == key,
        col(Recording.started_at) >= from_at,
        col(Recording.started_at) < to_at,
        col(Evaluation.total).is_not(None),
        visible_to(actor),
    )
    with reading() as session:
        latest = (
            select(func.max(Evaluation.id))
            .join(form, col(form.id) == Evaluation.rubric_id)
            .where(by_a_machine(), form.key == key)
            .group_by(col(Evaluation.recording_id))
        )
        found = session.exec(
            select(Evaluation.id)
            .join(Recording, col(Recording.id) == Evaluation.recording_id)
            .join(form, col(form.id) == Evaluation.rubric_id)
            .where(*within, or_(released_by_a_person(), col(Evaluation.id).in_(latest)))
            .order_by(col(Evaluation.id))
        ).all()
    return [item for item in found if item is not None]


def run_for(actor: Actor, run_id: int) -> WhatIfRun:
    """One run of the actor's branch. Raises `NotFound`."""
    with reading() as session:
        run = session.exec(
            select(WhatIfRun).where(WhatIfRun.id == run_id, _asked_within(actor, WhatIfRun.requested_by))
        ).first()
    if run is None:
        raise NotFound
    return run


def run_of(run_id: int) -> WhatIfRun:
    """One run, for whoever carries it out. Raises `NotFound`."""
    with reading() as session:
        run = session.get(WhatIfRun, run_id)
    if run is None:
        raise NotFound
    return run


def ledger(actor: Actor, restatement_id: int) -> tuple[Restatement, tuple[RestatedScore, ...]]:
    """A decision of the actor's branch with every score it changed. Raises `NotFound`."""
    with reading() as session:
        found = session.exec(
            select(Restatement).where(
                Restatement.id == restatement_id, _asked_within(actor, Restatement.decided_by)
            )
        ).first()
        if found is None:
            raise NotFound
        lines = session.exec(
            select(RestatedScore)
            .where(RestatedScore.restatement_id == restatement_id)
            .order_by(col(RestatedScore.id))
        ).all()
    return found, tuple(lines)


def restatements(actor: Actor) -> tuple[tuple[Restatement, RubricVersion, int], ...]:
    """The branch's decisions to restate, with form and how many scores they changed; newest first."""
    with reading() as session:
        counted = (
            select(RestatedScore.restatement_id, func.count().label("n"))
            .group_by(col(RestatedScore.restatement_id))
            .subquery()
        )
        found = session.exec(
            select(Restatement, RubricVersion, func.coalesce(counted.c.n, 0))
            .join(RubricVersion, col(RubricVersion.id) == Restatement.rubric_id)
            .join(counted, counted.c.restatement_id == col(Restatement.id), isouter=True)
            .where(_asked_within(actor, Restatement.decided_by))
            .order_by(col(Restatement.id).desc())
        ).all()
    return tuple((one, form, int(n)) for one, form, n in found)


def agent_names() -> dict[int, str]:
    """Name and number of each agent, by id."""
    with reading() as session:
        rows = session.exec(select(Agent)).all()
    return {row.id or 0: f"{row.name} {row.number}" for row in rows}
