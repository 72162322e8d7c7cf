"""The road of one recording after it was stored, step by step."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """Steps in their order; the values are stored and shown."""

    STORE = "store"
    """Rendition for the browser and peaks of the waveform."""
    TRANSCRIBE = "transcribe"
    SCAN = "scan"
    """Phrases, keywords, search index."""
    PRESCORE = "prescore"

    @property
    def onward(self) -> tuple[Step, ...]:
        """This step and those after it."""
        steps = tuple(Step)
        return steps[steps.index(self) :]
