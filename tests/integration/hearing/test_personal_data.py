"""Personal numbers: out of everything that is shown, back only where somebody asks and is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlmodel import SQLModel, select

from qm.core.actor import SYSTEM
from qm.core.database import reading, writing
from qm.hearing.reads import stored
from qm.hearing.reads.personal_data import whole
from qm.hearing.reads.search import search
from qm.hearing.writes import channels, personal_data
from qm.models import AuditEvent, EvidenceRow, PersonalData, TranscriptRow, UtteranceRow
from qm.people.writes.tokens import issue_token
from qm.reviewing.reads import desk
from qm.reviewing.writes import evaluations
from qm.reviewing.writes.evaluations import Draft
from qm.worker import pipeline
from recorder.types import Role
from scoring.types import Answer, Evidence
from tests.support.heard import bring_in
from tests.support.people import Centre
from transcribe.pii import PiiKind

CARD, MOBILE = "六二二八四八零四零二五六四八九零零一八", "幺三九幺二三四五六七八"
BODY = CARD[:-4]

Client = Callable[[str], FlaskClient]


@pytest.fixture
def call(centre: Centre) -> str:
    """A call in which a customer gives card and telephone numbers."""
    return bring_in("p06_pii_full", judged=False)


def said(recording_id: str) -> tuple[TranscriptRow, str]:
    """The current transcript and every word of it."""
    with reading() as session:
        row = session.exec(
            select(TranscriptRow).where(TranscriptRow.recording_id == recording_id, TranscriptRow.current)
        ).one()
    return row, "".join(u.heard for u in whole(row).utterances)


def everything_stored() -> dict[str, str]:
    """All rows of every table as text, but for rules, whose examples hold made-up numbers."""
    found = {}
    with reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            rows = [list(row) for row in session.connection().execute(table.select())]
            found[table.name] = json.dumps(rows, default=str, ensure_ascii=False)
    return {name: rows for name, rows in found.items() if name != "rule_version"}


def holding(*digits: str) -> set[str]:
    """Names of the tables in which any of these stand."""
    return {name for name, rows in everything_stored().items() if any(d in rows for d in digits)}


def test_one_table_holds_the_digits_and_no_other(call: str) -> None:
    _, words = said(call)
    assert BODY in words
    assert holding(BODY, CARD[:8], "62284804", MOBILE[:9], "1391234567") == {"personal_data"}
    with reading() as session:
        kinds = {row.kind for row in session.exec(select(PersonalData)).all()}
    assert {PiiKind.CARD, PiiKind.MOBILE} <= kinds


def test_spans_lie_where_the_number_was_said(call: str) -> None:
    with reading() as session:
        card = session.exec(select(PersonalData).where(PersonalData.kind == PiiKind.CARD)).first()
    assert card is not None
    assert card.role is Role.CUSTOMER
    assert 11.0 < card.start_s < card.end_s < 15.0


def test_search_finds_no_hidden_digits_and_shows_none(call: str) -> None:
    assert search(SYSTEM, BODY[:6]).total == 0
    assert search(SYSTEM, "六二二八").total == 0
    shown = search(SYSTEM, "手机号码")
    assert shown.total > 0


def test_pages_and_the_interface_for_machines_show_a_masked_text(
    call: str, centre: Centre, app: Flask, client_of: Client
) -> None:
    token = issue_token(SYSTEM, user_id=centre.actors["inspector"].user_id or 0, name="x").text
    answer = app.test_client().get(
        f"/api/v1/recordings/{call}/transcript", headers={"Authorization": f"Bearer {token}"}
    )
    for page in (
        answer.get_data(as_text=True),
        client_of("inspector").get(f"/desk/review/{call}").get_data(as_text=True),
        client_of("inspector").get(f"/desk/recording/{call}").get_data(as_text=True),
    ):
        assert "*****" in page
        assert BODY not in page
        assert MOBILE not in page
    assert CARD[-4:] in json.dumps(answer.json, ensure_ascii=False)


def test_an_inspector_sees_the_numbers_once_and_is_recorded(call: str, client_of: Client) -> None:
    client = client_of("inspector")
    page = client.post(f"/desk/review/{call}/personal-data").get_data(as_text=True)
    assert CARD in page or "6228480402564890018" in page
    with reading() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "personal_data_revealed")).all()
    assert [event.subject_id for event in events] == [call]
    assert BODY not in client.get(f"/desk/review/{call}").get_data(as_text=True)


@pytest.mark.parametrize(("name", "status"), [("leader", 403), ("agent", 403), ("administrator", 403)])
def test_others_may_not_ask(call: str, client_of: Client, name: str, status: int) -> None:
    assert client_of(name).post(f"/desk/review/{call}/personal-data").status_code == status


def test_swapping_channels_finds_the_numbers_anew(call: str) -> None:
    before = said(call)[1]
    channels.swap(SYSTEM, call)
    row, after = said(call)
    assert after == before
    with reading() as session:
        mine = session.exec(select(PersonalData).where(PersonalData.transcript_id == row.id)).all()
    assert {item.role for item in mine if item.kind is PiiKind.CARD} == {Role.AGENT}
    assert BODY not in json.dumps(row.document, ensure_ascii=False)


def test_a_transcript_of_an_earlier_version_is_masked_with_its_turns_and_index(call: str) -> None:
    row, _ = said(call)
    with writing() as session:
        old = session.get_one(TranscriptRow, row.id)
        plain = stored.dump_transcript(whole(row))
        old.document, old.masked = plain, False
        texts = {u.index: u.text for u in whole(row).utterances}
        for turn in session.exec(select(UtteranceRow)).all():
            turn.text = texts[turn.seq]
            session.add(turn)
        session.add(old)
        session.execute(text("DELETE FROM personal_data"))
    assert personal_data.mask_stored() == 1
    assert personal_data.mask_stored() == 0
    assert holding(CARD[:8]) == {"personal_data"}
    assert search(SYSTEM, "六二二八").total == 0


def test_evidence_quoted_while_numbers_were_shown_is_stored_without_them(call: str, centre: Centre) -> None:
    inspector = centre.actors["inspector"]
    form = desk.review(inspector, call).form
    criterion = form.sections[0].criteria[0]
    proof = Evidence(11.0, 15.0, Role.CUSTOMER, f"我的卡号{CARD}", "human")
    evaluations.save(
        inspector, call, Draft(0, form.rubric_id, (Answer(criterion.key, evidence=(proof,)),), "")
    )
    with reading() as session:
        quoted = [row.text for row in session.exec(select(EvidenceRow)).all() if row.source == "human"]
    assert quoted == [f"我的卡号{'*' * len(CARD)}"]


def test_scanning_again_leaves_numbers_apart(call: str) -> None:
    before = everything_stored()["personal_data"]
    pipeline.scan(call)
    assert everything_stored()["personal_data"] == before
