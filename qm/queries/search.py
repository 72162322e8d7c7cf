"""Searching what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, text
from sqlmodel import col, select

from qm.actor import Actor
from qm.database import engine, reading
from qm.models import Agent, Recording, UtteranceRow
from qm.queries.recordings import visible_to
from qm.searching import Piece, fts5_query, highlight, phrases, tsquery
from recorder.types import Role

PAGE = 30


@dataclass(frozen=True, slots=True)
class Found:
    """One utterance that matches, with its call and where to seek."""

    recording_id: str
    agent_name: str
    agent_number: str
    queue: str
    started_at: datetime
    role: Role
    start_s: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """A page of matches."""

    query: str
    total: int
    calls: int
    page: int
    found: tuple[Found, ...]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def _matches(asked: list[list[str]]) -> ColumnElement[bool]:
    if engine().dialect.name == "postgresql":
        found = text("SELECT utterance_id FROM utterance_search WHERE tokens @@ CAST(:asked AS tsquery)")
        ids = found.bindparams(asked=tsquery(asked)).columns(UtteranceRow.__table__.c.id)  # type: ignore[attr-defined]
    else:
        found = text("SELECT rowid FROM utterance_search WHERE utterance_search MATCH :asked")
        ids = found.bindparams(asked=fts5_query(asked)).columns(UtteranceRow.__table__.c.id)  # type: ignore[attr-defined]
    return col(UtteranceRow.id).in_(ids)


def search(actor: Actor, query: str, *, role: Role | None = None, page: int = 1) -> Results:
    """Utterances in which every phrase of `query` stands, newest calls first."""
    asked = phrases(query)
    if not asked:
        return Results(query, 0, 0, 1, ())
    conditions = [_matches(asked), visible_to(actor)]
    if role is not None:
        conditions.append(col(UtteranceRow.role) == role)
    base = select(UtteranceRow, Recording, Agent).join(
        Recording, col(Recording.id) == UtteranceRow.recording_id
    )
    base = base.outerjoin(Agent, col(Agent.id) == Recording.agent_id).where(*conditions)
    counted = select(func.count(), func.count(func.distinct(UtteranceRow.recording_id)))
    counted = counted.select_from(UtteranceRow).join(
        Recording, col(Recording.id) == UtteranceRow.recording_id
    )
    with reading() as session:
        total, calls = session.exec(counted.where(*conditions)).one()
        rows = session.exec(
            base.order_by(col(Recording.started_at).desc(), col(UtteranceRow.start_s), col(UtteranceRow.id))
            .limit(PAGE)
            .offset((page - 1) * PAGE)
        ).all()
    found = tuple(_found(utterance, recording, agent, asked) for utterance, recording, agent in rows)
    return Results(query, total, calls, page, found)


def _found(
    utterance: UtteranceRow, recording: Recording, agent: Agent | None, asked: list[list[str]]
) -> Found:
    return Found(
        recording_id=recording.id,
        agent_name=agent.name if agent else "",
        agent_number=agent.number if agent else "",
        queue=recording.queue,
        started_at=recording.started_at,
        role=utterance.role,
        start_s=utterance.start_s,
        pieces=tuple(highlight(utterance.text, asked)),
    )
