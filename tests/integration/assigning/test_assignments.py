"""Who gets which call, the queue, and the list of recordings."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from qm.assigning import writes as assignment_writes
from qm.assigning.reads import assignments, recording_list
from qm.assigning.reads.recording_list import Filters
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.errors import Forbidden, NotFound
from qm.models import Assignment
from tests.support.people import Centre, build_centre
from tests.support.scored import add_call, add_scored


@pytest.fixture
def team(any_database: str) -> Centre:
    return build_centre()


def test_the_oldest_free_call_is_taken_and_heads_the_queue(team: Centre) -> None:
    add_call(team.agent_id, started_at=now() - timedelta(hours=1))
    oldest = add_call(team.teammate_id, started_at=now() - timedelta(hours=9))
    add_call(team.far_agent_id, started_at=now() - timedelta(hours=20))
    inspector = team.actors["inspector"]
    assert assignment_writes.take_next(inspector) == oldest
    view = assignments.queue(inspector)
    assert ([line.recording_id for line in view.lines], view.day.left, view.waiting) == ([oldest], 1, 1)
    assert assignments.next_recording(inspector) == oldest
    assert assignments.next_recording(inspector, after=oldest) is None


def test_with_nothing_left_the_person_is_told_so(team: Centre) -> None:
    with pytest.raises(assignment_writes.NothingToTake):
        assignment_writes.take_next(team.actors["inspector"])


def test_two_inspectors_who_take_at_once_get_different_calls(team: Centre) -> None:
    calls = {add_call(team.agent_id), add_call(team.teammate_id)}
    barrier, taken = threading.Barrier(2), []

    def take(username: str) -> None:
        barrier.wait()
        taken.append(assignment_writes.take_next(team.actors[username]))

    threads = [threading.Thread(target=take, args=(name,)) for name in ("inspector", "inspector2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert set(taken) == calls


def test_a_call_that_two_supervisors_give_at_once_goes_to_one_inspector(team: Centre) -> None:
    call = add_call(team.agent_id)
    one, two = (team.actors[name].user_id or 0 for name in ("inspector", "inspector2"))
    later: list[assignment_writes.Assigned] = []

    def give() -> None:
        given = assignment_writes.assign(team.actors["headquarters"], recording_ids=[call], evaluator_id=two)
        later.append(given)

    giving = threading.Thread(target=give)
    with writing():
        first = assignment_writes.assign(team.actors["supervisor"], recording_ids=[call], evaluator_id=one)
        giving.start()
        giving.join(timeout=0.5)
    giving.join(timeout=30)
    assert (first.given, [item.given for item in later]) == (1, [0])


def test_a_supervisor_assigns_what_is_free_and_hears_what_was_not(team: Centre) -> None:
    free, held = add_call(team.agent_id), add_call(team.agent_id)
    far = add_call(team.far_agent_id)
    scored = add_scored(team.teammate_id).recording_id
    supervisor = team.actors["supervisor"]
    one, two = (team.actors[name].user_id or 0 for name in ("inspector", "inspector2"))
    assignment_writes.assign(supervisor, recording_ids=[held], evaluator_id=two)
    done = assignment_writes.assign(supervisor, recording_ids=[free, held, far, scored], evaluator_id=one)
    assert (done.given, done.skipped) == (1, 3)


def test_only_supervisors_assign_and_only_to_inspectors_in_reach(team: Centre) -> None:
    call = add_call(team.agent_id)
    with pytest.raises(Forbidden):
        assignment_writes.assign(team.actors["inspector"], recording_ids=[call], evaluator_id=1)
    far = team.actors["far_inspector"].user_id or 0
    with pytest.raises(NotFound):
        assignment_writes.assign(team.actors["supervisor"], recording_ids=[call], evaluator_id=far)
    with pytest.raises(assignment_writes.NoCallsChosen):
        assignment_writes.assign(team.actors["supervisor"], recording_ids=[], evaluator_id=far)


def test_what_is_overdue_comes_first_and_says_so(team: Centre) -> None:
    inspector, supervisor = team.actors["inspector"], team.actors["supervisor"]
    later, late = add_call(team.agent_id), add_call(team.teammate_id)
    mine = inspector.user_id or 0
    assignment_writes.assign(
        supervisor, recording_ids=[later], evaluator_id=mine, due_at=now() + timedelta(days=2)
    )
    assignment_writes.assign(
        supervisor, recording_ids=[late], evaluator_id=mine, due_at=now() - timedelta(hours=1)
    )
    lines = assignments.queue(inspector).lines
    assert [(line.recording_id, line.overdue) for line in lines] == [(late, True), (later, False)]


def test_calls_given_together_are_scored_oldest_first(team: Centre) -> None:
    inspector = team.actors["inspector"]
    hours = (2, 9, 5)
    ids = {n: add_call(team.agent_id, started_at=now() - timedelta(hours=n)) for n in hours}
    assignment_writes.assign(
        team.actors["supervisor"], recording_ids=list(ids.values()), evaluator_id=inspector.user_id or 0
    )
    lines = assignments.queue(inspector).lines
    assert [line.recording_id for line in lines] == [ids[9], ids[5], ids[2]]


def test_the_list_names_who_scored_a_call(team: Centre) -> None:
    scored = add_scored(team.teammate_id).recording_id
    (line,) = recording_list.page(team.actors["supervisor"], Filters()).lines
    assert (line.recording_id, bool(line.held_by)) == (scored, True)


def test_the_list_pages_through_every_call_once_newest_first(team: Centre) -> None:
    start = now() - timedelta(days=5)
    ids = [add_call(team.agent_id, started_at=start + timedelta(minutes=n // 2)) for n in range(120)]
    seen, cursor = [], None
    while True:
        page = recording_list.page(team.actors["inspector"], Filters(), after=cursor)
        seen += [line.recording_id for line in page.lines]
        cursor = page.following
        if cursor is None:
            break
    assert page.count == 120
    assert len(seen) == len(set(seen)) == 120
    assert set(seen) == set(ids)


def test_filters_leave_what_was_asked_for(team: Centre) -> None:
    inspector = team.actors["inspector"]
    scored = add_scored(team.teammate_id, queue="理财").recording_id
    fresh = add_call(team.other_agent_id, queue="挂失")

    def found(filters: Filters) -> set[str]:
        return {line.recording_id for line in recording_list.page(inspector, filters).lines}

    assert found(Filters()) == {scored, fresh}
    assert found(Filters(unscored=True)) == {fresh}
    assert found(Filters(team_id=team.other_team_id)) == {fresh}
    assert found(Filters(agent="8023")) == {scored}
    assert found(Filters(agent="张")) == {scored}
    assert found(Filters(queue="挂失")) == {fresh}
    assert found(Filters(forbidden=True)) == set()
    assert found(Filters(since=now().date() + timedelta(days=2))) == set()
    assert recording_list.choices(inspector).queues == ("挂失", "理财")


def test_a_leader_sees_the_teams_calls_and_a_far_inspector_none(team: Centre) -> None:
    own, other = add_call(team.agent_id), add_call(team.other_agent_id)
    leader = {line.recording_id for line in recording_list.page(team.actors["leader"], Filters()).lines}
    assert (own in leader, other in leader) == (True, False)
    assert recording_list.page(team.actors["far_inspector"], Filters()).lines == ()


def test_a_supervisor_takes_a_call_back_on_the_page_and_gives_it_to_another(
    centre: Centre, client_of
) -> None:
    call = add_call(centre.agent_id)
    assignment_writes.take_next(centre.actors["inspector"])
    client = client_of("supervisor")
    with reading() as session:
        row = session.exec(select(Assignment).where(Assignment.recording_id == call)).one()
    assert f'name="assignment" value="{row.id}"' in client.get("/desk/recordings").text
    assert client.post("/desk/recordings/withdraw", data={"assignment": row.id}).status_code == 302
    assert assignments.queue(centre.actors["inspector"]).lines == ()
    form = {"recording": call, "evaluator": centre.actors["inspector2"].user_id}
    assert client.post("/desk/recordings/assign", data=form).status_code == 302
    assert len(assignments.queue(centre.actors["inspector2"]).lines) == 1
    assert client.post("/desk/recordings/withdraw", data={"assignment": row.id}).status_code == 404
    assert client_of("leader").post("/desk/recordings/withdraw", data={}).status_code == 403
