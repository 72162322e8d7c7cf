"""People and tokens on their pages."""

from __future__ import annotations

import re

import pytest

from qm.core.actor import UserRole
from qm.people import reads as people_reads
from tests.support.people import Centre


def test_an_administrator_adds_a_person_and_sees_the_password_once(client_of, centre: Centre) -> None:
    client = client_of("administrator")
    data = {
        "username": "zhoumin",
        "name": "周敏",
        "role": UserRole.INSPECTOR.value,
        "branch_id": str(centre.branch_id),
        "team_id": "",
        "agent_id": "",
    }
    page = client.post("/manage/people/new", data=data).text
    shown = re.search(r'id="secret">([a-z0-9-]+)<', page)
    assert shown is not None
    fresh = client.application.test_client()
    assert fresh.post("/sign-in", data={"username": "zhoumin", "password": shown[1]}).status_code == 302
    again = client.post("/manage/people/new", data=data)
    assert again.status_code == 409
    assert "已被使用" in again.text
    assert 'value="周敏"' in again.text


@pytest.mark.parametrize("url", ["/manage/people", "/manage/roster", "/manage/audit"])
def test_people_are_for_administrators(client_of, url: str) -> None:
    assert client_of("administrator").get(url).status_code == 200
    assert client_of("supervisor").get(url).status_code == 403


@pytest.mark.parametrize("person", ["administrator", "supervisor"])
def test_a_token_is_shown_once_and_revoked(client_of, centre: Centre, person: str) -> None:
    client = client_of(person)
    user_id = centre.actors[person].user_id
    page = client.post("/manage/tokens", data={"name": "话务平台", "user_id": user_id}).text
    assert re.search(r"qm_[\w-]{40,}", page)
    page = client.get("/manage/tokens").text
    assert not re.search(r"qm_[\w-]{40,}", page)
    token = people_reads.tokens(centre.actors[person])[0].token
    assert "已作废" in client.post(f"/manage/tokens/{token.id}/revoke", follow_redirects=True).text


def test_no_page_issues_a_token_in_a_supervisors_name(client_of, centre: Centre) -> None:
    client = client_of("administrator")
    user_id = centre.actors["supervisor"].user_id
    assert f'<option value="{user_id}"' not in client.get("/manage/tokens").text
    refused = client.post("/manage/tokens", data={"name": "借用", "user_id": user_id})
    assert refused.status_code == 403
    assert "只能由本人发放" in refused.text
