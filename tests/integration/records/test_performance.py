"""Who sees which released scores, and what their averages say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from qm.core import periods
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import NotFound
from qm.hearing.reads import stored
from qm.models import Evaluation, EvaluationState, Recording, RubricVersion, VersionState
from qm.people.writes.teams import change_agent
from qm.records.reads import averages
from qm.records.reads.figures import Scope, loss_lines, lost_titles, monthly, tallies
from qm.records.reads.performance import released
from qm.records.reads.teams import team_lines, team_view, teams
from qm.reviewing.reads.answers import answers_of
from qm.reviewing.reads.evaluations import rubric_of
from qm.reviewing.writes import criterion_scores
from scoring.rubric import rubric_to_dict
from scoring.types import Condition, ConditionSource, Operator
from tests.support.people import Centre
from tests.support.scored import add_scored

LOSES_GREETING = {"greeting": "none"}


def test_an_agent_sees_own_released_evaluations_only(centre: Centre) -> None:
    own = add_scored(centre.agent_id)
    add_scored(centre.agent_id, state=EvaluationState.DRAFT)
    add_scored(centre.teammate_id)
    assert [call.evaluation_id for call in released(centre.actors["agent"])] == [own.evaluation_id]


def test_a_leader_sees_the_team_and_a_supervisor_the_branch(centre: Centre) -> None:
    team = {add_scored(centre.agent_id).evaluation_id, add_scored(centre.teammate_id).evaluation_id}
    other = add_scored(centre.other_agent_id).evaluation_id
    far = add_scored(centre.far_agent_id).evaluation_id
    seen = {
        name: {call.evaluation_id for call in released(centre.actors[name])}
        for name in ("leader", "other_leader", "supervisor", "headquarters", "administrator")
    }
    assert seen["leader"] == team
    assert seen["other_leader"] == {other}
    assert seen["supervisor"] == team | {other}
    assert seen["headquarters"] == team | {other, far}
    assert seen["administrator"] == set()


def test_another_teams_page_does_not_exist_for_a_leader(centre: Centre) -> None:
    with pytest.raises(NotFound):
        team_view(centre.actors["leader"], centre.other_team_id, periods.current(periods.PeriodKind.WEEK))
    assert [team.id for team, _ in teams(centre.actors["leader"])] == [centre.team_id]
    assert {team.id for team, _ in teams(centre.actors["supervisor"])} == {
        centre.team_id,
        centre.other_team_id,
    }


def test_a_call_picked_for_risk_does_not_drag_the_average_down(centre: Centre) -> None:
    add_scored(centre.agent_id, probability=0.1)
    add_scored(centre.agent_id, probability=1.0, faults=LOSES_GREETING)
    figure = averages.average(tallies(centre.actors["agent"]))
    assert figure is not None
    assert figure.n == 2
    assert figure.mean == pytest.approx((100 * 10 + 92.5) / 11)
    assert figure.low is not None
    assert figure.low < figure.mean < (figure.high or 0)


def test_losses_name_the_calls_behind_them_dearest_first(centre: Centre) -> None:
    first = add_scored(centre.agent_id, faults=LOSES_GREETING, released_at=now() - timedelta(hours=2))
    both = add_scored(centre.agent_id, faults={**LOSES_GREETING, "courtesy": "good"})
    clean = add_scored(centre.agent_id, released_at=now() - timedelta(hours=1))
    agent = centre.actors["agent"]
    greeting, courtesy = loss_lines(agent)
    assert (greeting.criterion, greeting.lost_in, greeting.counted_in) == ("greeting", 2, 3)
    behind = {
        line.criterion: [call.evaluation_id for call in released(agent, Scope(lost_in=line.criterion))]
        for line in (greeting, courtesy)
    }
    assert behind == {
        "greeting": [both.evaluation_id, first.evaluation_id],
        "courtesy": [both.evaluation_id],
    }
    assert greeting.mean_points > courtesy.mean_points > 0
    titles = lost_titles([call.evaluation_id for call in released(agent)])
    assert titles[clean.evaluation_id] == ()
    assert len(titles[both.evaluation_id]) == 2


def test_a_call_picked_for_risk_does_not_make_a_criterion_dear(centre: Centre) -> None:
    add_scored(centre.agent_id, probability=0.1)
    add_scored(centre.agent_id, probability=1.0, faults=LOSES_GREETING)
    (greeting,) = loss_lines(centre.actors["agent"])
    assert (greeting.lost_in, greeting.counted_in) == (1, 2)
    assert float(greeting.mean_points) == pytest.approx(7.5 / 11)


def test_losses_count_what_was_asked_of_the_team_only(centre: Centre) -> None:
    scored = add_scored(centre.agent_id, faults=LOSES_GREETING)
    asked = Condition(ConditionSource.CALL_DATA, "team", Operator.ONE_OF, ("A组",))
    with writing() as session:
        evaluation = session.get_one(Evaluation, scored.evaluation_id)
        form = rubric_of(evaluation.rubric_id)
        sections = tuple(
            replace(section, criteria=tuple(replace(item, show_if=(asked,)) for item in section.criteria))
            for section in form.sections
        )
        own = RubricVersion(
            key="by_team",
            version=1,
            title="按班组",
            state=VersionState.PUBLISHED,
            document=rubric_to_dict(replace(form, key="by_team", version=1, sections=sections)),
            created_at=now(),
        )
        session.add(own)
        session.flush()
        evaluation.rubric_id = own.id or 0
        data = stored.call_data_of(session.get_one(Recording, scored.recording_id), team="A组")
        criterion_scores.put(
            session, scored.evaluation_id, rubric_of(own.id or 0), answers_of(scored.evaluation_id), data
        )
    assert [line.criterion for line in loss_lines(centre.actors["agent"])] == ["greeting"]


def test_months_are_those_of_the_installations_zone(centre: Centre) -> None:
    add_scored(centre.agent_id, released_at=datetime(2026, 9, 30, 17, 0, tzinfo=UTC))  # 1 October in Shanghai
    add_scored(centre.agent_id, released_at=datetime(2026, 9, 30, 15, 0, tzinfo=UTC))
    months = monthly(centre.actors["agent"])
    assert [(line.month.month, line.average.n) for line in months] == [(10, 1), (9, 1)]


def test_a_week_begins_on_monday_in_the_installations_zone(config: object) -> None:
    sunday_night = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)
    week = periods.current(periods.PeriodKind.WEEK, at=sunday_night)
    assert week.start == datetime(2026, 11, 15, 16, 0, tzinfo=UTC)
    assert periods.current(periods.PeriodKind.WEEK, at=week.end).start == week.end
    month = periods.before(periods.current(periods.PeriodKind.MONTH, at=datetime(2026, 3, 31, tzinfo=UTC)))
    assert (month.start.astimezone().month, month.end - month.start) == (
        month.start.astimezone().month,
        timedelta(days=28),
    )


def test_a_call_counts_for_the_team_it_came_to_on_every_page(centre: Centre) -> None:
    add_scored(centre.agent_id, faults=LOSES_GREETING)
    add_scored(centre.other_agent_id)
    admin = centre.actors["administrator"]
    change_agent(admin, centre.agent_id, name="李静", team_id=centre.other_team_id, active=True)
    week = periods.current(periods.PeriodKind.WEEK)
    supervisor = centre.actors["supervisor"]
    for line in team_lines(supervisor, week):
        assert line.average == team_view(supervisor, line.team.id or 0, week).average


def test_members_that_cannot_be_told_apart_stand_by_number(centre: Centre) -> None:
    for _ in range(2):
        add_scored(centre.teammate_id)
        add_scored(centre.agent_id, faults={"courtesy": "good"})
    view = team_view(centre.actors["leader"], centre.team_id, periods.current(periods.PeriodKind.WEEK))
    assert not view.told_apart
    assert [member.agent.number for member in view.members if member.average] == ["8021", "8023"]
    assert view.members[-1].agent.number == "8022"
    assert view.members[-1].average is None


def test_a_member_who_is_surely_worse_is_marked_and_stands_last_of_those_scored(centre: Centre) -> None:
    worse = {"greeting": "none", "identity_check": "no", "no_interruption": "no"}
    for extra in ("good", "fair"):
        for _ in range(3):
            add_scored(centre.agent_id, faults={**worse, "courtesy": extra})
            add_scored(centre.teammate_id, faults={"courtesy": extra})
    view = team_view(centre.actors["leader"], centre.team_id, periods.current(periods.PeriodKind.WEEK))
    numbers = [member.agent.number for member in view.members]
    assert view.told_apart
    assert numbers == ["8023", "8021", "8022"]
    standing = view.members[1].standing
    assert standing is not None
    assert standing.surely_better == frozenset({"8023"})


def test_a_team_is_compared_with_the_period_before(centre: Centre) -> None:
    period = periods.current(periods.PeriodKind.WEEK)
    earlier = period.start - timedelta(days=3)
    for extra in ("good", "fair"):
        add_scored(centre.agent_id, released_at=earlier, faults={"courtesy": extra, "greeting": "none"})
        add_scored(centre.agent_id, released_at=earlier, faults={"courtesy": extra, "greeting": "none"})
        add_scored(centre.agent_id, faults={"courtesy": extra})
        add_scored(centre.agent_id, faults={"courtesy": extra})
    view = team_view(centre.actors["leader"], centre.team_id, period)
    assert view.change is not None
    assert view.change.value == pytest.approx(7.5)
    assert view.change.told_apart
    lines = team_lines(centre.actors["supervisor"], period)
    assert {line.team.name: line.average.n if line.average else 0 for line in lines} == {"A组": 4, "B组": 0}
