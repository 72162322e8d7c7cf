"""What-if runs: which evaluations they try, and what they found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
    EvaluationKind,
    Recording,
    RestatedScore,
    Restatement,
    RubricVersion,
    User,
    VersionState,
    WhatIfCall,
    WhatIfRun,
)
from scoring.averages import Observation, average
from scoring.rubric import Change, diff, rubric_from_dict
from scoring.types import Rubric
from scoring.whatif import SHIFT_BOUNDS, Shift

PAGE = 40
"""Calls on one page of a run."""


@dataclass(frozen=True, slots=True)
class AgentShift:
    """One agent before and after."""

    agent_id: int
    name: str
    number: str
    shift: Shift
    changed: int


@dataclass(frozen=True, slots=True)
class ChangedCall:
    """One evaluation that changes, with its call."""

    row: WhatIfCall
    recording_id: str
    started_at: datetime
    agent: str
    queue: str


@dataclass(frozen=True, slots=True)
class Side:
    """People's evaluations, or automatic ones: never averaged together."""

    kind: EvaluationKind
    n: int
    shift: Shift | None
    changed: int
    new_vetoes: int
    lifted_vetoes: int
    lacking: int
    """Evaluations that a person would have to complete."""
    agents: tuple[AgentShift, ...]


@dataclass(frozen=True, slots=True)
class FlipCount:
    """How often a question is answered otherwise."""

    criterion: str
    title: str
    human: int
    automatic: int


@dataclass(frozen=True, slots=True)
class RunView:
    """One run with what it found so far."""

    run: WhatIfRun
    row: RubricVersion
    rubric: Rubric
    by: str
    form_changes: tuple[Change, ...]
    sides: tuple[Side, ...]
    flips: tuple[FlipCount, ...]
    calls: tuple[ChangedCall, ...]
    changed: int
    same_as_stored: bool
    """The form tried is the stored one still."""
    restated: tuple[Restatement, ...]


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


def view(actor: Actor, run_id: int, *, page: int = 1) -> RunView:
    """One run for its page. Raises `NotFound`, also for another branch's."""
    run = run_for(actor, run_id)
    rubric = rubric_from_dict(run.document)
    with reading() as session:
        row = session.get(RubricVersion, run.rubric_id)
        if row is None:
            raise NotFound
        by = session.get(User, run.requested_by) if run.requested_by else None
        lines = session.exec(select(WhatIfCall).where(WhatIfCall.run_id == run_id)).all()
        agents = {agent.id or 0: agent for agent in session.exec(select(Agent)).all()}
        base = session.exec(
            select(RubricVersion)
            .where(
                RubricVersion.key == row.key,
                col(RubricVersion.version) < row.version,
                RubricVersion.state != VersionState.DRAFT,
            )
            .order_by(col(RubricVersion.version).desc())
        ).first()
        restated = session.exec(
            select(Restatement).where(Restatement.rubric_id == row.id).order_by(col(Restatement.id).desc())
        ).all()
    changed = sorted(
        (line for line in lines if line.changed), key=lambda line: (-_size(line), line.evaluation_id)
    )
    return RunView(
        run=run,
        row=row,
        rubric=rubric,
        by=by.name if by else "",
        form_changes=diff(rubric_from_dict(base.document), rubric) if base else (),
        sides=tuple(_side(kind, [x for x in lines if x.kind is kind], agents) for kind in EvaluationKind),
        flips=_flips(lines),
        calls=_calls(changed[PAGE * (page - 1) : PAGE * page], agents),
        changed=len(changed),
        same_as_stored=replace(rubric_from_dict(row.document), version=rubric.version) == rubric,
        restated=tuple(restated),
    )


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


def shift_of(lines: Iterable[WhatIfCall]) -> Shift | None:
    """Averages before, after, and of the differences; None where nothing can be scored both ways."""
    both = [
        (float(line.before), float(line.after), line.probability)
        for line in lines
        if line.before is not None and line.after is not None
    ]
    if not both:
        return None
    return Shift(
        average(Observation(before, p) for before, _, p in both),
        average(Observation(after, p) for _, after, p in both),
        average((Observation(after - before, p) for before, after, p in both), bounds=SHIFT_BOUNDS),
    )


def _size(line: WhatIfCall) -> float:
    if line.before is None or line.after is None:
        return 1000.0
    return abs(float(line.after - line.before))


def _side(kind: EvaluationKind, lines: Sequence[WhatIfCall], agents: dict[int, Agent]) -> Side:
    by_agent: dict[int, list[WhatIfCall]] = defaultdict(list)
    for line in lines:
        if line.agent_id in agents:
            by_agent[line.agent_id or 0].append(line)
    shifts = [
        AgentShift(key, agents[key].name, agents[key].number, shift, sum(x.changed for x in items))
        for key, items in by_agent.items()
        if (shift := shift_of(items)) is not None
    ]
    return Side(
        kind=kind,
        n=len(lines),
        shift=shift_of(lines),
        changed=sum(line.changed for line in lines),
        new_vetoes=sum(line.vetoed_after and not line.vetoed_before for line in lines),
        lifted_vetoes=sum(line.vetoed_before and not line.vetoed_after for line in lines),
        lacking=sum(line.lacks > 0 for line in lines),
        agents=tuple(sorted(shifts, key=lambda item: (-abs(item.shift.change.mean), item.number))),
    )


def _flips(lines: Sequence[WhatIfCall]) -> tuple[FlipCount, ...]:
    titles: dict[str, str] = {}
    counts: Counter[tuple[str, EvaluationKind]] = Counter()
    for line in lines:
        for flip in line.flips:
            titles.setdefault(flip["criterion"], flip["title"])
            counts[flip["criterion"], line.kind] += 1
    found = [
        FlipCount(key, title, counts[key, EvaluationKind.HUMAN], counts[key, EvaluationKind.AUTOMATIC])
        for key, title in titles.items()
    ]
    return tuple(sorted(found, key=lambda item: (-(item.human + item.automatic), item.criterion)))


def _calls(lines: Sequence[WhatIfCall], agents: dict[int, Agent]) -> tuple[ChangedCall, ...]:
    with reading() as session:
        found = session.exec(
            select(Evaluation.id, Recording)
            .join(Recording, col(Recording.id) == Evaluation.recording_id)
            .where(col(Evaluation.id).in_([line.evaluation_id for line in lines]))
        ).all()
    calls = dict(found)
    return tuple(
        ChangedCall(
            row=line,
            recording_id=calls[line.evaluation_id].id,
            started_at=calls[line.evaluation_id].started_at,
            agent=agents[line.agent_id].name if line.agent_id in agents else "",
            queue=calls[line.evaluation_id].queue,
        )
        for line in lines
        if line.evaluation_id in calls
    )
