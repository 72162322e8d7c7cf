"""What the machine built is kept with its parameters, and read by everybody in their language."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import col, select

from qm.app.demo_scores import accepted_draft
from qm.core.actor import SYSTEM
from qm.core.catalogue import HAN
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.intake.writes.ingest import ingest
from qm.jobs import Step, mirror
from qm.jobs.writes import background_runs
from qm.judging.writes import learning as learning_writes
from qm.judging.writes import learning_runs
from qm.models import (
    EvaluationSnapshot,
    EvidenceRow,
    FindingRow,
    Job,
    JobState,
    LearningRun,
    Quarantine,
    Recording,
    RejudgeRun,
)
from qm.reviewing.reads.answers import answers_of
from qm.reviewing.writes.evaluations import save
from qm.reviewing.writes.releases import release
from qm.worker.workflow import failure_in_words
from recorder.message import Message, advised
from scoring.documents import answer_from_dict
from tests.support.calls import fields, sound
from tests.support.heard import bring_in
from tests.support.people import Centre

Client = Callable[[str], FlaskClient]
FAILED = advised(
    Message("读写文件出错（%(what)s）", what="No space left"), Message("请检查磁盘空间和权限后点“重试”")
)


def rejudge_run(error: str) -> int:
    """A run that failed so; gives its number."""
    with writing() as session:
        run = RejudgeRun(state=JobState.FAILED, error=error, created_at=now(), updated_at=now())
        session.add(run)
        session.flush()
        return run.id or 0


def error_of(run_id: int) -> str:
    with reading() as session:
        return session.exec(select(RejudgeRun.error).where(RejudgeRun.id == run_id)).one()


def test_a_message_comes_back_from_its_row(any_database: str) -> None:
    back = error_of(rejudge_run(FAILED))
    assert isinstance(back, Message)
    assert (back, back.to_json()) == (FAILED, FAILED.to_json())


def test_a_sentence_of_before_stays_text_and_what_is_too_long_is_kept_in_chinese(any_database: str) -> None:
    before, long = error_of(rejudge_run("转写出错（OSError）")), error_of(rejudge_run(Message("字" * 600)))
    assert (before, long) == ("转写出错（OSError）", "字" * 500)
    assert not isinstance(before, Message)
    assert not isinstance(long, Message)


def test_warnings_of_a_recording_keep_their_figures(any_database: str, tmp_path: Path) -> None:
    taken = ingest(sound(tmp_path), fields(agent_no="9999"), actor=SYSTEM, filename="a.wav")
    with writing() as session:
        row = session.get_one(Recording, taken.recording_id)
        (warning,) = row.warnings
        assert isinstance(warning, Message)
        assert dict(warning.params) == {"agent_no": "9999"}
        session.connection().execute(sa.update(Recording).values(warnings=["两个声道内容相同", warning]))
    with reading() as session:
        session.expire_all()
        assert session.get_one(Recording, taken.recording_id).warnings == ["两个声道内容相同", warning]


def shown(page: str) -> str:
    """The text of a page without tags, its `main` only."""
    main = page[page.index("<main") :] if "<main" in page else page
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def english_of(client_of: Client) -> Client:
    """A browser for each person, who has chosen English."""

    def reader(name: str) -> FlaskClient:
        client = client_of(name)
        client.set_cookie("locale", "en")
        return client

    return reader


def test_refusals_are_read_in_english_where_they_are_met_and_where_they_are_kept(
    english_of: Client, centre: Centre
) -> None:
    client = english_of("supervisor")
    told = {"agent_no": "8021", "started_at": "2026-11-02T09:12:31"}
    sent = {**told, "files": [(io.BytesIO(b"%PDF-1.7"), "a.wav")]}
    answer = client.post("/manage/upload", data=sent, content_type="multipart/form-data")
    with reading() as session:
        kept = session.exec(select(Quarantine)).one()
    for page in (answer, client.get("/manage/quarantine"), client.get(f"/manage/quarantine/{kept.id}")):
        assert "It looks like a PDF document, not like a recording" in shown(page.text)
    assert "看起来是PDF 文档，不是能识别的录音文件" in shown(client_of_chinese(client, "/manage/quarantine"))


def client_of_chinese(client: FlaskClient, address: str) -> str:
    """The same page, read in Chinese."""
    client.set_cookie("locale", "zh")
    return client.get(address).text


def test_failures_and_warnings_are_read_in_english(
    english_of: Client, centre: Centre, tmp_path: Path
) -> None:
    taken = ingest(sound(tmp_path), fields(agent_no="9999"), actor=SYSTEM, filename="a.wav")
    with reading() as session:
        job = session.exec(select(Job).where(Job.recording_id == taken.recording_id)).one()
    mirror.begin(job.id, Step.TRANSCRIBE, worker="w")
    mirror.fail(job.id, failure_in_words(OSError(28, "No space left")))
    rejudge_run(FAILED)
    client = english_of("headquarters")
    jobs, call = client.get("/manage/jobs"), client.get(f"/desk/recording/{taken.recording_id}")
    assert "Reading or writing a file failed (No space left)" in shown(jobs.text)
    assert "gent number 9999 is not on the roster" in shown(call.text)
    assert "Reading or writing a file failed (No space left)" in shown(
        client.get("/manage/workshop/rejudge").text
    )


def test_a_background_task_that_fails_says_why_in_the_readers_language(any_database: str) -> None:
    def too_few(_run_id: int) -> None:
        raise learning_writes.NotTrained(
            words=Message("人工答案只有一种（各种答案至少要有 %(least)s 个），学不到区别", least=8)
        )

    with writing() as session:
        run = LearningRun(
            rubric_key="r", criterion="c", state=JobState.QUEUED, created_at=now(), updated_at=now()
        )
        session.add(run)
        session.flush()
    background_runs.carry_out(LearningRun, run.id or 0, too_few, failed=learning_runs.BROKEN)
    with reading() as session:
        error = session.exec(select(LearningRun.error)).one()
    assert isinstance(error, Message)
    assert error.text == learning_writes.NotTrained.message
    words = error.params["words"]
    assert isinstance(words, Message)
    assert words.params["least"] == 8


def test_evidence_is_read_in_english_and_words_of_the_call_stay(english_of: Client, centre: Centre) -> None:
    recording_id = bring_in("p05_dead_air")
    with reading() as session:
        texts = [row.evidence for row in session.exec(select(FindingRow)).all()]
    facts = [proof["message"] for proofs in texts for proof in proofs if "message" in proof]
    assert any(fact["text"] == "静音 %(seconds)s 秒" for fact in facts)
    page = shown(english_of("inspector").get(f"/desk/review/{recording_id}").text)
    assert re.search(r"Silence of \d+\.\d s", page)
    assert "静音 1" not in page


def test_evidence_of_a_released_score_is_whole_and_chinese_in_its_snapshot(centre: Centre) -> None:
    recording_id, inspector = bring_in("p05_dead_air"), centre.actors["inspector"]
    saved = save(inspector, recording_id, accepted_draft(recording_id))
    release(inspector, saved.evaluation_id, revision=saved.revision)
    with reading() as session:
        kept = session.exec(select(EvaluationSnapshot.document)).one()
        rows = session.exec(select(EvidenceRow).order_by(col(EvidenceRow.id))).all()
    answers = [answer_from_dict(item) for item in json.loads(kept)["score"]["answers"]]
    assert answers == list(answers_of(saved.evaluation_id))
    facts = [proof.text for answer in answers for proof in answer.evidence if isinstance(proof.text, Message)]
    assert facts
    assert all(HAN.search(fact) for fact in facts)
    assert all(json.dumps(fact, ensure_ascii=False)[1:-1] in kept for fact in facts)
    assert sum(isinstance(row.text, Message) for row in rows) >= len(facts)
