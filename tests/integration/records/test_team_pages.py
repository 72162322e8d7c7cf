"""What a leader's and a supervisor's pages say about teams."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from qm.core import periods
from qm.core.batches import TOGETHER
from qm.core.clock import now
from qm.models import EvaluationState
from qm.records.reads.performance import DRAWN, LISTED
from tests.support.people import Centre
from tests.support.scored import add_scored, many_scored
from tests.support.statements import asked


def heading(page: str) -> str:
    """The text of the page's one sentence."""
    found = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)
    assert found is not None
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", found[1])).strip()


def test_the_page_leads_with_average_interval_n_and_the_dearest_criterion(centre: Centre, client_of) -> None:
    for extra in ("good", "fair"):
        add_scored(centre.agent_id, faults={"courtesy": extra, "greeting": "none"})
    page = client_of("leader").get("/team/").text
    said = heading(page)
    assert re.match(r"A组本周均分 \d+\.\d（\d+\.\d–\d+\.\d，2 通）", said)
    assert "失分最多的是规范问候并报工号，2 通里有 2 通失分。" in said
    assert "criterion=greeting" in page


def test_no_difference_is_claimed_where_none_can_be_told(centre: Centre, client_of) -> None:
    earlier = periods.current(periods.PeriodKind.WEEK).start - timedelta(days=2)
    for at in (now(), earlier):
        for extra in ("good", "fair"):
            add_scored(centre.agent_id, released_at=at, faults={"courtesy": extra})
    assert "与上周没有可分辨的差别" in heading(client_of("leader").get("/team/").text)


def test_a_quiet_week_says_so_and_offers_the_one_before(client_of) -> None:
    page = client_of("leader").get("/team/").text
    assert heading(page) == "A组本周还没有发布的评分。 看上周"
    assert "before=1" in page


@pytest.mark.parametrize(("period", "shown"), [("today", 1), ("month", 1), ("nonsense", 1)])
def test_the_period_can_be_switched(centre: Centre, client_of, period: str, shown: int) -> None:
    add_scored(centre.agent_id)
    add_scored(centre.agent_id, released_at=now() - timedelta(days=80))
    page = client_of("leader").get(f"/team/?period={period}").text
    assert page.count('class="row-link" href="/team/evaluations/') == shown


def test_each_figure_opens_the_calls_behind_it(centre: Centre, client_of) -> None:
    lost = add_scored(centre.agent_id, faults={"greeting": "none"})
    vetoed = add_scored(
        centre.teammate_id,
        faults={"forbidden_speech": "escalated"},
        state=EvaluationState.ACKNOWLEDGED,
    )
    client = client_of("leader")
    for query, expected in (
        ("", {lost, vetoed}),
        ("?criterion=greeting", {lost}),
        ("?vetoed=1", {vetoed}),
        ("?waiting=1", {lost}),
    ):
        page = client.get(f"/team/calls{query}").text
        found = {int(number) for number in re.findall(r"/team/evaluations/(\d+)", page)}
        assert found == {call.evaluation_id for call in expected}, query


def test_pages_list_so_many_of_many_evaluations_and_lead_on_to_the_rest(centre: Centre, client_of) -> None:
    many_scored(centre.agent_id, 620, chances=(None, 0.25))
    for person, url, rows, more in (
        ("agent", "/mine/", 2 * LISTED, "/mine/?page=2"),
        ("agent", "/mine/?page=2", 2 * LISTED, "/mine/?page=3"),
        ("agent", "/mine/performance", 0, None),
        ("leader", "/team/?period=month", 8, "/team/calls?period=month"),
        ("leader", "/team/calls?period=month", LISTED, "/team/calls?page=2&amp;period=month"),
        ("leader", "/team/calls?period=month&page=13", 21, "/team/calls?page=12&amp;period=month"),
        ("leader", f"/team/agents/{centre.agent_id}", 60, None),
    ):
        client = client_of(person)
        with asked() as seen:
            page = client.get(url).text
        assert len(re.findall(r'class="row-link" href="/\w+/evaluations/', page)) == rows, url
        assert more is None or f'href="{more}"' in page, url
        assert page.count('<circle class="target"') in (0, DRAWN), url
        assert len(seen) < 30, url
        assert max(len(given) for _, given in seen) <= TOGETHER, url
    assert "621 通" in heading(client_of("leader").get("/team/calls?period=month").text)


def test_a_supervisor_begins_with_all_teams_and_opens_one(centre: Centre, client_of) -> None:
    add_scored(centre.agent_id)
    add_scored(centre.other_agent_id)
    client = client_of("supervisor")
    page = client.get("/team/").text
    assert "2 个班组有评分，共 2 通" in heading(page)
    assert f"/team/?team={centre.team_id}" in page
    assert heading(client.get(f"/team/?team={centre.other_team_id}").text).startswith("B组本周")


def test_other_teams_do_not_exist_for_a_leader(centre: Centre, client_of) -> None:
    call = add_scored(centre.other_agent_id)
    client = client_of("leader")
    for url in (
        f"/team/?team={centre.other_team_id}",
        f"/team/calls?team={centre.other_team_id}",
        f"/team/agents/{centre.other_agent_id}",
        f"/team/evaluations/{call.evaluation_id}",
    ):
        assert client.get(url).status_code == 404, url


def test_an_agents_page_shows_record_and_reply_but_lets_nobody_acknowledge(centre: Centre, client_of) -> None:
    call = add_scored(centre.agent_id, faults={"greeting": "none"})
    client_of("agent").post(
        f"/mine/evaluations/{call.evaluation_id}/acknowledge", data={"words": "下次先报工号。"}
    )
    client = client_of("leader")
    page = client.get(f"/team/agents/{centre.agent_id}").text
    assert heading(page).startswith("李静的均分是")
    assert f"/team/evaluations/{call.evaluation_id}" in page
    page = client.get(f"/team/evaluations/{call.evaluation_id}").text
    assert "下次先报工号。" in page
    assert "/acknowledge" not in page


def test_a_draft_is_not_shown_to_the_supervisor_as_an_evaluation_of_the_team(
    centre: Centre, client_of
) -> None:
    draft = add_scored(centre.agent_id, state=EvaluationState.DRAFT)
    assert client_of("supervisor").get(f"/team/evaluations/{draft.evaluation_id}").status_code == 404
