"""Any endpoint that speaks the OpenAI transcription interface (`POST …/audio/transcriptions`).

Each role's speech is sent on its own as WAV, packed as for the built-in engine, and answers in `verbose_json`
with word or segment times come back onto the call. Nothing but the standard library is needed.
"""

from __future__ import annotations

import io
import json
import math
import urllib.error
import urllib.request
import uuid
import wave
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recorder.message import Message, advised
from recorder.types import CallAudio
from transcribe.engines.collecting import CallInWork
from transcribe.engines.windows import sound
from transcribe.types import EngineUnavailable, Progress, Transcript, Word
from transcribe.voice import voiced_by_role

_TIMEOUT_S = 120.0


class OpenAITranscriber:
    """Sends speech to a transcription service. `name` is stored with each transcript."""

    name = "openai-api"

    def __init__(
        self, endpoint: str, *, model: str = "whisper-1", key: str = "", timeout_s: float = _TIMEOUT_S
    ) -> None:
        """`endpoint`: base address up to `/v1`, or the full path. Nothing is contacted yet."""
        base = endpoint.rstrip("/")
        self._address = base if base.endswith("/audio/transcriptions") else f"{base}/audio/transcriptions"
        if not self._address.startswith(("http://", "https://")):
            fact = Message("转写服务地址 %(address)s 不是 http(s) 地址", address=endpoint)
            detail = advised(fact, Message("请检查设置 QM_ENGINE_ENDPOINT"))
            raise EngineUnavailable(detail)
        self._model, self._key, self._timeout_s = model, key, timeout_s

    def transcribe(self, audio: CallAudio, *, progress: Progress | None = None) -> Transcript:
        """Hears one call. Raises `EngineUnavailable` where the service does not answer as it should."""
        report = progress or (lambda _share: None)
        report(0.0)
        call = CallInWork(audio, voiced_by_role(audio.channels))
        windows = list(call.windows())
        for done, window in enumerate(windows, 1):
            samples = sound(window, audio.channels[window.role], audio.rate_hz)
            call.place(window, _words(self._ask(samples, audio.rate_hz)))
            report(done / len(windows))
        report(1.0)
        return call.transcript(engine=self.name, version="v1", model=self._model)

    def _ask(self, samples: NDArray[np.float32], rate_hz: int) -> dict[str, Any]:
        fields = [
            ("model", self._model), ("language", "zh"), ("response_format", "verbose_json"),
            ("timestamp_granularities[]", "word"), ("timestamp_granularities[]", "segment"),
        ]  # fmt: skip
        body, kind = _form(fields, _wav(samples, rate_hz))
        headers = {"Content-Type": kind, "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = urllib.request.Request(self._address, body, headers)  # noqa: S310 - checked at construction
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:  # noqa: S310
                found = json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            fact = Message("转写服务拒绝了请求（HTTP %(code)s）", code=error.code)
            detail = advised(fact, Message("请检查 QM_ENGINE_ENDPOINT、模型名与密钥"))
            raise EngineUnavailable(detail) from error
        except (OSError, ValueError) as error:
            advice = Message("请检查 QM_ENGINE_ENDPOINT 与网络，恢复后会继续转写")
            detail = advised(Message("转写服务没有应答或应答无法读取"), advice)
            raise EngineUnavailable(detail) from error
        if not isinstance(found, dict):
            advice = Message("请确认它兼容 OpenAI 转写接口")
            raise EngineUnavailable(advised(Message("转写服务的应答不是 verbose_json"), advice))
        return found


def _words(answer: dict[str, Any]) -> list[Word]:
    """Words with window times: the service's own, or its segments' characters at even speed."""
    chances = [
        (float(s["start"]), float(s["end"]), min(1.0, math.exp(float(s.get("avg_logprob", -0.2)))))
        for s in answer.get("segments") or ()
    ]

    def chance(at_s: float) -> float:
        return next((found for start, end, found in chances if start <= at_s <= end), 0.8)

    listed = answer.get("words") or ()
    if listed:
        timed = ((str(w["word"]), float(w["start"]), float(w["end"]), w.get("probability")) for w in listed)
        return [Word(text, s, e, chance(s) if sure is None else float(sure)) for text, s, e, sure in timed]
    segments = ((str(s["text"]), float(s["start"]), float(s["end"])) for s in answer.get("segments") or ())
    return [word for text, start, end in segments for word in _even(text.strip(), start, end, chance(start))]


def _even(text: str, start_s: float, end_s: float, chance: float) -> Iterable[Word]:
    step_s = (end_s - start_s) / max(1, len(text))
    for at, character in enumerate(text):
        yield Word(character, start_s + at * step_s, start_s + (at + 1) * step_s, chance)


def _wav(samples: NDArray[np.float32], rate_hz: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes())
    return out.getvalue()


def _form(fields: list[tuple[str, str]], file: bytes) -> tuple[bytes, str]:
    """A multipart form and its content type."""
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="call.wav"\r\n'
        "Content-Type: audio/wav\r\n\r\n"
    )
    body = b"".join([*parts, head.encode(), file, f"\r\n--{mark}--\r\n".encode()])
    return body, f"multipart/form-data; boundary={mark}"
