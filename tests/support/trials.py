"""Forms tried on stored scores: what tests of what-if runs and of restated scores begin from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import col, select

from qm.core.clock import now
from qm.core.database import reading
from qm.models import EvaluationState, RubricVersion, WhatIfRun
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import drafts_edit as rubric_edits
from qm.rubrics.writes.drafts_edit import Edit
from qm.trials.reads import whatif as whatif_reads
from qm.trials.writes import runs as whatif_runs
from scoring.types import Rubric
from tests.support.people import Centre
from tests.support.scored import add_scored

PERIOD = timedelta(days=3650)
"""Before and after this moment: every call there is."""


@pytest.fixture
def scored(centre: Centre) -> list[int]:
    """Six released evaluations of two agents, one vetoed, and a draft nobody has released."""
    found = [
        add_scored(centre.agent_id),
        add_scored(centre.agent_id, faults={"greeting": "none"}),
        add_scored(centre.agent_id, faults={"greeting": "partial"}),
        add_scored(centre.teammate_id, faults={"greeting": "none"}),
        add_scored(centre.teammate_id),
        add_scored(centre.teammate_id, state=EvaluationState.ACKNOWLEDGED),
    ]
    add_scored(centre.agent_id, state=EvaluationState.DRAFT)
    return [item.evaluation_id for item in found]


def drafted(centre: Centre, *steps: Edit) -> int:
    """A draft of the general form with these edits."""
    supervisor = centre.actors["headquarters"]
    with reading() as session:
        source = session.exec(
            select(RubricVersion)
            .where(RubricVersion.key == "phone_banking")
            .order_by(col(RubricVersion.version).desc())
        ).first()
    assert source is not None
    row = rubric_drafts.copy(supervisor, source.id or 0)
    for step in steps:
        rubric_drafts.change(supervisor, row.id or 0, step, what="改")
    return row.id or 0


def cheaper(rubric: Rubric) -> Rubric:
    """The greeting's partial answer is worth nothing."""
    greeting = rubric_edits.criterion_of(rubric, "greeting")
    options = tuple(replace(o, points=Decimal(0)) if o.key == "partial" else o for o in greeting.options)
    return rubric_edits.put_criterion(rubric, replace(greeting, options=options))


def tried(
    centre: Centre, rubric_id: int, person: str = "headquarters", *, with_rule_drafts: bool = False
) -> WhatIfRun:
    """A run on every call this person sees, carried out."""
    run = whatif_runs.start(
        centre.actors[person],
        rubric_id,
        from_at=now() - PERIOD,
        to_at=now() + PERIOD,
        with_rule_drafts=with_rule_drafts,
    )
    whatif_runs.work(run.id or 0)
    return whatif_reads.run_of(run.id or 0)
