"""Speech engines, one a file, behind the `Transcriber` protocol; `from_settings` chooses by name."""

from __future__ import annotations

from pathlib import Path

from recorder.message import Message, advised
from recorder.types import CallAudio
from transcribe.phrases.proof import PhraseProver
from transcribe.types import EngineUnavailable, Transcriber
from transcribe.weights import find_weights

__all__ = ["from_settings", "prover_of"]


def from_settings(
    engine: str = "whisper",
    model: str = "base",
    models_dir: Path | str = "models",
    threads: int = 0,
    endpoint: str | None = None,
    key: str = "",
) -> Transcriber:
    """The engine that settings name; loads its weights, so call it once a process.

    `engine`: `whisper` (weights `model` under `models_dir`, or a folder) or `openai` (`endpoint`, `key`).
    `threads` 0 means one a core. Raises `EngineUnavailable`, whose message says what to do.
    """
    if engine == "whisper":
        from transcribe.engines.whisper import WhisperTranscriber  # noqa: PLC0415 - loads the network

        return WhisperTranscriber(find_weights(model, folder=Path(models_dir)), threads=threads)
    if engine == "openai":
        from transcribe.engines.openai_api import OpenAITranscriber  # noqa: PLC0415 - only where chosen

        if not endpoint:
            advice = Message("请设置 QM_ENGINE_ENDPOINT，或改用引擎 whisper")
            raise EngineUnavailable(advised(Message("没有设置转写服务地址"), advice))
        return OpenAITranscriber(endpoint, model=model, key=key)
    fact = Message("没有名为 %(engine)s 的转写引擎", engine=engine)
    raise EngineUnavailable(advised(fact, Message("可用：whisper、openai")))


def prover_of(engine: Transcriber, audio: CallAudio) -> PhraseProver | None:
    """Second listening to a call, where the engine offers it."""
    offered = getattr(engine, "prover", None)
    prover: PhraseProver | None = offered(audio) if offered else None
    return prover
