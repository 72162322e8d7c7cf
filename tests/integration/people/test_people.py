"""Accounts, the roster and tokens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qm.core import identity
from qm.core.actor import Actor, UserRole
from qm.core.database import reading
from qm.core.errors import Forbidden, NotFound
from qm.models import EvaluationState, User
from qm.people import reads as people_reads
from qm.people.writes import accounts as account_writes
from qm.people.writes import teams as team_writes
from qm.people.writes import tokens as token_writes
from qm.people.writes.accounts import Place
from qm.people.writes.sign_in import SignInRefused, sign_in
from qm.records.writes import AlreadyAcknowledged, WordsTooLong, acknowledge
from qm.upkeep.reads import audit as audit_reads
from qm.upkeep.reads.overview import overview
from tests.support.people import PASSWORD, Centre
from tests.support.scored import add_scored


@pytest.fixture
def admin(centre: Centre) -> Actor:
    return centre.actors["administrator"]


@pytest.fixture
def near_admin(centre: Centre) -> Actor:
    return replace(centre.actors["administrator"], branch_id=centre.branch_id)


def test_a_new_person_signs_in_with_the_password_shown_once(admin: Actor, centre: Centre) -> None:
    issued = account_writes.create_user(
        admin,
        username="newleader",
        name="孙莉",
        role=UserRole.LEADER,
        place=Place(team_id=centre.other_team_id),
    )
    actor, _ = sign_in(username="newleader", password=issued.password, address="127.0.0.1")
    assert (actor.role, actor.team_id, actor.branch_id) == (
        UserRole.LEADER,
        centre.other_team_id,
        centre.branch_id,
    )


def test_names_and_seats_are_given_once_and_roles_need_their_place(admin: Actor, centre: Centre) -> None:
    with pytest.raises(account_writes.UsernameTaken):
        account_writes.create_user(
            admin, username="agent", name="重名", role=UserRole.INSPECTOR, place=Place()
        )
    with pytest.raises(account_writes.SeatTaken):
        account_writes.create_user(
            admin, username="second", name="第二", role=UserRole.AGENT, place=Place(agent_id=centre.agent_id)
        )
    with pytest.raises(account_writes.PlaceMissing):
        account_writes.create_user(admin, username="lost", name="无组", role=UserRole.LEADER, place=Place())


def test_an_account_stays_off_while_another_has_its_seat(admin: Actor, centre: Centre) -> None:
    before = centre.actors["agent"].user_id or 0
    account_writes.set_active(admin, before, active=False)
    seat = Place(agent_id=centre.agent_id)
    account_writes.create_user(admin, username="second", name="第二", role=UserRole.AGENT, place=seat)
    with pytest.raises(account_writes.SeatTaken):
        account_writes.set_active(admin, before, active=True)
    assert not people_reads.person(admin, before).active


def test_the_overview_counts_the_people_of_the_own_branch(centre: Centre) -> None:
    assert overview(centre.actors["supervisor"]).users == 7
    assert overview(centre.actors["headquarters"]).users == 10


def test_a_new_password_ends_old_sessions_and_the_old_password(admin: Actor, centre: Centre) -> None:
    user = people_reads.person(admin, centre.actors["inspector"].user_id or 0)
    issued = account_writes.reset_password(admin, user.id or 0)
    assert identity.actor_by_session(user.id or 0, user.session_version, address="") is None
    with pytest.raises(SignInRefused):
        sign_in(username="inspector", password=PASSWORD, address="127.0.0.1")
    sign_in(username="inspector", password=issued.password, address="127.0.0.1")


def test_a_switched_off_person_is_out_at_once_and_nobody_locks_oneself_out(
    admin: Actor, centre: Centre
) -> None:
    user = account_writes.set_active(admin, centre.actors["leader"].user_id or 0, active=False)
    assert identity.actor_by_session(user.id or 0, user.session_version, address="") is None
    with pytest.raises(account_writes.OwnAccount):
        account_writes.set_active(admin, admin.user_id or 0, active=False)
    with pytest.raises(account_writes.OwnAccount):
        account_writes.change_user(
            admin, admin.user_id or 0, name="我", role=UserRole.INSPECTOR, place=Place()
        )


def test_an_administrator_of_a_branch_reaches_no_other(near_admin: Actor, centre: Centre) -> None:
    far = centre.actors["far_inspector"].user_id or 0
    with pytest.raises(NotFound):
        account_writes.reset_password(near_admin, far)
    with pytest.raises(Forbidden):
        account_writes.create_user(
            near_admin,
            username="farther",
            name="远",
            role=UserRole.INSPECTOR,
            place=Place(branch_id=centre.far_branch_id),
        )
    with pytest.raises(Forbidden):
        account_writes.create_user(
            near_admin, username="hq", name="总部", role=UserRole.INSPECTOR, place=Place()
        )
    with pytest.raises(NotFound):
        team_writes.add_agent(near_admin, team_id=centre.far_team_id, number="9002", name="远")
    assert far not in {person.user.id for person in people_reads.everyone(near_admin)}


def test_an_agents_number_is_given_once_and_moving_keeps_the_number(admin: Actor, centre: Centre) -> None:
    with pytest.raises(team_writes.NumberTaken):
        team_writes.add_agent(admin, team_id=centre.other_team_id, number="8021", name="又一位")
    moved = team_writes.change_agent(
        admin, centre.agent_id, name="李静", team_id=centre.other_team_id, active=True
    )
    assert (moved.number, moved.team_id) == ("8021", centre.other_team_id)
    with pytest.raises(team_writes.NameTaken):
        team_writes.add_team(admin, branch_id=centre.branch_id, name="A组")


def test_an_agent_who_moves_takes_the_account_along(admin: Actor, centre: Centre) -> None:
    team_writes.change_agent(admin, centre.agent_id, name="李静", team_id=centre.far_team_id, active=True)
    with reading() as session:
        user = session.get_one(User, centre.actors["agent"].user_id)
    assert (user.team_id, user.branch_id, user.session_version) == (
        centre.far_team_id,
        centre.far_branch_id,
        2,
    )
    team_writes.change_agent(admin, centre.agent_id, name="李小静", team_id=centre.far_team_id, active=True)
    with reading() as session:
        assert session.get_one(User, user.id).session_version == 2


def test_a_token_acts_for_its_user_until_it_is_revoked(admin: Actor, centre: Centre) -> None:
    issued = token_writes.issue_token(admin, user_id=admin.user_id or 0, name="话务平台")
    actor = identity.actor_by_token(issued.text, address="10.0.0.1")
    assert actor is not None
    assert actor.role is UserRole.ADMINISTRATOR
    assert issued.text not in issued.token.token_hash
    token_writes.revoke_token(admin, issued.token.id or 0)
    assert identity.actor_by_token(issued.text, address="10.0.0.1") is None
    with pytest.raises(token_writes.AlreadyRevoked):
        token_writes.revoke_token(admin, issued.token.id or 0)


@pytest.mark.parametrize("lender", ["administrator", "headquarters", "inspector"])
def test_nobody_issues_a_token_in_the_name_of_one_who_scores(lender: str, centre: Centre) -> None:
    with pytest.raises((Forbidden, NotFound)):
        token_writes.issue_token(
            centre.actors[lender], user_id=centre.actors["supervisor"].user_id or 0, name="借用"
        )


def test_a_supervisor_issues_sees_and_revokes_own_tokens_only(admin: Actor, centre: Centre) -> None:
    supervisor = centre.actors["supervisor"]
    service_token = token_writes.issue_token(admin, user_id=admin.user_id or 0, name="话务平台").token
    own = token_writes.issue_token(supervisor, user_id=supervisor.user_id or 0, name="报表").token
    assert [line.token.id for line in people_reads.tokens(supervisor)] == [own.id]
    assert len(people_reads.tokens(admin)) == 2
    with pytest.raises(NotFound):
        token_writes.revoke_token(supervisor, service_token.id or 0)


def test_another_role_ends_the_tokens_that_were_issued_for_the_old_one(admin: Actor, centre: Centre) -> None:
    machine = account_writes.create_user(
        admin, username="pbx", name="话务平台", role=UserRole.ADMINISTRATOR, place=Place()
    ).user
    issued = token_writes.issue_token(admin, user_id=machine.id or 0, name="话务平台")
    assert identity.actor_by_token(issued.text, address="") is not None
    account_writes.change_user(
        admin, machine.id or 0, name="话务平台", role=UserRole.SUPERVISOR, place=Place()
    )
    assert identity.actor_by_token(issued.text, address="") is None


def test_a_token_is_not_given_to_a_switched_off_account(admin: Actor, centre: Centre) -> None:
    machine = account_writes.create_user(
        admin, username="pbx", name="话务平台", role=UserRole.ADMINISTRATOR, place=Place()
    ).user
    account_writes.set_active(admin, machine.id or 0, active=False)
    with pytest.raises(token_writes.AccountOff):
        token_writes.issue_token(admin, user_id=machine.id or 0, name="话务平台")


def test_an_agent_acknowledges_own_feedback_once_in_own_words(centre: Centre) -> None:
    scored = add_scored(centre.agent_id)
    done = acknowledge(centre.actors["agent"], scored.evaluation_id, words=" 下次先核身。 ")
    assert (done.state, done.acknowledgement) == (EvaluationState.ACKNOWLEDGED, "下次先核身。")
    with pytest.raises(AlreadyAcknowledged):
        acknowledge(centre.actors["agent"], scored.evaluation_id, words="改口")
    newest = audit_reads.lines(centre.actors["administrator"])[0]
    assert newest.event.action == "evaluation_acknowledged"


def test_nobody_acknowledges_for_another_or_before_release(centre: Centre) -> None:
    others = add_scored(centre.teammate_id)
    draft = add_scored(centre.agent_id, state=EvaluationState.DRAFT)
    for evaluation_id in (others.evaluation_id, draft.evaluation_id):
        with pytest.raises(NotFound):
            acknowledge(centre.actors["agent"], evaluation_id)
    with pytest.raises(Forbidden):
        acknowledge(centre.actors["leader"], others.evaluation_id)
    with pytest.raises(WordsTooLong):
        acknowledge(centre.actors["teammate"], others.evaluation_id, words="字" * 1001)
