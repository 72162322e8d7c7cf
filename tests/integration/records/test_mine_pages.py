"""What an agent's pages show, and what they keep from others."""

from __future__ import annotations

import re
from datetime import timedelta

from qm.core.clock import now
from qm.models import EvaluationState
from tests.support.people import Centre
from tests.support.scored import add_scored


def test_feedback_that_waits_stands_before_what_was_acknowledged(centre: Centre, client_of) -> None:
    old = add_scored(centre.agent_id, state=EvaluationState.ACKNOWLEDGED, comment="已看过的评语")
    new = add_scored(
        centre.agent_id, faults={"greeting": "none"}, released_at=now() - timedelta(days=2), comment="新评语"
    )
    page = client_of("agent").get("/mine/").text
    assert "有 1 通录音的反馈等您看" in page
    places = [page.index(f"/mine/evaluations/{item.evaluation_id}") for item in (new, old)]
    assert places == sorted(places)
    assert "新评语" in page
    assert "规范问候并报工号" in page


def test_without_feedback_the_page_says_what_will_come(client_of) -> None:
    client = client_of("agent")
    assert "还没有发布给您的反馈" in client.get("/mine/").text
    assert "还没有成绩" in client.get("/mine/performance").text


def test_a_vetoed_call_shows_zero_with_the_lost_score_beside_it(centre: Centre, client_of) -> None:
    add_scored(centre.agent_id, faults={"forbidden_speech": "escalated"})
    page = client_of("agent").get("/mine/").text
    assert "一票否决" in page
    assert re.search(r"0\.0 <s [^>]*>9\d\.\d</s>", page)


def test_the_record_draws_every_call_as_a_link_with_average_n_and_losses(centre: Centre, client_of) -> None:
    calls = [
        add_scored(centre.agent_id, faults={"greeting": "none"}),
        add_scored(centre.agent_id),
        add_scored(centre.agent_id, faults={"courtesy": "good"}),
    ]
    page = client_of("agent").get("/mine/performance").text
    for call in calls:
        assert f'href="/mine/evaluations/{call.evaluation_id}"' in page
    assert re.search(r"您的均分是 9\d\.\d（\d+\.\d–\d+\.\d，3 通）", page)
    assert 'href="/mine/?criterion=greeting"' in page
    only = client_of("agent").get("/mine/?criterion=greeting").text
    assert f"/mine/evaluations/{calls[0].evaluation_id}#q-greeting" in only
    assert f"/mine/evaluations/{calls[1].evaluation_id}" not in only


def test_one_evaluation_can_be_read_and_acknowledged_once(centre: Centre, client_of) -> None:
    call = add_scored(centre.agent_id, comment="请先核身。")
    client = client_of("agent")
    url = f"/mine/evaluations/{call.evaluation_id}"
    page = client.get(url).text
    assert "请先核身。" in page
    assert "听过了，确认" in page
    answer = client.post(f"{url}/acknowledge", data={"words": "明白，下次注意。"})
    assert answer.status_code == 302
    page = client.get(url).text
    assert "已确认" in page
    assert "明白，下次注意。" in page
    assert "听过了，确认" not in page
    assert client.post(f"{url}/acknowledge", data={"words": "再来"}).status_code == 409


def test_others_and_unreleased_evaluations_do_not_exist(centre: Centre, client_of) -> None:
    client = client_of("agent")
    for call in (add_scored(centre.teammate_id), add_scored(centre.agent_id, state=EvaluationState.DRAFT)):
        assert client.get(f"/mine/evaluations/{call.evaluation_id}").status_code == 404
        assert client.post(f"/mine/evaluations/{call.evaluation_id}/acknowledge").status_code == 404
