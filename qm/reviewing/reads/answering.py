"""What saving answers needs of a call, and no more: the page that shows it reads twelve tables."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from qm.core.actor import Actor
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.visibility import by_a_person, visible_to
from qm.hearing.reads import stored
from qm.models import (
    Agent,
    Assignment,
    Evaluation,
    FindingRow,
    HitRow,
    Recording,
    RubricVersion,
    Team,
    TranscriptRow,
    VersionState,
)
from scoring.rubric import rubric_from_dict
from scoring.types import Finding, Rubric


@dataclass(frozen=True, slots=True)
class Answering:
    """A call to be scored, with the form and what is stored already."""

    recording: Recording
    call_data: dict[str, str]
    row: Evaluation | None
    """The one human evaluation; None where nobody began."""
    rubric_id: int
    """Of the form that was begun, else of the one asked for."""
    rubric: Rubric
    usable: bool
    """Scoring may begin: the form is no draft, which nobody could recompute, and not another branch's."""
    chance: float | None
    """Of the call having been sampled for this person; None where picked by hand."""


def answering(actor: Actor, recording_id: str, rubric_id: int) -> Answering:
    """A call as far as answering its form goes, in one statement.

    Raises `NotFound` where call or form does not exist or the call is not this person's to see.
    """
    human = aliased(Evaluation)
    statement = (
        sa.select(
            Recording,
            col(Agent.number),
            col(Team.name),
            human,
            RubricVersion,
            col(Assignment.inclusion_probability),
        )
        .outerjoin(Agent, col(Agent.id) == Recording.agent_id)
        .outerjoin(Team, col(Team.id) == Recording.team_id)
        .outerjoin(human, (col(human.recording_id) == Recording.id) & by_a_person(human))
        .join(RubricVersion, col(RubricVersion.id) == sa.func.coalesce(human.rubric_id, rubric_id))
        .outerjoin(
            Assignment,
            (col(Assignment.recording_id) == Recording.id) & (col(Assignment.evaluator_id) == actor.user_id),
        )
        .where(col(Recording.id) == recording_id, visible_to(actor))
    )
    with reading() as session:
        found = session.execute(statement).first()
    if found is None:
        raise NotFound
    recording, number, team, row, form, chance = found
    return Answering(
        recording=recording,
        call_data=stored.call_data_of(recording, agent_no=number or "", team=team or ""),
        row=row,
        rubric_id=form.id,
        rubric=rubric_from_dict(form.document),
        usable=form.state is not VersionState.DRAFT and form.branch_id in (None, recording.branch_id),
        chance=chance,
    )


def versions_heard(recording_id: str) -> tuple[int | None, int | None]:
    """Ids of a call's current transcript and of the newest library it was scanned or judged by, if any."""
    scanned, judged = (
        sa.select(sa.func.max(col(table.library_id)))
        .where(col(table.transcript_id) == TranscriptRow.id)
        .scalar_subquery()
        for table in (HitRow, FindingRow)
    )
    current = (col(TranscriptRow.recording_id) == recording_id) & col(TranscriptRow.current)
    with reading() as session:
        found = session.exec(select(TranscriptRow.id, scanned, judged).where(current)).first()
    if found is None:
        return None, None
    transcript_id, *libraries = found
    return transcript_id, max((item for item in libraries if item is not None), default=None)


def findings_of(recording_id: str, rules: Collection[str]) -> dict[str, Finding]:
    """What these rules found in a call's current transcript, by rule key. `rules`: of one form at most."""
    if not rules:
        return {}
    with reading() as session:
        rows = session.exec(
            select(FindingRow)
            .join(TranscriptRow, col(TranscriptRow.id) == FindingRow.transcript_id)
            .where(
                TranscriptRow.recording_id == recording_id,
                col(TranscriptRow.current),
                col(FindingRow.rule_key).in_(rules),
            )
        ).all()
    return {row.rule_key: stored.load_finding(row) for row in rows}
