"""What belongs to whom: a branch changes its own and proposes for the centre's (docs/adr/0009)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import select

from qm.app.seeds import ensure_seeded
from qm.core import database
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.errors import NotFound
from qm.core.identity import actor_of
from qm.core.ownership import DraftOfOthers, NotTheOwner
from qm.core.visibility import recording_for
from qm.hearing.writes import scan as scan_writes
from qm.hearing.writes.scan import matcher
from qm.jobs import schema
from qm.judging.writes import learning_runs
from qm.judging.writes import prescore as prescore_writes
from qm.models import (
    Branch,
    FindingRow,
    JobState,
    LearningRun,
    PhraseRow,
    Proposal,
    ProposalKind,
    ProposalState,
    RubricVersion,
    User,
    VersionState,
)
from qm.phrases.reads import library as phrase_reads
from qm.phrases.writes import library as phrase_writes
from qm.phrases.writes import offers as phrase_offers
from qm.phrases.writes import versions as phrase_versions
from qm.proposals import reads as proposal_reads
from qm.proposals import writes as proposal_writes
from qm.rubrics.reads.bindings import versions_for
from qm.rubrics.reads.versions import published
from qm.rubrics.writes import bindings as binding_writes
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import versions as rubric_writes
from qm.rules.reads import versions as rule_reads
from qm.rules.reads.contacts import policy_of
from qm.rules.writes import contact_policy
from qm.rules.writes import judging as rule_judging
from qm.rules.writes import versions as rule_writes
from recorder.types import Role
from scoring.rubric import rubric_from_dict
from scoring.types import Rubric
from tests.support.house import hear, rule_text
from tests.support.people import _HASH, Centre
from tests.support.scored import add_call
from tests.support.statements import asked
from transcribe.types import PhraseKind

Client = Callable[[str], FlaskClient]
NEW_KEY = "own_rule"


@pytest.fixture
def far(centre: Centre) -> Actor:
    """The supervisor of the second branch, which has no calls yet."""
    ensure_seeded()
    with writing() as session:
        user = User(
            username="far_supervisor",
            name="Far",
            role=UserRole.SUPERVISOR,
            password_hash=_HASH,
            branch_id=centre.far_branch_id,
            created_at=now(),
        )
        session.add(user)
        session.flush()
        return actor_of(user)


def general() -> RubricVersion:
    return next(row for row in published() if row.key == "phone_banking")


def own_rule(actor: Actor, key: str = NEW_KEY) -> None:
    rule_writes.create(actor, document=rule_text(key, "去本地网点"))
    rule_writes.publish(actor, key)


def test_a_second_branch_can_neither_retire_nor_publish_what_is_the_houses(far: Actor) -> None:
    """The fault that this mends: the supervisor of an empty branch retired every form and rule."""
    with pytest.raises(NotTheOwner):
        rule_writes.retire(far, "greeting")
    with pytest.raises(NotTheOwner):
        rubric_writes.retire(far, general().id or 0)
    rule_writes.start_draft(far, "greeting")
    with pytest.raises(NotTheOwner):
        rule_writes.publish(far, "greeting")
    draft = rubric_drafts.copy(far, general().id or 0)
    with pytest.raises(NotTheOwner):
        rubric_writes.publish(far, draft.id or 0)
    phrase_writes.start_draft(far)
    for change in (
        lambda: phrase_writes.add_phrase(far, group="greeting", text="您吉祥", role=Role.AGENT),
        lambda: phrase_writes.rename_group(far, group="greeting", name="问好"),
    ):
        with pytest.raises(NotTheOwner):
            change()
    assert rule_reads.line("greeting").in_force is not None
    assert general().state is VersionState.PUBLISHED


def test_the_only_branch_there_is_speaks_for_the_house(sqlite: None) -> None:
    ensure_seeded()
    with writing() as session:
        branch = Branch(name="唯一")
        session.add(branch)
        session.flush()
        user = User(
            username="one", name="One", role=UserRole.SUPERVISOR, password_hash="x", branch_id=branch.id,
            created_at=now(),
        )  # fmt: skip
        session.add(user)
        session.flush()
        actor = actor_of(user)
    rule_writes.retire(actor, "greeting")
    own_rule(actor)
    assert rule_reads.line(NEW_KEY).branch_id is None, "made for the house, and stays so"


def test_a_branchs_rule_judges_its_own_calls_and_no_others(far: Actor, centre: Centre) -> None:
    near_call, far_call = add_call(centre.agent_id), add_call(centre.far_agent_id)
    for call in (near_call, far_call):
        hear(call, "请您去本地网点办理")
    own_rule(far)
    for call in (near_call, far_call):
        _judge(call)
    with reading() as session:
        judged = session.exec(select(FindingRow.recording_id).where(FindingRow.rule_key == NEW_KEY)).all()
    assert judged == [far_call]
    assert NEW_KEY not in {name[2] for name in rule_judging.rules_for(centre.branch_id).published}


def _judge(recording_id: str) -> None:
    scan_writes.scan(recording_id)
    prescore_writes.prescore(recording_id)


def test_another_branchs_rule_is_not_there_to_read_or_change(far: Actor, centre: Centre) -> None:
    own_rule(far)
    near = centre.actors["supervisor"]
    assert NEW_KEY not in {line.key for line in rule_reads.lines(near)}
    for act in (rule_writes.start_draft, rule_writes.retire, rule_writes.publish):
        with pytest.raises(NotFound):
            act(near, NEW_KEY)
    assert NEW_KEY in {line.key for line in rule_reads.lines(centre.actors["headquarters"])}


def test_a_proposed_draft_is_published_by_the_centre_for_everybody(far: Actor, centre: Centre) -> None:
    headquarters = centre.actors["headquarters"]
    rule_writes.start_draft(far, "greeting")
    text = rule_reads.line("greeting").shown.document + "# 各地通用\n"
    fixtures = rule_reads.line("greeting").shown.fixtures
    rule_writes.save_draft(far, "greeting", document=text, fixtures=fixtures)
    rule_writes.propose(far, "greeting", note="本地客户都这么问好")
    (line,) = proposal_reads.waiting(headquarters, ProposalKind.RULE)
    assert (line.branch, line.by, line.row.note) == ("南方分中心", "Far", "本地客户都这么问好")
    assert proposal_reads.waiting(centre.actors["supervisor"], ProposalKind.RULE) == ()
    row = rule_writes.publish(headquarters, "greeting")
    assert (row.branch_id, row.document) == (None, text)
    told = proposal_reads.latest(far, ProposalKind.RULE, "greeting")
    assert told is not None
    assert told.row.state is ProposalState.ACCEPTED
    assert told.row.decided_by == headquarters.user_id


def test_a_new_rule_proposed_and_accepted_becomes_the_centres(far: Actor, centre: Centre) -> None:
    rule_writes.create(far, document=rule_text(NEW_KEY))
    rule_writes.propose(far, NEW_KEY)
    rule_writes.publish(centre.actors["headquarters"], NEW_KEY)
    assert rule_reads.line(NEW_KEY).branch_id is None
    with pytest.raises(NotTheOwner):
        rule_writes.retire(far, NEW_KEY)


def test_what_is_declined_says_why_and_stays_the_branchs_draft(far: Actor, centre: Centre) -> None:
    draft = rubric_drafts.copy(far, general().id or 0)
    row = rubric_writes.propose(far, draft.id or 0)
    with pytest.raises(NotTheOwner):
        proposal_writes.decline(far, row.id or 0, answer="不行")
    with pytest.raises(proposal_writes.AnswerMissing):
        proposal_writes.decline(centre.actors["headquarters"], row.id or 0, answer=" ")
    proposal_writes.decline(centre.actors["headquarters"], row.id or 0, answer="等明年一起改")
    told = proposal_reads.latest(far, ProposalKind.RUBRIC, "phone_banking")
    assert told is not None
    assert (told.row.state, told.row.answer) == (ProposalState.DECLINED, "等明年一起改")
    rubric_writes.discard(far, draft.id or 0)


def test_a_draft_that_changes_after_it_was_proposed_is_proposed_no_more(far: Actor) -> None:
    rule_writes.create(far, document=rule_text(NEW_KEY))
    rule_writes.propose(far, NEW_KEY)
    with pytest.raises(proposal_writes.AlreadyProposed):
        rule_writes.propose(far, NEW_KEY)
    rule_writes.save_draft(far, NEW_KEY, document=rule_text(NEW_KEY, "转别处"), fixtures="")
    assert proposal_reads.open_one(ProposalKind.RULE, NEW_KEY) is None


def test_there_is_one_draft_at_a_time_whoever_writes_it(far: Actor, centre: Centre) -> None:
    rule_writes.start_draft(far, "greeting")
    with pytest.raises(DraftOfOthers):
        rule_writes.start_draft(centre.actors["supervisor"], "greeting")
    rule_writes.discard_draft(centre.actors["headquarters"], "greeting")
    rule_writes.start_draft(centre.actors["supervisor"], "greeting")


def test_each_place_publishes_its_own_groups_and_leaves_others_drafts(far: Actor, centre: Centre) -> None:
    headquarters = centre.actors["headquarters"]
    phrase_writes.start_draft(headquarters)
    phrase_writes.add_phrase(headquarters, group="greeting", text="您吉祥如意", role=Role.AGENT)
    row = phrase_writes.add_group(
        far, name="本地", kind=PhraseKind.TOPIC, first="去本地网点", role=Role.AGENT
    )
    phrase_versions.publish(far)
    texts = {item.text for item in phrase_reads.rows(phrase_reads.published())}
    assert "去本地网点" in texts
    assert "您吉祥如意" not in texts, "headquarters has not published it"
    phrase_versions.publish(headquarters)
    in_force = phrase_reads.rows(phrase_reads.published())
    assert {"去本地网点", "您吉祥如意"} <= {item.text for item in in_force}
    assert {item.branch_id for item in in_force if item.group == row.group} == {centre.far_branch_id}
    assert phrase_reads.draft() is None


def test_a_branchs_phrases_are_heard_in_its_own_calls_until_the_centre_adopts_them(
    far: Actor, centre: Centre
) -> None:
    near, headquarters = centre.actors["supervisor"], centre.actors["headquarters"]
    phrase_writes.start_draft(far)
    row = phrase_writes.add_group(
        far, name="本地", kind=PhraseKind.TOPIC, first="去本地网点", role=Role.AGENT
    )
    phrase_versions.publish(far)
    library = phrase_reads.published()
    assert library is not None
    assert matcher(library.id or 0, centre.branch_id) is matcher(library.id or 0)
    assert matcher(library.id or 0, centre.far_branch_id) is not matcher(library.id or 0)
    with pytest.raises(NotFound):
        phrase_reads.group_of(library, row.group, near)
    phrase_offers.propose(far, group=row.group)
    phrase_offers.adopt(headquarters, group=row.group)
    phrase_versions.publish(headquarters)
    assert phrase_reads.group_of(phrase_reads.published(), row.group, near).branch_id is None


@pytest.mark.parametrize(
    "end",
    [
        phrase_writes.discard_draft,
        lambda far: phrase_writes.import_table(far, "group,name,kind,role,phrase\n", replace=True),
    ],
    ids=["discarded", "replaced by a table without it"],
)
def test_a_proposed_group_that_is_gone_is_proposed_no_more(
    far: Actor, end: Callable[[Actor], object]
) -> None:
    phrase_writes.start_draft(far)
    row = phrase_writes.add_group(
        far, name="本地", kind=PhraseKind.TOPIC, first="去本地网点", role=Role.AGENT
    )
    proposed = phrase_offers.propose(far, group=row.group)
    end(far)
    with reading() as session:
        assert session.get_one(Proposal, proposed.id).state is ProposalState.WITHDRAWN


def test_a_long_table_of_a_branch_is_asked_about_a_group_at_a_time(far: Actor) -> None:
    def table(n: int) -> str:
        return "group,name,kind,role,phrase\n" + "\n".join(
            f"local,本地,topic,agent,{'网点'[n % 2]}{chr(0x4E00 + n)}{chr(0x5E00 + n)}" for n in range(n)
        )

    phrase_writes.start_draft(far)
    sent = []
    for n in (5, 10, 60):
        with asked() as seen:
            assert phrase_writes.import_table(far, table(n), replace=True) == n
        sent.append(sum(statement.startswith("SELECT") for statement, _ in seen))
    assert sent[2] == sent[1]


def test_publishing_does_not_compare_every_phrase_with_every_other(
    far: Actor, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    headquarters = centre.actors["headquarters"]
    phrase_writes.start_draft(headquarters)
    phrase_writes.add_phrase(headquarters, group="greeting", text="您吉祥如意", role=Role.AGENT)
    compared: list[object] = []
    monkeypatch.setattr(PhraseRow, "__eq__", lambda one, other: bool(compared.append(one)) or one is other)
    phrase_versions.publish(headquarters)
    assert compared == []


def test_a_branchs_form_is_bound_to_its_own_calls_before_the_centres(far: Actor, centre: Centre) -> None:
    headquarters = centre.actors["headquarters"]
    made = rubric_writes.import_draft(far, _own_form())
    rubric_writes.publish(far, made.id or 0)
    common = {"queue": "", "team_id": None, "direction": "", "to_day": None}
    binding_writes.bind(far, rubric_key="own_form", from_day=date(2020, 1, 1), **common)
    binding_writes.bind(headquarters, rubric_key="outbound", from_day=date(2021, 1, 1), **common)
    calls = [recording_for(headquarters, add_call(n)) for n in (centre.agent_id, centre.far_agent_id)]
    found = versions_for(calls)
    keys = [row.key for row in (found[calls[0].id], found[calls[1].id]) if row]
    assert keys == ["outbound", "own_form"]
    with pytest.raises(binding_writes.BindingUnusable):
        binding_writes.bind(
            centre.actors["supervisor"], rubric_key="own_form", from_day=date(2020, 1, 1),
            **{**common, "team_id": centre.team_id},
        )  # fmt: skip


def test_a_training_for_a_branchs_form_is_stopped_by_nobody_elses_supervisor(
    far: Actor, centre: Centre
) -> None:
    made = rubric_writes.import_draft(far, _own_form())
    rubric_writes.publish(far, made.id or 0)
    run = LearningRun(
        rubric_key="own_form", criterion="courtesy", state=JobState.QUEUED, created_at=now(), updated_at=now()
    )
    with writing() as session:
        session.add(run)
    with pytest.raises(NotFound):
        learning_runs.cancel(centre.actors["supervisor"], run.id or 0)
    learning_runs.cancel(far, run.id or 0)


def test_a_branchs_policy_is_its_own_and_changes_nobody_elses(far: Actor, centre: Centre) -> None:
    before = policy_of(centre.branch_id)
    values = {"quiet_from": "20:00", "quiet_until": "09:00", "max_per_day": 1, "direction": "outbound"}
    contact_policy.set_policy(far, **values)  # type: ignore[arg-type]
    assert policy_of(centre.far_branch_id).max_per_day == 1
    assert policy_of(centre.branch_id) == before == policy_of(None)


def _own_form() -> Rubric:
    return replace(rubric_from_dict(general().document), key="own_form", title="本地表")


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


def test_upgrading_leaves_everything_with_the_centre_and_a_published_owner_cannot_be_changed(
    any_database: str,
) -> None:
    ensure_seeded()
    schema.roll_back("0008")
    with database.engine().begin() as connection:
        before = connection.execute(sa.text("SELECT count(*) FROM phrase")).scalar()
    schema.migrate()
    with database.engine().begin() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM phrase")).scalar() == before
        for table in ("phrase", "rule_version", "rubric_version"):
            own = sa.text(f"SELECT count(*) FROM {table} WHERE branch_id IS NOT NULL")
            assert connection.execute(own).scalar() == 0
    with writing() as session:
        session.add(Branch(name="某机构"))
    for table in ("phrase", "rule_version", "rubric_version"):
        with pytest.raises(sa.exc.DBAPIError), database.engine().begin() as connection:
            connection.execute(sa.text(f"UPDATE {table} SET branch_id = 1"))
