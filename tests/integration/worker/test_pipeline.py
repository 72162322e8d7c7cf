"""Each step of the road may run twice; what it leaves is the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from qm.app import seeds
from qm.core import objects
from qm.core.actor import SYSTEM
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.paths import SAMPLES
from qm.hearing.reads import stored
from qm.hearing.reads.search import search
from qm.hearing.writes.engine import Answers, HearingRequest
from qm.intake.writes.ingest import ingest
from qm.jobs import Step, mirror
from qm.models import (
    AnswerRow,
    Evaluation,
    EvaluationKind,
    EvidenceRow,
    FindingRow,
    HitRow,
    Job,
    JobState,
    Recording,
    RecordingStatus,
    TranscriptRow,
    UtteranceRow,
)
from qm.worker import pipeline, workflow
from qm.worker.hearing_process import CallUnhearable
from recorder.calldata import sidecar_call_data
from recorder.peaks import Peaks
from recorder.probe import probe
from scoring import rules
from tests.support.heard import transcript_of
from transcribe.phrases import ProofScore, Question
from transcribe.types import EngineUnavailable, MatchKind, Progress, Transcript

NAME = "p02_rude_transfer"
TRUTH = SAMPLES / f"{NAME}.json"


def truth(_request: HearingRequest, progress: Progress) -> Transcript:
    """An engine that hears what the sample says was said."""
    progress(0.5)
    progress(1.0)
    return transcript_of(TRUTH, {})


def nothing_proved(_request: HearingRequest, questions: Sequence[Question]) -> Answers:
    """An engine that has no second listening."""
    return [None] * len(questions)


@pytest.fixture
def recording_id(any_database: str) -> str:
    """A sample that has come in."""
    seeds.ensure_seeded()
    call = sidecar_call_data(TRUTH, source="test")
    made = ingest(SAMPLES / f"{NAME}.wav", call, actor=SYSTEM, filename=f"{NAME}.wav")
    assert made.recording_id is not None
    return made.recording_id


def rows(table: type) -> list:
    with reading() as session:
        return list(session.exec(select(table)).all())


def status() -> RecordingStatus:
    (recording,) = rows(Recording)
    return recording.status


def heard(recording_id: str, since=None) -> None:
    pipeline.transcribe(recording_id, since=since or now(), hear=truth, progress=lambda _share: None)


def test_the_rendition_and_the_waveform_are_of_the_whole_call(recording_id: str, tmp_path: Path) -> None:
    pipeline.store_derivatives(recording_id)
    pipeline.store_derivatives(recording_id)
    (recording,) = rows(Recording)
    with objects.fetched(recording.playback_key) as path:
        info = probe(path)
    assert info.channels == recording.channels
    assert info.duration_s == pytest.approx(recording.duration_s, abs=0.1)
    with objects.store().open(recording.peaks_key) as file:
        peaks = Peaks.from_json(file.read())
    assert len(peaks.channels) == 2
    assert len(peaks.channels[0]) == pytest.approx(recording.duration_s * 10, abs=2)


def test_hearing_again_within_a_run_changes_nothing(recording_id: str) -> None:
    began = now()
    heard(recording_id, began)
    heard(recording_id, began)
    assert len(rows(TranscriptRow)) == 1
    assert status() is RecordingStatus.TRANSCRIBED


def test_a_later_hearing_replaces_what_is_current_and_keeps_the_earlier(recording_id: str) -> None:
    heard(recording_id)
    pipeline.scan(recording_id)
    heard(recording_id)
    kept = rows(TranscriptRow)
    assert sorted(row.current for row in kept) == [False, True]
    current = next(row for row in kept if row.current)
    assert {row.transcript_id for row in rows(UtteranceRow)} == {current.id}
    assert rows(HitRow) == []


def test_the_stored_transcript_is_the_one_that_was_heard(recording_id: str) -> None:
    heard(recording_id)
    assert stored.conversation(recording_id).transcript == transcript_of(TRUTH, {})


def test_what_was_said_can_be_searched_at_once(recording_id: str) -> None:
    heard(recording_id)
    said = json.loads(TRUTH.read_text(encoding="utf-8"))["utterances"][0]["text"]
    assert search(SYSTEM, said[:4]).total >= 1


def test_scanning_twice_gives_the_same_hits(recording_id: str) -> None:
    heard(recording_id)
    pipeline.scan(recording_id)
    once = [stored.load_hit(row) for row in rows(HitRow)]
    pipeline.scan(recording_id)
    assert [stored.load_hit(row) for row in rows(HitRow)] == once
    assert any(hit.kind.value == "forbidden" and not hit.negated for hit in once)
    (recording,) = rows(Recording)
    assert recording.keywords
    assert recording.status is RecordingStatus.SCANNED


def test_prescoring_twice_gives_one_automatic_evaluation(recording_id: str) -> None:
    heard(recording_id)
    pipeline.scan(recording_id)
    pipeline.prescore(recording_id)
    first = [(row.criterion, row.options) for row in rows(AnswerRow)]
    pipeline.prescore(recording_id)
    (evaluation,) = rows(Evaluation)
    assert evaluation.kind is EvaluationKind.AUTOMATIC
    assert evaluation.total is not None
    assert [(row.criterion, row.options) for row in rows(AnswerRow)] == first
    assert len(rows(FindingRow)) == len(rules.seeded())
    assert status() is RecordingStatus.READY


def test_no_automatic_answer_without_evidence(recording_id: str) -> None:
    heard(recording_id)
    pipeline.scan(recording_id)
    pipeline.prescore(recording_id)
    answers = {row.id for row in rows(AnswerRow)}
    assert answers
    assert {row.answer_id for row in rows(EvidenceRow)} == answers


def misheard(_request: HearingRequest, progress: Progress) -> Transcript:
    """An engine that writes 不归我管 so wrongly that the text alone cannot tell."""
    progress(1.0)
    return transcript_of(TRUTH, {"不归我管": "不会我怪"})


def test_what_the_text_leaves_in_doubt_is_settled_by_the_recordings_sound(recording_id: str) -> None:
    pipeline.transcribe(recording_id, since=now(), hear=misheard, progress=lambda _share: None)
    pipeline.scan(recording_id)
    assert "不归我管" not in {row.phrase for row in rows(HitRow)}
    asked: list[Question] = []

    def prove(request: HearingRequest, questions: Sequence[Question]) -> Answers:
        assert probe(request.path).duration_s == pytest.approx(request.info.duration_s)
        asked.extend(questions)
        return [
            ProofScore(0.0, q.start_s, q.end_s, 3.0 if "不归我管" in q.wanted else -30.0) for q in questions
        ]

    pipeline.scan(recording_id, prove=prove)
    (proved,) = (row for row in rows(HitRow) if row.match is MatchKind.ACOUSTIC)
    assert "不归我管" in proved.phrase
    assert proved.acoustic == 3.0
    assert proved.score > 0.9
    assert len(asked) > 1


def gone(_request: HearingRequest, _questions: Sequence[Question]) -> Answers:
    raise EngineUnavailable("no weights")


def test_without_sound_or_engine_the_text_alone_decides(recording_id: str) -> None:
    pipeline.transcribe(recording_id, since=now(), hear=misheard, progress=lambda _share: None)
    pipeline.scan(recording_id)
    by_text = {row.phrase for row in rows(HitRow)}
    pipeline.scan(recording_id, prove=gone)
    assert {row.phrase for row in rows(HitRow)} == by_text
    (recording,) = rows(Recording)
    objects.store().delete(recording.object_key)
    pipeline.scan(recording_id, prove=nothing_proved)
    assert {row.phrase for row in rows(HitRow)} == by_text


def test_the_conversation_names_the_agent_and_keeps_the_zone(recording_id: str) -> None:
    heard(recording_id)
    data = stored.conversation(recording_id).call_data
    meta = json.loads(TRUTH.read_text(encoding="utf-8"))["meta"]
    assert data["agent_no"] == meta["agent_no"]
    assert data["started_at"] == meta["started_at"]
    assert data["queue"] == meta["queue"]


class Performing:
    """Steps as a worker performs them, without the engine."""

    def __init__(self, recording_id: str, hear) -> None:
        workflow.equip(workflow.Tools(worker="test", hear=hear, prove=nothing_proved))
        self.recording_id = recording_id

    def __call__(self, step: Step) -> str:
        return workflow._perform(step, self.job.id, self.recording_id)

    @property
    def job(self) -> Job:
        with reading() as session:
            return session.exec(
                select(Job).where(Job.recording_id == self.recording_id).order_by(col(Job.created_at).desc())
            ).one()


def test_a_job_shows_each_step_and_ends_done(recording_id: str) -> None:
    perform = Performing(recording_id, truth)
    for step in Step:
        assert perform(step) == workflow.ON
        assert perform.job.step == step.value
    assert (perform.job.state, perform.job.progress) == (JobState.DONE, 1.0)
    assert status() is RecordingStatus.READY


def test_a_step_that_ended_is_not_begun_again(recording_id: str) -> None:
    perform = Performing(recording_id, truth)
    for step in Step:
        perform(step)
    assert perform(Step.TRANSCRIBE) == workflow.OVER
    assert len(rows(TranscriptRow)) == 1


def test_without_a_model_the_job_waits_and_says_why(recording_id: str) -> None:
    def deaf(_request: HearingRequest, _progress: Progress) -> Transcript:
        raise EngineUnavailable("请运行 qm models")

    perform = Performing(recording_id, deaf)
    assert perform(Step.TRANSCRIBE) == workflow.WAITING
    assert (perform.job.state, perform.job.error) == (JobState.WAITING, "请运行 qm models")
    assert status() is RecordingStatus.STORED


def test_a_database_out_of_reach_is_tried_again(recording_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_reach(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("SELECT", {}, ConnectionError())

    perform = Performing(recording_id, truth)
    for function in ("begin", "finish"):
        with monkeypatch.context() as patch:
            patch.setattr(workflow.mirror, function, out_of_reach)
            with pytest.raises(workflow.StepStumbled, match="数据库暂时无法访问"):
                perform(Step.PRESCORE) if function == "begin" else [perform(step) for step in Step]
    assert perform(Step.PRESCORE) == workflow.ON
    assert perform.job.state is JobState.DONE


def test_what_may_pass_is_tried_again(recording_id: str) -> None:
    def stumbles(_request: HearingRequest, _progress: Progress) -> Transcript:
        raise OSError(28, "No space left on device")

    perform = Performing(recording_id, stumbles)
    with pytest.raises(workflow.StepStumbled, match="请检查磁盘空间"):
        perform(Step.TRANSCRIBE)
    assert (perform.job.state, perform.job.attempts) == (JobState.RUNNING, 1)
    assert "请检查磁盘空间" in perform.job.error


def test_what_cannot_pass_fails_in_words(recording_id: str) -> None:
    def unhearable(_request: HearingRequest, _progress: Progress) -> Transcript:
        raise CallUnhearable("文件已无法解码")

    perform = Performing(recording_id, unhearable)
    assert perform(Step.TRANSCRIBE) == workflow.OVER
    assert perform.job.state is JobState.FAILED
    assert perform.job.error.startswith("文件已无法解码")
    assert status() is RecordingStatus.FAILED


def test_a_lost_original_fails_in_words(recording_id: str) -> None:
    (recording,) = rows(Recording)
    objects.store().delete(recording.object_key)
    perform = Performing(recording_id, truth)
    assert perform(Step.STORE) == workflow.OVER
    assert "qm doctor" in perform.job.error


def test_a_recording_that_was_ready_stays_reviewable_when_a_later_run_fails(recording_id: str) -> None:
    perform = Performing(recording_id, truth)
    for step in Step:
        perform(step)
    pipeline.mark_failed(recording_id)
    assert status() is RecordingStatus.READY


def test_a_deleted_recording_ends_its_job_quietly(recording_id: str) -> None:
    perform = Performing(recording_id, truth)
    job_id = perform.job.id
    with writing() as session:
        session.delete(session.get(Recording, recording_id))
    assert workflow._perform(Step.STORE, job_id, recording_id) == workflow.OVER


def test_an_ended_job_cannot_be_moved(recording_id: str) -> None:
    perform = Performing(recording_id, truth)
    for step in Step:
        perform(step)
    with pytest.raises(mirror.IllegalJobTransition):
        mirror.wait(perform.job.id, "nothing to wait for")


def test_channels_exchanged_while_hearing_are_heard_again(recording_id: str) -> None:
    times = 0

    def hear(request: HearingRequest, progress: Progress) -> Transcript:
        nonlocal times
        times += 1
        if times == 1:
            with writing() as session:
                recording = session.get(Recording, recording_id)
                assert recording is not None
                recording.roles_swapped = True
        assert request.roles_swapped is (times > 1)
        return truth(request, progress)

    perform = Performing(recording_id, hear)
    with pytest.raises(workflow.StepStumbled):
        perform(Step.TRANSCRIBE)
    assert rows(TranscriptRow) == []
    assert perform(Step.TRANSCRIBE) == workflow.ON
    assert len(rows(TranscriptRow)) == 1
