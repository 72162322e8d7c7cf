"""A database of an earlier release, brought to this one: each evaluation is there, each figure as before."""

from __future__ import annotations

import json
import lzma
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from qm.core import database, periods
from qm.core.actor import Actor
from qm.core.database import reading
from qm.core.identity import actor_of
from qm.core.settings import Settings
from qm.jobs import schema
from qm.models import Agent, Evaluation, User
from qm.records.reads.averages import Average, average
from qm.records.reads.figures import EVERY, LossLine, Scope, loss_lines, lost_titles, monthly, tallies
from qm.records.reads.performance import released
from qm.records.reads.teams import scope_of, team_lines, team_view, teams
from qm.upkeep.reads import health
from qm.upkeep.writes.doctor import Ailment, examine

KEPT = Path(__file__).parents[2] / "fixtures" / "upgrade"
SHOWN: dict[str, Any] = json.loads((KEPT / "figures.json").read_text(encoding="utf-8"))
"""What the pages of the earlier release showed."""
ALL = 1000


@pytest.fixture
def upgraded(config: Settings) -> Iterator[None]:
    """The earlier release's database at the newest revision, bound."""
    engine = database.make_engine(config.resolved_database_url)
    connection = sqlite3.connect(str(engine.url.database))
    connection.executescript(lzma.decompress((KEPT / "0008.sql.xz").read_bytes()).decode())
    connection.close()
    database.bind(engine)
    schema.migrate()
    yield
    database.unbind()


def person(username: str) -> Actor:
    with reading() as session:
        return actor_of(session.exec(select(User).where(User.username == username)).one())


def figure(value: object) -> float | None:
    return None if value is None else round(float(value), 9)  # type: ignore[arg-type]


def average_shown(found: Average | None) -> dict[str, Any] | None:
    if found is None:
        return None
    ends = {"mean": figure(found.mean), "low": figure(found.low), "high": figure(found.high)}
    return {**ends, "n": found.n}


def losses_shown(actor: Actor, lines: tuple[LossLine, ...], scope: Any) -> list[dict[str, Any]]:
    return [
        {
            "criterion": line.criterion,
            "title": line.title,
            "mean_points": figure(line.mean_points),
            "lost_in": line.lost_in,
            "counted_in": line.counted_in,
            "evaluations": [x.evaluation_id for x in released(actor, scope(line.criterion), limit=ALL)],
        }
        for line in lines
    ]


def record_shown(actor: Actor, agent_id: int | None) -> dict[str, Any]:
    """An agent's record, as the agent or as the leader reads it."""
    scope = EVERY if agent_id is None else Scope(agent_id=agent_id)
    calls = released(actor, scope, limit=ALL)
    lost = lost_titles([call.evaluation_id for call in calls])
    return {
        "average": average_shown(average(tallies(actor, scope))),
        "months": [
            {"month": line.month.isoformat(), "average": average_shown(line.average)}
            for line in monthly(actor, scope)
        ],
        "losses": losses_shown(
            actor, loss_lines(actor, scope), lambda key: Scope(agent_id=agent_id, lost_in=key)
        ),
        "calls": [
            {
                "evaluation": call.evaluation_id,
                "total": str(call.total),
                "lost_total": None if call.lost_total is None else str(call.lost_total),
                "vetoes": list(call.vetoes),
                "acknowledged": call.acknowledged,
                "restated_from": str(call.restated.total) if call.restated else None,
                "lost": list(lost[call.evaluation_id]),
            }
            for call in calls
        ],
    }


def team_shown(actor: Actor, name: str, period: periods.Period) -> dict[str, Any]:
    team_id = next(team.id or 0 for team, _ in teams(actor) if team.name == name)
    view, scope = team_view(actor, team_id, period), scope_of(team_id, period)
    change = view.change
    return {
        "calls": [call.evaluation_id for call in released(actor, scope, limit=ALL)],
        "average": average_shown(view.average),
        "change": change
        and {"value": figure(change.value), "low": figure(change.low), "high": figure(change.high)},
        "losses": losses_shown(
            actor,
            view.losses,
            lambda key: Scope(team_id=team_id, since=period.start, until=period.end, lost_in=key),
        ),
        "vetoed": view.vetoed,
        "waiting": view.waiting,
        "told_apart": view.told_apart,
        "members": [
            {
                "agent": member.agent.number,
                "average": average_shown(member.average),
                "waiting": member.unacknowledged,
                "last_calls": [call.evaluation_id for call in member.last_calls],
                "surely_better": sorted(member.standing.surely_better) if member.standing else None,
                "surely_worse": sorted(member.standing.surely_worse) if member.standing else None,
            }
            for member in view.members
        ],
    }


def period_of(kind: str, at: str) -> periods.Period:
    return periods.current(periods.PeriodKind(kind), at=datetime.fromisoformat(at))


def test_every_evaluation_is_there_with_its_score(upgraded: None) -> None:
    assert health.not_ready_because() is None
    with reading() as session:
        rows = session.exec(select(Evaluation).order_by(col(Evaluation.id))).all()
    found = [
        {
            "id": row.id,
            "kind": row.kind.value,
            "state": row.state.value,
            "total": None if row.total is None else str(row.total),
            "revision": row.revision,
        }
        for row in rows
    ]
    assert found == SHOWN["evaluations"]


@pytest.mark.parametrize("username", sorted(SHOWN["mine"]))
def test_an_agent_sees_the_record_that_they_saw_before(upgraded: None, username: str) -> None:
    assert record_shown(person(username), None) == SHOWN["mine"][username]


@pytest.mark.parametrize("number", sorted(SHOWN["agents"]))
def test_a_leader_sees_the_record_of_a_member_that_they_saw_before(upgraded: None, number: str) -> None:
    shown = SHOWN["agents"][number]
    with reading() as session:
        agent_id = session.exec(select(Agent.id).where(Agent.number == number)).one()
    assert {"seen_by": shown["seen_by"], **record_shown(person(shown["seen_by"]), agent_id)} == shown


@pytest.mark.parametrize("kind", sorted(SHOWN["teams"]))
def test_a_leader_sees_the_team_as_before(upgraded: None, kind: str) -> None:
    shown = dict(SHOWN["teams"][kind])
    period = period_of(kind, shown.pop("at"))
    for name, view in shown.items():
        found = team_shown(person(view["seen_by"]), name, period)
        assert {"seen_by": view["seen_by"], **found} == view, name


@pytest.mark.parametrize("kind", sorted(SHOWN["lines"]))
def test_a_supervisor_sees_the_teams_as_before(upgraded: None, kind: str) -> None:
    shown = SHOWN["lines"][kind]
    lines = team_lines(person(shown["seen_by"]), period_of(kind, shown["at"]))
    assert shown["teams"] == [
        {
            "team": line.team.name,
            "agents": line.agents,
            "average": average_shown(line.average),
            "waiting": line.unacknowledged,
        }
        for line in lines
    ]


def test_the_figures_agree_with_the_answers(upgraded: None) -> None:
    assert [trouble for trouble in examine() if trouble.ailment is Ailment.FIGURES_DIFFER] == []


def test_the_way_back_and_forth_leaves_the_figures(upgraded: None) -> None:
    schema.roll_back("0008")
    schema.migrate()
    assert record_shown(person("agent"), None) == SHOWN["mine"]["agent"]
