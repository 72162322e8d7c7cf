"""Words of a queue: kept by the supervisor, told to the engine, never forbidden speech."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from qm.app import seeds
from qm.core.actor import SYSTEM
from qm.core.clock import now
from qm.core.database import reading
from qm.core.errors import Forbidden
from qm.core.paths import SAMPLES
from qm.hearing.writes.engine import HearingRequest
from qm.intake.writes.ingest import ingest
from qm.models import AuditEvent
from qm.phrases.reads import library as phrase_reads
from qm.phrases.reads.vocabulary import terms_of
from qm.phrases.writes import vocabulary as vocabulary_writes
from qm.phrases.writes.library import add_phrase, start_draft
from qm.worker import pipeline
from recorder.calldata import sidecar_call_data
from recorder.types import Role
from tests.support.heard import transcript_of
from tests.support.people import Centre
from transcribe.types import PhraseKind, Progress, Transcript

Client = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def _library(centre: Centre) -> None:
    seeds.ensure_seeded()


def test_a_queue_has_its_own_words_and_those_of_all(centre: Centre) -> None:
    supervisor = centre.actors["headquarters"]
    vocabulary_writes.set_terms(supervisor, queue="理财", text="稳盈宝\n稳盈宝\n\n 聚益通 ")
    vocabulary_writes.set_terms(supervisor, queue="", text="城东支行")
    assert terms_of("理财") == ("稳盈宝", "聚益通", "城东支行")
    assert terms_of("挂失") == ("城东支行",)
    vocabulary_writes.set_terms(supervisor, queue="理财", text="")
    assert terms_of("理财") == ("城东支行",)
    with reading() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "vocabulary_changed")).all()
    assert len(events) == 3


@pytest.mark.parametrize("term", ["保证收益", "我们保证收益的", "宝正收益", "稳赚不陪", "不归我管"])
def test_forbidden_speech_is_refused_also_by_its_sound(centre: Centre, term: str) -> None:
    with pytest.raises(vocabulary_writes.TermForbidden):
        vocabulary_writes.set_terms(centre.actors["headquarters"], queue="理财", text=term)


def test_ordinary_words_inside_forbidden_phrases_are_words(centre: Centre) -> None:
    assert vocabulary_writes.set_terms(centre.actors["headquarters"], queue="", text="收益\n理财产品") == (
        "收益",
        "理财产品",
    )


def test_a_word_that_became_forbidden_since_is_not_told_to_the_engine(centre: Centre) -> None:
    supervisor = centre.actors["headquarters"]
    vocabulary_writes.set_terms(supervisor, queue="理财", text="聚宝盆\n稳盈宝")
    start_draft(supervisor)
    group = next(
        row.group for row in phrase_reads.rows(phrase_reads.draft()) if row.kind is PhraseKind.FORBIDDEN
    )
    add_phrase(supervisor, group=group, text="聚宝盆", role=Role.AGENT)
    assert vocabulary_writes.expected("理财") == ("稳盈宝",)


@pytest.mark.parametrize("text", ["一", "a;b", "很长很长很长很长很长很长的词"])
def test_what_is_no_word_is_refused(centre: Centre, text: str) -> None:
    with pytest.raises(vocabulary_writes.TermUnusable):
        vocabulary_writes.set_terms(centre.actors["headquarters"], queue="", text=text)


def test_only_supervisors_keep_words(centre: Centre) -> None:
    with pytest.raises(Forbidden):
        vocabulary_writes.set_terms(centre.actors["inspector"], queue="", text="稳盈宝")


def test_the_ear_is_told_the_words_of_the_calls_queue(centre: Centre) -> None:
    call = sidecar_call_data(SAMPLES / "p03_fund_promise.json", source="test")
    vocabulary_writes.set_terms(centre.actors["headquarters"], queue=call.queue, text="稳盈宝")
    made = ingest(SAMPLES / "p03_fund_promise.wav", call, actor=SYSTEM, filename="x.wav")
    told: list[tuple[str, ...]] = []

    def hear(request: HearingRequest, _progress: Progress) -> Transcript:
        told.append(request.terms)
        return transcript_of(Path(SAMPLES / "p03_fund_promise.json"), {})

    pipeline.transcribe(made.recording_id or "", since=now(), hear=hear, progress=lambda _share: None)
    assert told == [("稳盈宝",)]


def test_the_page_keeps_words_and_says_why_not(centre: Centre, client_of: Client) -> None:
    client = client_of("headquarters")
    page = client.post("/manage/vocabulary", data={"queue": "", "terms": "保证收益"})
    assert page.status_code == 422
    assert "保证收益" in page.get_data(as_text=True)
    saved = client.post("/manage/vocabulary", data={"queue": "", "terms": "城东支行"}, follow_redirects=True)
    assert "城东支行" in saved.get_data(as_text=True)


def test_a_branch_reads_the_words_and_changes_none(centre: Centre, client_of: Client) -> None:
    with pytest.raises(vocabulary_writes.WordsOfTheCentre):
        vocabulary_writes.set_terms(centre.actors["supervisor"], queue="", text="稳盈宝")
    page = client_of("supervisor").get("/manage/vocabulary").get_data(as_text=True)
    assert "由总部质检主管修改" in page
    assert "保存</button>" not in page
