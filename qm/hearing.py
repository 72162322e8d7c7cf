"""What is asked of an ear. Light to import: the child process that hears needs no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recorder.types import AudioInfo
from transcribe.types import Progress, Transcript


@dataclass(frozen=True, slots=True)
class HearingRequest:
    """One call to be heard: a local file and what is known of it. Small enough to send to a child process."""

    path: Path
    info: AudioInfo
    roles_swapped: bool = False


Hear = Callable[[HearingRequest, Progress], Transcript]
"""Something that hears calls. Raises `EngineUnavailable` where it cannot now."""
