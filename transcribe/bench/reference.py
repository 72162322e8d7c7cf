"""The way to beat: faster-whisper's own batched pipeline, as its documentation shows it, each channel."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from recorder.types import CallAudio
from transcribe.script import simplified
from transcribe.weights import Weights

BATCH = 8


class BatchedReference:
    """`BatchedInferencePipeline` on the same weights, int8 and as many threads as ours; loaded once."""

    def __init__(self, weights: Weights, *, threads: int) -> None:
        import faster_whisper  # noqa: PLC0415 - only for comparison

        model = faster_whisper.WhisperModel(
            str(weights.path), device="cpu", compute_type="int8", cpu_threads=threads
        )
        self._pipeline: Any = faster_whisper.BatchedInferencePipeline(model=model)

    def hear(self, call: CallAudio) -> tuple[dict[str, str], float]:
        """Text of each role and the seconds it took."""
        began = time.perf_counter()
        texts = {}
        for role, samples in call.channels.items():
            segments: Iterable[Any]
            segments, _ = self._pipeline.transcribe(samples, batch_size=BATCH, language="zh")
            texts[role.value] = simplified("".join(segment.text for segment in segments))
        return texts, time.perf_counter() - began
