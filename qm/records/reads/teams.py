"""Teams as their leader sees them: members, averages, what cannot be told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, true
from sqlmodel import col, select

from qm.core import periods
from qm.core.actor import Actor, UserRole
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.models import Agent, Branch, Evaluation, Recording, Team
from qm.records.reads.averages import Average, Difference, Standing, Tally, average, difference, standings
from qm.records.reads.figures import LossLine, Scope, loss_lines, tallies, tallies_by
from qm.records.reads.performance import ScoredCall, last_by_agent, released

RECENT = 8
"""Calls shown on a team's page."""
LAST_CALLS = 3
"""Calls shown beside each member."""


@dataclass(frozen=True, slots=True)
class Member:
    """One agent over a period."""

    agent: Agent
    average: Average | None
    """None where nothing was released."""
    last_calls: tuple[ScoredCall, ...]
    unacknowledged: int
    standing: Standing | None
    """Who is surely better and worse; None where nothing was released."""


@dataclass(frozen=True, slots=True)
class TeamView:
    """One team over a period."""

    team: Team
    branch: Branch
    period: periods.Period
    calls: int
    """Released in the period."""
    recent: tuple[ScoredCall, ...]
    """The last few of these."""
    average: Average | None
    change: Difference | None
    """Against the period before; None where either has too few calls."""
    members: tuple[Member, ...]
    losses: tuple[LossLine, ...]
    vetoed: int
    waiting: int
    """Calls that their agents have not acknowledged."""

    @property
    def told_apart(self) -> bool:
        """True where any two members' averages can be told apart."""
        return any(member.standing and member.standing.surely_worse for member in self.members)


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One team among others."""

    team: Team
    branch: Branch
    agents: int
    average: Average | None
    unacknowledged: int


def _teams_of(actor: Actor) -> ColumnElement[bool]:
    if actor.may(UserRole.LEADER):
        return col(Team.id) == actor.team_id if actor.team_id is not None else false()
    if actor.may(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR):
        return true() if actor.branch_id is None else col(Team.branch_id) == actor.branch_id
    return false()


def teams(actor: Actor) -> list[tuple[Team, Branch]]:
    """Teams that this person leads or oversees, by branch and name."""
    with reading() as session:
        rows = session.exec(
            select(Team, Branch)
            .join(Branch, col(Branch.id) == Team.branch_id)
            .where(_teams_of(actor))
            .order_by(Branch.name, Team.name)
        ).all()
    return [(row[0], row[1]) for row in rows]


def team_lines(actor: Actor, period: periods.Period) -> tuple[TeamLine, ...]:
    """Each team's average over the period."""
    by_team = tallies_by(col(Recording.team_id), actor, Scope(since=period.start, until=period.end))
    lines = []
    for team, branch in teams(actor):
        own = by_team.get(team.id, [])
        waiting = sum(tally.waiting for tally in own)
        lines.append(TeamLine(team, branch, len(_agents(team)), average(own), waiting))
    return tuple(lines)


def team_view(actor: Actor, team_id: int, period: periods.Period) -> TeamView:
    """One team over a period. Raises `NotFound` where it is not this person's to see."""
    team, branch = team_for(actor, team_id)
    scope = scope_of(team_id, period)
    by_agent = tallies_by(col(Evaluation.agent_id), actor, scope)
    now = [tally for own in by_agent.values() for tally in own]
    return TeamView(
        team=team,
        branch=branch,
        period=period,
        calls=sum(tally.count for tally in now),
        recent=released(actor, scope, limit=RECENT),
        average=average(now),
        change=difference(now, tallies(actor, scope_of(team_id, periods.before(period)))),
        members=_members(_agents(team), by_agent, last_by_agent(actor, scope, each=LAST_CALLS)),
        losses=loss_lines(actor, scope),
        vetoed=sum(tally.vetoed for tally in now),
        waiting=sum(tally.waiting for tally in now),
    )


def scope_of(team_id: int, period: periods.Period) -> Scope:
    """What was released of a team's calls in a period."""
    return Scope(team_id=team_id, since=period.start, until=period.end)


def agent_for(actor: Actor, agent_id: int) -> tuple[Agent, Team]:
    """An agent of a team that this person leads or oversees. Raises `NotFound`."""
    with reading() as session:
        row = session.exec(
            select(Agent, Team)
            .join(Team, col(Team.id) == Agent.team_id)
            .where(Agent.id == agent_id, _teams_of(actor))
        ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def team_for(actor: Actor, team_id: int) -> tuple[Team, Branch]:
    """A team that this person leads or oversees. Raises `NotFound`."""
    with reading() as session:
        row = session.exec(
            select(Team, Branch)
            .join(Branch, col(Branch.id) == Team.branch_id)
            .where(Team.id == team_id, _teams_of(actor))
        ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def _agents(team: Team) -> list[Agent]:
    with reading() as session:
        return list(
            session.exec(
                select(Agent)
                .where(Agent.team_id == team.id, col(Agent.active).is_(True))
                .order_by(Agent.number)
            ).all()
        )


def _members(
    agents: list[Agent], by_agent: Mapping[int, list[Tally]], last: Mapping[int, tuple[ScoredCall, ...]]
) -> tuple[Member, ...]:
    """Members, those surely better first; who cannot be told apart stands by number, never by average."""
    figures = {agent.number: average(by_agent.get(agent.id or 0, ())) for agent in agents}
    places = standings(figures)
    members = [
        Member(
            agent=agent,
            average=figures[agent.number],
            last_calls=last.get(agent.id or 0, ()),
            unacknowledged=sum(tally.waiting for tally in by_agent.get(agent.id or 0, ())),
            standing=places.get(agent.number),
        )
        for agent in agents
    ]
    return tuple(sorted(members, key=_place))


def _place(member: Member) -> tuple[bool, int, str]:
    standing = member.standing
    ranks = standing.best_rank + standing.worst_rank if standing else 0
    return standing is None, ranks, member.agent.number
