"""What the pipeline asks of a speech engine; the engine's process knows no database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recorder.types import AudioInfo
from transcribe.phrases.proof import ProofScore, Question
from transcribe.types import Progress, Transcript


@dataclass(frozen=True, slots=True)
class HearingRequest:
    """One call to be heard: a local file and what is known of it. Small enough to send to a child process."""

    path: Path
    info: AudioInfo
    roles_swapped: bool = False
    terms: tuple[str, ...] = ()
    """Words of the call's queue that the engine should expect."""


Hear = Callable[[HearingRequest, Progress], Transcript]
"""Something that hears calls. Raises `EngineUnavailable` where it cannot now."""

Answers = Sequence[ProofScore | None]
Prove = Callable[[HearingRequest, Sequence[Question]], Answers]
"""Second listening to a call: an answer a question, None where the sound or the engine tells nothing."""
