"""The second engine against a local server that speaks the OpenAI transcription interface."""

from __future__ import annotations

import io
import json
import threading
import wave
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from recorder.decode import decode
from recorder.limits import Limits
from recorder.probe import probe
from recorder.types import CallAudio, Role
from transcribe.engines import from_settings
from transcribe.engines.openai_api import OpenAITranscriber
from transcribe.types import EngineUnavailable

SAMPLES = Path(__file__).parents[3] / "samples"
Answer = Callable[[float], tuple[int, object]]


class Stub:
    """A transcription service whose answers the test writes; it keeps what it was sent."""

    def __init__(self) -> None:
        self.answer: Answer = lambda _s: (200, {"segments": []})
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []

    def wav_s(self, body: bytes) -> float:
        start = body.index(b"RIFF")
        with wave.open(io.BytesIO(body[start:]), "rb") as file:
            return file.getnframes() / file.getframerate()


@pytest.fixture
def stub() -> Iterator[tuple[Stub, str]]:
    service = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.bodies.append(body)
            service.headers.append({"path": self.path, **dict(self.headers.items())})
            status, answer = service.answer(service.wav_s(body))
            sent = json.dumps(answer).encode() if not isinstance(answer, bytes) else answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield service, f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def call() -> CallAudio:
    path = SAMPLES / "p02_rude_transfer.wav"
    return decode(path, info=probe(path, limits=Limits()))


def test_words_come_back_onto_the_call_by_role(stub: tuple[Stub, str], call: CallAudio) -> None:
    service, address = stub
    service.answer = lambda _s: (
        200,
        {"words": [{"word": "您", "start": 0.4, "end": 0.6}, {"word": "好", "start": 0.6, "end": 0.8}]},
    )
    shares: list[float] = []
    found = OpenAITranscriber(address, model="m", key="k").transcribe(call, progress=shares.append)
    assert {u.role for u in found.utterances} == {Role.AGENT, Role.CUSTOMER}
    assert {u.heard for u in found.utterances} == {"您好"}
    first = next(u for u in found.utterances if u.role is Role.AGENT)
    assert 0.5 < first.words[0].start_s < 1.5
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert found.engine == "openai-api"
    assert service.headers[0]["path"] == "/v1/audio/transcriptions"
    assert service.headers[0]["Authorization"] == "Bearer k"
    assert b"verbose_json" in service.bodies[0]


def test_segments_alone_suffice_and_traditional_script_is_simplified(
    stub: tuple[Stub, str], call: CallAudio
) -> None:
    service, address = stub
    service.answer = lambda s: (200, {"segments": [{"start": 0.3, "end": min(2.0, s), "text": "掛失手續"}]})
    found = OpenAITranscriber(address).transcribe(call)
    assert "挂失手续" in "".join(u.heard for u in found.utterances)


def test_voice_without_words_is_unheard_and_never_missing_speech(
    stub: tuple[Stub, str], call: CallAudio
) -> None:
    _, address = stub
    found = OpenAITranscriber(address).transcribe(call)
    assert found.utterances == ()
    assert set(found.unheard) == {Role.AGENT, Role.CUSTOMER}


def test_subtitle_credits_of_a_service_are_not_believed(stub: tuple[Stub, str], call: CallAudio) -> None:
    service, address = stub
    service.answer = lambda _s: (200, {"segments": [{"start": 0.3, "end": 1.2, "text": "请不吝点赞 订阅"}]})
    assert OpenAITranscriber(address).transcribe(call).utterances == ()


@pytest.mark.parametrize(
    ("answer", "told"),
    [((401, {}), "密钥"), ((200, b"<html>"), "应答"), ((200, [1]), "verbose_json")],
)
def test_a_service_that_fails_is_reported_with_what_to_do(
    stub: tuple[Stub, str], call: CallAudio, answer: tuple[int, object], told: str
) -> None:
    service, address = stub
    service.answer = lambda _s: answer
    with pytest.raises(EngineUnavailable, match=told):
        OpenAITranscriber(address).transcribe(call)


def test_a_service_that_is_down_is_reported(call: CallAudio) -> None:
    engine = from_settings("openai", endpoint="http://127.0.0.1:9/v1", model="m")
    with pytest.raises(EngineUnavailable, match="QM_ENGINE_ENDPOINT"):
        engine.transcribe(call)


def test_a_silent_call_asks_nobody(stub: tuple[Stub, str]) -> None:
    service, address = stub
    silence = np.zeros(32_000, dtype=np.float32)
    found = OpenAITranscriber(address).transcribe(CallAudio({Role.AGENT: silence}, 16_000, 2.0))
    assert found.utterances == ()
    assert service.bodies == []
