"""Swapping channels by one click, and pages of the desk that a person without scripts posts to."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from qm.app.seeds import ensure_seeded
from qm.core.database import reading
from qm.hearing.writes import channels
from qm.models import Job, Recording, TranscriptRow, UtteranceRow
from qm.reviewing.reads.evaluations import human_evaluation
from qm.reviewing.writes.releases import release
from qm.worker import pipeline
from recorder.types import Role
from tests.integration.reviewing.test_evaluations import all_best, draft, save
from tests.support.heard import bring_in
from tests.support.people import Centre
from tests.support.scored import add_call


@pytest.fixture
def rude(centre: Centre) -> str:
    return bring_in("p02_rude_transfer")


def spoken_by(recording_id: str) -> list[Role]:
    with reading() as session:
        return list(
            session.exec(
                select(UtteranceRow.role)
                .join(TranscriptRow, col(TranscriptRow.id) == UtteranceRow.transcript_id)
                .where(UtteranceRow.recording_id == recording_id, col(TranscriptRow.current))
                .order_by(col(UtteranceRow.seq))
            ).all()
        )


def test_swapping_exchanges_agent_and_customer_and_searches_phrases_anew(centre: Centre, rude: str) -> None:
    inspector = centre.actors["inspector"]
    saved = save(inspector, rude, draft(all_best()[0]))
    before = spoken_by(rude)
    channels.swap(inspector, rude)
    after = spoken_by(rude)
    assert [role is Role.AGENT for role in after] == [role is Role.CUSTOMER for role in before]
    with reading() as session:
        recording = session.get(Recording, rude)
        job = session.exec(select(Job).where(Job.recording_id == rude)).one()
        current = session.exec(select(TranscriptRow.id).where(col(TranscriptRow.current))).one()
    assert recording is not None
    assert recording.roles_swapped
    assert job.step == "scan"
    row = human_evaluation(rude)
    assert row is not None
    assert (row.id, row.transcript_id) == (saved.evaluation_id, current)
    pipeline.scan(rude)
    channels.swap(inspector, rude)
    assert spoken_by(rude) == before


def test_a_released_call_keeps_its_roles(centre: Centre, rude: str) -> None:
    inspector = centre.actors["inspector"]
    saved = save(inspector, rude, draft(*all_best()))
    release(inspector, saved.evaluation_id, revision=saved.revision)
    with pytest.raises(channels.JudgedAlready):
        channels.swap(inspector, rude)


def page_of(client: FlaskClient, recording_id: str) -> str:
    answer = client.get(f"/desk/review/{recording_id}")
    assert answer.status_code == 200
    return answer.text


def test_a_call_that_is_not_heard_yet_can_be_scored_by_ear(centre: Centre, client_of) -> None:
    ensure_seeded()
    recording_id = add_call(centre.agent_id)
    client = client_of("inspector")
    assert "没有听到可转写的话" in page_of(client, recording_id)
    form = {"revision": "0", "rubric_id": str(draft().rubric_id), "option.greeting": "full"}
    assert client.post(f"/desk/review/{recording_id}/save", data=form).status_code == 302
    assert 'value="full" checked' in page_of(client, recording_id)


def test_autosave_is_answered_with_figures(centre: Centre, client_of) -> None:
    ensure_seeded()
    recording_id = add_call(centre.agent_id)
    form = {"revision": "0", "rubric_id": str(draft().rubric_id), "option.greeting": "partial"}
    answer = client_of("inspector").post(
        f"/desk/review/{recording_id}/save", data=form, headers={"Accept": "application/json"}
    )
    figures = answer.get_json()
    assert (figures["revision"], figures["total"], figures["points"]["greeting"]) == (1, "50", "2.5/5")
    assert figures["sections"]["opening"] == "7.5 / 15"
    assert "greeting" not in [lack["criterion"] for lack in figures["lacks"]]


def test_a_call_of_another_branch_has_no_page(centre: Centre, client_of) -> None:
    recording_id = add_call(centre.far_agent_id)
    assert client_of("inspector").get(f"/desk/review/{recording_id}").status_code == 404
