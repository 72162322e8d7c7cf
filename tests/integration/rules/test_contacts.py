"""Customers called too often or at quiet hours: found, counted and shown to whom it concerns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import select
from time_machine import TimeMachineFixture

from qm.core import periods
from qm.core.database import reading, writing
from qm.core.errors import Forbidden
from qm.core.periods import PeriodKind
from qm.models import AuditEvent, Recording
from qm.rules.reads import contacts as contact_reads
from qm.rules.reads.contacts import ContactDay
from qm.rules.writes.contact_policy import PolicyUnusable, set_policy
from scoring.rules import ContactFault
from tests.support.people import Centre, build_centre
from tests.support.scored import add_call

Client = Callable[[str], FlaskClient]
NOON = datetime(2026, 6, 17, 4, tzinfo=UTC)
"""12:00 in the calls' zone, a Wednesday."""
USUAL = {"quiet_from": "22:00", "quiet_until": "08:00", "max_per_day": 3, "direction": "outbound"}


@pytest.fixture
def team(any_database: str) -> Centre:
    return build_centre()


def call(agent_id: int, hours: float, *, caller: str = "13800138000", direction: str = "outbound") -> str:
    """A call so many hours after noon; gives its id."""
    recording_id = add_call(agent_id, started_at=NOON + timedelta(hours=hours))
    with writing() as session:
        row = session.get_one(Recording, recording_id)
        row.caller, row.direction = caller, direction
        session.add(row)
    return recording_id


def days_of(team: Centre, person: str) -> tuple[ContactDay, ...]:
    return contact_reads.days(team.actors[person], periods.current(PeriodKind.WEEK, at=NOON)).shown


def faults(days: tuple[ContactDay, ...]) -> dict[str, tuple[ContactFault, ...]]:
    return {line.recording_id: line.faults for day in days for line in day.lines}


def test_quiet_hours_and_the_fourth_call_of_a_day_are_found(team: Centre) -> None:
    for hours in (0, 1, 2):
        call(team.agent_id, hours)
    fourth = call(team.teammate_id, 3)
    late = call(team.agent_id, 10.5, caller="13900139000")
    early = call(team.agent_id, -5, caller="13900139000")
    call(team.agent_id, -4, caller="13900139000")
    call(team.agent_id, 10.5, direction="inbound")
    days = days_of(team, "supervisor")
    assert faults(days) == {
        fourth: (ContactFault.TOO_OFTEN,),
        late: (ContactFault.QUIET_HOURS,),
        early: (ContactFault.QUIET_HOURS,),
    }
    assert [(day.customer, day.calls, [line.nth for line in day.lines]) for day in days] == [
        ("139****9000", 3, [1, 3]),
        ("138****8000", 4, [4]),
    ]


def test_each_sees_the_calls_of_the_own_reach_counted_over_the_whole_branch(team: Centre) -> None:
    for hours in (0, 1):
        call(team.agent_id, hours)
    call(team.other_agent_id, 2)
    fourth = call(team.agent_id, 3)
    elsewhere = call(team.other_agent_id, 4)
    far = call(team.far_agent_id, 11)
    assert faults(days_of(team, "leader")).keys() == {fourth}
    assert days_of(team, "leader")[0].calls == 5
    assert faults(days_of(team, "other_leader")).keys() == {elsewhere}
    assert faults(days_of(team, "supervisor")).keys() == {fourth, elsewhere}
    assert faults(days_of(team, "headquarters")).keys() == {fourth, elsewhere, far}


def test_a_branchs_own_policy_goes_before_that_of_headquarters(team: Centre) -> None:
    near, far = call(team.agent_id, 8), call(team.far_agent_id, 8)
    set_policy(team.actors["headquarters"], **{**USUAL, "quiet_from": "19:30"})
    assert faults(days_of(team, "headquarters")).keys() == {near, far}
    set_policy(team.actors["supervisor"], **{**USUAL, "quiet_from": "20:30"})
    assert faults(days_of(team, "headquarters")).keys() == {far}
    with reading() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "contact_policy_changed")).all()
    assert [event.detail["quiet_from"] for event in events] == ["19:30", "20:30"]


def test_a_day_is_the_calls_own_and_the_period_cuts_none_in_two(team: Centre) -> None:
    monday = periods.current(PeriodKind.WEEK, at=NOON).start
    offset = (monday - NOON) / timedelta(hours=1)
    call(team.agent_id, offset - 3)  # Sunday, 21:00: the week before
    sunday_late = call(team.agent_id, offset - 1, caller="13900139000")
    monday_early = call(team.agent_id, offset + 1, caller="13900139000")
    assert faults(days_of(team, "supervisor")).keys() == {monday_early}
    week_before = periods.before(periods.current(PeriodKind.WEEK, at=NOON))
    assert faults(contact_reads.days(team.actors["supervisor"], week_before).shown).keys() == {sunday_late}


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_per_day": 0},
        {"max_per_day": 51},
        {"quiet_from": "25:00"},
        {"quiet_until": ""},
        {"direction": "x"},
    ],
)
def test_what_is_no_policy_is_refused(centre: Centre, wrong: dict[str, object]) -> None:
    with pytest.raises(PolicyUnusable):
        set_policy(centre.actors["supervisor"], **{**USUAL, **wrong})  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        set_policy(centre.actors["leader"], **USUAL)  # type: ignore[arg-type]


def test_a_long_list_is_cut_and_says_so_but_counts_all(team: Centre) -> None:
    for number in range(3):
        call(team.agent_id, 10.5, caller=f"1380013800{number}")
    week = periods.current(PeriodKind.WEEK, at=NOON)
    found = contact_reads.days(team.actors["supervisor"], week, most=2)
    assert (found.calls, len(found.shown), found.more) == (3, 2, True)


@pytest.fixture
def late_today(centre: Centre, time_machine: TimeMachineFixture) -> str:
    """A call of today at 22:30."""
    time_machine.move_to(NOON)
    return call(centre.agent_id, 10.5)


def test_the_page_lists_links_and_exports_for_supervisor_and_leader(
    client_of: Client, centre: Centre, late_today: str
) -> None:
    with writing() as session:
        row = session.get_one(Recording, late_today)
        row.queue, row.external_id = "催收", "=1+1"
        session.add(row)
    for person in ("supervisor", "leader"):
        client = client_of(person)
        page = client.get("/manage/contacts?period=today").text
        assert f"/desk/recording/{late_today}" in page
        assert "休息时段联系" in page
        assert "13800138000" not in page
        assert ("联系规定" in page) == (person == "supervisor")
        answer = client.get("/manage/contacts.csv?period=today")
        header, line = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
        assert dict(zip(header, line, strict=True)) | {"座席": ""} == {
            "日期": "2026-06-17", "客户": "138****8000", "当天联系": "1", "通话时间": "22:30", "第几次": "1",
            "问题": "休息时段联系", "座席": "", "工号": "8021", "班组": "A组", "队列": "催收",
            "通话编号": "'=1+1",
        }  # fmt: skip
    assert late_today not in client_of("other_leader").get("/manage/contacts?period=today").text
    assert client_of("inspector").get("/manage/contacts").status_code == 403


def test_the_supervisors_front_page_counts_todays_faults(client_of: Client, late_today: str) -> None:
    assert "今天有 1 通联系客户" in client_of("supervisor").get("/manage/").text
    assert "通联系客户" not in client_of("administrator").get("/manage/").text


def test_thresholds_are_changed_on_the_page(client_of: Client, centre: Centre, late_today: str) -> None:
    client = client_of("supervisor")
    assert client.post("/manage/contacts/policy", data={**USUAL, "max_per_day": "viele"}).status_code == 422
    assert client.post("/manage/contacts/policy", data={**USUAL, "quiet_from": "23:00"}).status_code == 302
    page = client.get("/manage/contacts?period=today").text
    assert late_today not in page
    assert "23:00 到次日 08:00" in page
    assert client_of("leader").post("/manage/contacts/policy", data=USUAL).status_code == 403
