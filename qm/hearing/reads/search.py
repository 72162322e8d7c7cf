"""Searching what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, func
from sqlmodel import Session, col, select

from qm.core.actor import Actor
from qm.core.database import engine, reading
from qm.core.searching import Piece, highlight, phrases
from qm.core.text_index import matching, then
from qm.core.visibility import visible_to
from qm.models import Agent, Recording, UtteranceRow
from recorder.types import Role

PAGE = 30
COUNT_MOST = 1000
"""Matches counted at most: beyond it a page says that there are more."""


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
    """Up to `COUNT_MOST`."""
    calls: int
    """Calls that the counted matches are in."""
    page: int
    found: tuple[Found, ...]
    more: bool
    """There are more matches than `total`, and perhaps more calls than `calls`."""

    @property
    def pages(self) -> int:
        """How many pages there are, or are known of where there are more matches than were counted."""
        known = max(1, -(-self.total // PAGE))
        return max(known, self.page) if self.more else known

    @property
    def following(self) -> bool:
        """True where there may be a page after this one."""
        return self.page < self.pages or (self.more and len(self.found) == PAGE)


def search(actor: Actor, query: str, *, role: Role | None = None, page: int = 1) -> Results:
    """Utterances in which every phrase of `query` stands, newest calls first."""
    asked = phrases(query)
    if not asked:
        return Results(query, 0, 0, 1, (), more=False)
    source, conditions = _matches(actor, asked, role)
    with reading() as session:
        total, calls = _counted(session, source, conditions)
        ids = session.exec(
            select(UtteranceRow.id)
            .select_from(source)
            .where(*conditions)
            .order_by(col(Recording.started_at).desc(), col(UtteranceRow.start_s), col(UtteranceRow.id))
            .limit(PAGE)
            .offset((page - 1) * PAGE)
        ).all()
        found = _shown(session, ids, asked)
    return Results(query, min(total, COUNT_MOST), calls, page, found, more=total > COUNT_MOST)


def _matches(
    actor: Actor, asked: list[list[str]], role: Role | None
) -> tuple[FromClause, list[ColumnElement[bool]]]:
    """Where the matches that `actor` may see stand, the text index first."""
    index, number, matches = matching(asked, postgres=engine().dialect.name == "postgresql")
    source = then(index, UtteranceRow, col(UtteranceRow.id) == number)
    source = then(source, Recording, col(Recording.id) == UtteranceRow.recording_id)
    conditions = [matches, visible_to(actor)]
    if role is not None:
        conditions.append(col(UtteranceRow.role) == role)
    return source, conditions


def _counted(session: Session, source: FromClause, conditions: list[ColumnElement[bool]]) -> tuple[int, int]:
    """How many utterances match, up to one more than `COUNT_MOST`, and in how many calls these are."""
    counted = (
        select(UtteranceRow.recording_id)
        .select_from(source)
        .where(*conditions)
        .limit(COUNT_MOST + 1)
        .subquery()
    )
    numbers = select(func.count(), func.count(func.distinct(counted.c.recording_id))).select_from(counted)
    return session.exec(numbers).one()


def _shown(session: Session, ids: Sequence[int | None], asked: list[list[str]]) -> tuple[Found, ...]:
    """A page of utterances with their calls, in the order of `ids`."""
    rows = session.exec(
        select(UtteranceRow, Recording, Agent)
        .join(Recording, col(Recording.id) == UtteranceRow.recording_id)
        .outerjoin(Agent, col(Agent.id) == Recording.agent_id)
        .where(col(UtteranceRow.id).in_(ids))
    ).all()
    by_id = {row[0].id: row for row in rows}
    return tuple(_found(*by_id[number], asked) for number in ids)


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
