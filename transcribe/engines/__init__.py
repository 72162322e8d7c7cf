"""Speech engines, one a file, behind the `Transcriber` protocol; `from_settings` chooses by name."""

from __future__ import annotations

from pathlib import Path

from transcribe.types import EngineUnavailable, Transcriber
from transcribe.weights import find_weights

__all__ = ["from_settings"]


def from_settings(
    engine: str = "whisper",
    model: str = "base",
    models_dir: Path | str = "models",
    threads: int = 0,
    endpoint: str | None = None,
) -> Transcriber:
    """The engine that settings name; loads its weights, so call it once a process.

    `engine`: `whisper` (weights `model` under `models_dir`, or a folder). `threads` 0 means one a core.
    Raises `EngineUnavailable`, whose message says what to do.
    """
    if engine == "whisper":
        from transcribe.engines.whisper import WhisperTranscriber  # noqa: PLC0415 - loads the network

        return WhisperTranscriber(find_weights(model, folder=Path(models_dir)), threads=threads)
    raise EngineUnavailable(f"没有名为 {engine} 的转写引擎（{endpoint or '未设地址'}）。可用：whisper。")
