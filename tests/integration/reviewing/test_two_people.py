"""Two people at once on a real PostgreSQL, which lets both read before either has written.

Each test makes one wait inside a transaction, so that the other comes at the worst moment every time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from qm.app.seeds import ensure_seeded
from qm.assigning import writes as assignment_writes
from qm.core import database
from qm.core.actor import Actor
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.errors import Conflict
from qm.models import Assignment, AssignmentState, RubricVersion
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import versions as rubric_writes
from qm.rubrics.writes.drafts_edit import add_section
from scoring.rubric import rubric_from_dict
from scoring.types import Rubric, ScoringMode
from tests.support.people import Centre, build_centre
from tests.support.scored import add_call

pytestmark = pytest.mark.postgres
MOST_S = 120


@pytest.fixture
def team(postgres: None) -> Centre:
    return build_centre()


@pytest.fixture
def both() -> ThreadPoolExecutor:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def somebody_waits() -> bool:
    """Whether some statement of this database waits for another transaction."""
    here = "wait_event_type = 'Lock' AND datname = current_database()"
    asked = f"SELECT count(*) FROM pg_stat_activity WHERE {here}"
    with database.engine().connect() as connection:
        return bool(connection.execute(sa.text(asked)).scalar())


def until_it_waits(other: Future[object]) -> None:
    """Until the other waits, or is through without having waited."""
    pause = threading.Event()
    for _ in range(MOST_S * 20):
        if other.done() or somebody_waits():
            return
        pause.wait(0.05)
    raise AssertionError("the other neither waits nor ends")


def test_a_call_that_is_taken_while_another_looks_for_one_is_not_taken_twice(
    team: Centre, both: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = add_call(team.agent_id, started_at=now() - timedelta(hours=9))
    second = add_call(team.teammate_id, started_at=now() - timedelta(hours=1))
    real = assignment_writes.nobody_has

    def slowly_found(actor: Actor) -> sa.ColumnElement[bool]:
        """The look has begun, and sees what was there then, when the other's commit comes."""
        return sa.and_(real(actor), sa.cast(sa.func.pg_advisory_xact_lock(1), sa.String) == "")

    monkeypatch.setattr(assignment_writes, "nobody_has", slowly_found)
    with database.engine().connect() as holding:
        holding.execute(sa.select(sa.func.pg_advisory_xact_lock(1)))
        other = both.submit(assignment_writes.take_next, team.actors["inspector2"])
        until_it_waits(other)
        with writing() as session:
            session.add(
                Assignment(
                    recording_id=first, evaluator_id=team.actors["inspector"].user_id or 0, assigned_at=now()
                )
            )
    assert other.result(MOST_S) == second


def test_many_who_take_at_once_never_hold_the_same_call(team: Centre, both: ThreadPoolExecutor) -> None:
    calls = {add_call(team.agent_id) for _ in range(24)}
    names = ("inspector", "inspector2", "supervisor", "headquarters")
    barrier = threading.Barrier(len(names))

    def take_six(name: str) -> list[str]:
        barrier.wait()
        return [assignment_writes.take_next(team.actors[name]) for _ in range(6)]

    taken = [key for found in both.map(take_six, names) for key in found]
    assert len(taken) == 24
    assert set(taken) == calls


def test_the_database_refuses_a_second_holder_of_a_call(team: Centre) -> None:
    call = add_call(team.agent_id)
    with pytest.raises(sa.exc.IntegrityError), writing() as session:
        session.add_all(
            Assignment(recording_id=call, evaluator_id=team.actors[name].user_id or 0, assigned_at=now())
            for name in ("inspector", "inspector2")
        )


def test_a_withdrawn_call_can_be_given_again(team: Centre) -> None:
    call = add_call(team.agent_id)
    supervisor = team.actors["supervisor"]
    for name in ("inspector", "inspector2"):
        given = assignment_writes.assign(
            supervisor, recording_ids=[call], evaluator_id=team.actors[name].user_id or 0
        )
        assert given.given == 1
        with reading() as session:
            row = session.exec(select(Assignment).where(Assignment.state == AssignmentState.OPEN)).one()
        assignment_writes.withdraw(supervisor, row.id or 0)


def slowly(edit: Callable[[Rubric], Rubric], begun: threading.Event, go_on: threading.Event):
    """The edit, but between reading and writing its maker waits."""

    def act(rubric: Rubric) -> Rubric:
        begun.set()
        assert go_on.wait(MOST_S)
        return edit(rubric)

    return act


def test_two_edits_of_a_draft_at_once_are_both_kept(team: Centre, both: ThreadPoolExecutor) -> None:
    supervisor, headquarters = team.actors["supervisor"], team.actors["headquarters"]
    draft = rubric_drafts.begin(supervisor, title="两人同改", mode=ScoringMode.WEIGHTED).id or 0
    begun, go_on = threading.Event(), threading.Event()
    one = both.submit(
        rubric_drafts.change, supervisor, draft, slowly(add_section("甲"), begun, go_on), what="甲"
    )
    assert begun.wait(MOST_S)
    other = both.submit(rubric_drafts.change, headquarters, draft, add_section("乙"), what="乙")
    until_it_waits(other)
    go_on.set()
    one.result(MOST_S)
    other.result(MOST_S)
    with reading() as session:
        kept = rubric_from_dict(session.get_one(RubricVersion, draft).document)
    assert [section.title for section in kept.sections][1:] == ["甲", "乙"]
    assert rubric_drafts.undo(supervisor, draft) == "乙"
    assert rubric_drafts.undo(supervisor, draft) == "甲"


def test_two_copies_of_a_form_at_once_make_one_draft(team: Centre, both: ThreadPoolExecutor) -> None:
    ensure_seeded()
    with reading() as session:
        source = session.exec(select(RubricVersion).where(RubricVersion.key == "phone_banking")).one().id or 0
    with writing():
        first = rubric_drafts.copy(team.actors["headquarters"], source)
        other = both.submit(rubric_drafts.copy, team.actors["headquarters"], source)
        until_it_waits(other)
    with pytest.raises(rubric_drafts.DraftThere):
        other.result(MOST_S)
    assert rubric_drafts.copy(team.actors["headquarters"], source).id == first.id


def test_a_form_published_by_two_at_once_is_published_once(team: Centre, both: ThreadPoolExecutor) -> None:
    ensure_seeded()
    supervisor = team.actors["headquarters"]
    with reading() as session:
        source = session.exec(select(RubricVersion).where(RubricVersion.key == "phone_banking")).one().id or 0
    draft = rubric_drafts.copy(supervisor, source).id or 0
    with writing():
        rubric_writes.publish(supervisor, draft)
        other = both.submit(rubric_writes.publish, team.actors["headquarters"], draft)
        until_it_waits(other)
    with pytest.raises(Conflict):
        other.result(MOST_S)
    with reading() as session:
        states = session.exec(select(RubricVersion.state).where(RubricVersion.key == "phone_banking")).all()
    assert sorted(state.value for state in states) == ["published", "retired"]
