"""Pages say whose a thing is, what waits and what was answered."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlmodel import select

from qm.core.actor import Actor, UserRole
from qm.core.database import writing
from qm.models import (
    ProposalKind,
    User,
)
from qm.phrases.reads import library as phrase_reads
from qm.phrases.writes import library as phrase_writes
from qm.phrases.writes import versions as phrase_versions
from qm.proposals import reads as proposal_reads
from qm.rules.reads import versions as rule_reads
from qm.rules.writes import versions as rule_writes
from recorder.types import Role
from tests.support.branches import general
from tests.support.people import Centre
from transcribe.types import PhraseKind

Client = Callable[[str], FlaskClient]


def test_pages_say_whose_a_thing_is_and_offer_a_branch_to_propose(
    far: Actor, centre: Centre, client_of: Client
) -> None:
    client = client_of("far_supervisor")
    listed = client.get("/manage/rules").text
    assert "总部" in listed
    page = client.get("/manage/rules/greeting").text
    assert "停用这条规则" not in page
    assert "起草修改" in page
    client.post("/manage/rules/greeting/draft")
    page = client.get("/manage/rules/greeting").text
    assert "提请总部发布" in page
    assert "/manage/rules/greeting/publish" not in page
    client.post("/manage/rules/greeting/propose", data={"note": "本地"})
    assert client.post("/manage/rules/greeting/publish").status_code == 403
    theirs = client_of("headquarters")
    waiting = theirs.get("/manage/rules").text
    assert "南方分中心 的 Far" in waiting
    row = proposal_reads.open_one(ProposalKind.RULE, "greeting")
    assert row is not None
    theirs.post(f"/manage/proposals/{row.id}/decline", data={"answer": "暂不推广"})
    assert "暂不推广" in client.get("/manage/rules/greeting").text


def test_forms_and_phrases_have_their_owner_on_their_pages(
    far: Actor, centre: Centre, client_of: Client
) -> None:
    client, theirs = client_of("far_supervisor"), client_of("headquarters")
    form = general().id
    assert "停用这张表" not in client.get(f"/manage/rubrics/{form}").text
    assert "停用这张表" in theirs.get(f"/manage/rubrics/{form}").text
    phrase_writes.start_draft(far)
    row = phrase_writes.add_group(
        far, name="本地", kind=PhraseKind.TOPIC, first="去本地网点", role=Role.AGENT
    )
    assert "改名" not in client.get("/manage/phrases/groups/greeting").text
    page = client.get(f"/manage/phrases/groups/{row.group}").text
    assert "改名" in page
    assert "提请总部发布" in page
    client.post(f"/manage/phrases/groups/{row.group}/propose", data={"note": ""})
    assert "机构提请总部发布" in theirs.get("/manage/phrases").text
    assert "采纳为总部的分组" in theirs.get(f"/manage/phrases/groups/{row.group}").text
    phrase_versions.publish(far)
    theirs.post(f"/manage/phrases/groups/{row.group}/adopt")
    differs = phrase_reads.own_changes(centre.actors["headquarters"])
    assert (differs.added, differs.removed, differs.moved) == ((), (), ("本地",))
    assert "改归总部" in theirs.get("/manage/phrases/changes").text
    assert "没有" not in client.get(f"/manage/phrases/groups/{row.group}").status


def test_the_centre_finds_proposals_on_its_overview_and_the_branch_finds_the_answer(
    far: Actor, centre: Centre, client_of: Client
) -> None:
    rule_writes.start_draft(far, "greeting")
    rule_writes.propose(far, "greeting", note="")
    assert "1 项，等您答复" in client_of("headquarters").get("/manage/").text
    for other in ("far_supervisor", "supervisor", "administrator"):
        assert "等您答复" not in client_of(other).get("/manage/").text
    drafted = "草稿 v2 · 南方分中心"
    assert drafted in client_of("headquarters").get("/manage/rules").text
    shown = rule_reads.line("greeting").shown
    changed = shown.document + "# 各地通用\n"
    rule_writes.save_draft(far, "greeting", document=changed, fixtures=shown.fixtures)
    rule_writes.propose(far, "greeting", note="")
    rule_writes.publish(centre.actors["headquarters"], "greeting")
    assert "总部已采纳" in client_of("far_supervisor").get("/manage/rules/greeting").text
    assert "总部已采纳" not in client_of("headquarters").get("/manage/rules/greeting").text


def test_a_branch_is_offered_to_publish_phrases_only_where_it_changed_some(
    far: Actor, centre: Centre, client_of: Client
) -> None:
    phrase_writes.start_draft(centre.actors["headquarters"])
    page = client_of("far_supervisor").get("/manage/phrases").text
    assert "核对并发布" not in page
    assert "/manage/phrases/discard" not in page
    phrase_writes.add_group(
        far, name="远方问候", kind=PhraseKind.REQUIRED, first="远方为您服务", role=Role.AGENT
    )
    page = client_of("far_supervisor").get("/manage/phrases").text
    assert "核对并发布" in page
    assert "放弃本机构的改动" in page


def test_the_roster_says_that_nobody_speaks_for_several_branches(centre: Centre, client_of: Client) -> None:
    assert "没有总部的质检主管" not in client_of("administrator").get("/manage/roster").text
    with writing() as session:
        for user in session.exec(select(User).where(User.role == UserRole.SUPERVISOR)).all():
            user.active = user.branch_id is not None
            session.add(user)
    assert "没有总部的质检主管" in client_of("administrator").get("/manage/roster").text
