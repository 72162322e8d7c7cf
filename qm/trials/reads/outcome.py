"""What a what-if run found: both sides, agents, flips and calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import col, select

from qm.core.actor import Actor
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.models import (
    Agent,
    Evaluation,
    EvaluationKind,
    Recording,
    Restatement,
    RubricVersion,
    User,
    VersionState,
    WhatIfCall,
    WhatIfRun,
)
from qm.trials.reads.whatif import run_for
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
