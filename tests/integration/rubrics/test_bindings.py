"""Which form judges a call: the most specific range that holds on the call's day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from qm.core.clock import now
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.judging.writes.rejudge_chunk import judge_chunk
from qm.models import Evaluation, Recording, RubricBinding, RubricVersion, Team
from qm.reviewing.reads import desk
from qm.rubrics.reads.bindings import Call, chosen, lines, version_for
from qm.rubrics.writes import bindings as binding_writes
from qm.rubrics.writes import versions as rubric_writes
from tests.support.heard import bring_in
from tests.support.people import Centre

Client = Callable[[str], FlaskClient]
DAY = date(2026, 6, 15)


def binding(key: str, number: int = 1, **fields: object) -> RubricBinding:
    given_fields = {
        "queue": "",
        "team_id": None,
        "direction": "",
        "from_day": date(2026, 1, 1),
        "to_day": None,
    }
    return RubricBinding(id=number, rubric_key=key, created_at=now(), **{**given_fields, **fields})


CALL = Call("转账", 3, "inbound", DAY)


def test_the_most_specific_range_wins() -> None:
    every = [
        binding("all"), binding("queue", 2, queue="转账"), binding("both", 3, queue="转账", team_id=3),
        binding("other", 4, queue="理财", team_id=3, direction="inbound"),
    ]  # fmt: skip
    assert chosen(every, CALL) == "both"
    assert chosen(every[:2], CALL) == "queue"
    assert chosen(every[3:], CALL) is None


def test_of_equal_ranges_the_one_begun_latest_holds_and_days_are_inclusive() -> None:
    old = binding("old", 1, to_day=DAY)
    new = binding("new", 2, from_day=DAY)
    assert chosen([old, new], CALL) == "new"
    assert chosen([old], CALL) == "old"
    assert chosen([binding("past", to_day=date(2026, 6, 14))], CALL) is None
    assert chosen([binding("later", from_day=date(2026, 6, 16))], CALL) is None


@given(st.permutations([0, 1, 2, 3]))
def test_the_choice_does_not_depend_on_order(order: list[int]) -> None:
    every = [
        binding("a"),
        binding("b", 2, queue="转账"),
        binding("c", 3, direction="inbound"),
        binding("d", 4),
    ]
    assert chosen([every[n] for n in order], CALL) == chosen(every, CALL)


def bind(centre: Centre, key: str, **fields: object) -> RubricBinding:
    wanted = {"queue": "", "team_id": None, "direction": "", "from_day": date(2020, 1, 1), "to_day": None}
    return binding_writes.bind(centre.actors["headquarters"], rubric_key=key, **{**wanted, **fields})  # type: ignore[arg-type]


def key_of(rubric_id: int) -> str:
    with reading() as session:
        row = session.get(RubricVersion, rubric_id)
    assert row is not None
    return row.key


def test_pre_scoring_and_the_review_take_the_bound_form(centre: Centre) -> None:
    first = bring_in("p07_no_closing")
    with reading() as session:
        keys = {row.key for row in session.exec(select(RubricVersion)).all()}
    other = next(key for key in sorted(keys) if key not in ("phone_banking", "imported"))
    bind(centre, other)
    second = bring_in("p02_rude_transfer")
    with reading() as session:
        used = {e.recording_id: key_of(e.rubric_id) for e in session.exec(select(Evaluation)).all()}
        recording = session.get(Recording, first)
    assert used == {first: "phone_banking", second: other}
    assert recording is not None
    assert key_of(desk.form_choices(recording)[0].rubric_id) == other


def test_a_form_out_of_force_binds_nothing(centre: Centre) -> None:
    first = bring_in("p07_no_closing")
    bind(centre, "outbound")
    with reading() as session:
        row = session.exec(select(RubricVersion).where(RubricVersion.key == "outbound")).one()
        recording = session.get(Recording, first)
    assert recording is not None
    assert version_for(recording) is not None
    rubric_writes.retire(centre.actors["headquarters"], row.id or 0)
    assert version_for(recording) is None


def test_ranges_are_entered_ended_and_refused_on_the_page(client_of: Client, centre: Centre) -> None:
    bring_in("p07_no_closing")
    client = client_of("headquarters")
    fields = {"rubric_key": "outbound", "queue": "回访", "direction": "outbound", "from_day": "2026-01-01"}
    assert client.post("/manage/rubrics/bindings", data=fields).status_code == 302
    assert "回访" in client.get("/manage/rubrics/bindings").text
    assert client.post("/manage/rubrics/bindings", data=fields).status_code == 409
    for wrong in (
        {"from_day": "gestern"},
        {"to_day": "2025-01-01"},
        {"rubric_key": "none"},
        {"team_id": "99"},
    ):
        assert client.post("/manage/rubrics/bindings", data={**fields, **wrong}).status_code == 422
    with reading() as session:
        row = session.exec(select(RubricBinding)).one()
    assert client.post(f"/manage/rubrics/bindings/{row.id}/end").status_code == 302
    with reading() as session:
        assert session.exec(select(RubricBinding)).one().to_day is not None


def test_a_range_still_to_come_is_taken_away(centre: Centre) -> None:
    bring_in("p07_no_closing")
    row = bind(centre, "outbound", from_day=date(2099, 1, 1))
    assert binding_writes.end(centre.actors["headquarters"], row.id or 0, last_day=DAY) is None
    with reading() as session:
        assert session.exec(select(RubricBinding)).first() is None


def test_a_branch_binds_forms_for_its_own_teams_and_sees_no_others(client_of: Client, centre: Centre) -> None:
    bring_in("p07_no_closing")
    supervisor, day = centre.actors["supervisor"], date(2020, 1, 1)
    fields = {"rubric_key": "outbound", "queue": "", "direction": "", "from_day": day, "to_day": None}
    with pytest.raises(binding_writes.BindingTooWide):
        binding_writes.bind(supervisor, **fields, team_id=None)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        binding_writes.bind(supervisor, **fields, team_id=centre.far_team_id)  # type: ignore[arg-type]
    own = binding_writes.bind(supervisor, **fields, team_id=centre.team_id)  # type: ignore[arg-type]
    far = bind(centre, "outbound", team_id=centre.far_team_id)
    general = bind(centre, "outbound")
    assert {line.row.id: line.changeable for line in lines(supervisor)} == {own.id: True, general.id: False}
    assert len(lines(centre.actors["headquarters"])) == 3
    with pytest.raises(NotFound):
        binding_writes.end(supervisor, far.id or 0, last_day=DAY)
    with pytest.raises(binding_writes.BindingTooWide):
        binding_writes.end(supervisor, general.id or 0, last_day=DAY)
    page = client_of("supervisor").get("/manage/rubrics/bindings").text
    with reading() as session:
        foreign = session.get_one(Team, centre.far_team_id).name
    assert foreign not in page


@pytest.mark.parametrize("person", ["inspector", "leader", "administrator"])
def test_only_supervisors_bind_forms(client_of: Client, person: str) -> None:
    assert client_of(person).get("/manage/rubrics/bindings").status_code == 403


def test_judging_again_keeps_to_the_bound_form(centre: Centre) -> None:
    bind_after = bring_in("p07_no_closing")
    bind(centre, "outbound", queue="不存在的队列")
    assert {call.rubric_id for call in judge_chunk([bind_after]).calls} == {id_of("phone_banking")}
    bind(centre, "outbound")
    assert {call.rubric_id for call in judge_chunk([bind_after]).calls} == {id_of("outbound")}


def id_of(key: str) -> int:
    with reading() as session:
        return session.exec(select(RubricVersion).where(RubricVersion.key == key)).one().id or 0
