"""Value types of a recording: what a media file is, and why one is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from recorder.message import Message


class Role(StrEnum):
    """Who speaks on a channel or in an utterance."""

    AGENT = "agent"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"
    """Mono recordings, until speakers have been told apart."""


class Refusal(StrEnum):
    """Why a file cannot become a recording. The names are stored and shown."""

    NOT_AUDIO = "not_audio"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    SILENT = "silent"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    UNSUPPORTED = "unsupported"
    DUPLICATE_ID = "duplicate_id"
    DUPLICATE_CONTENT = "duplicate_content"
    BAD_CALL_DATA = "bad_call_data"


class AudioRefused(Exception):
    """A file is not usable as a recording. `reason` is stored, `detail` names the fact in words."""

    def __init__(self, reason: Refusal, detail: Message) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What probing found out about one sound file."""

    container: str
    codec: str
    channels: int
    """Channels in the file."""
    rate_hz: int
    duration_s: float
    """Decoded duration, not the header's claim."""
    identical_channels: bool
    """Both channels carry the same signal: treat as mono, else every word counts twice."""
    size_bytes: int
    sha256: str
    warnings: tuple[str, ...] = ()
    """Facts worth showing that do not refuse the file, e.g. `channel 2 is silent`."""

    @property
    def speakers_apart(self) -> bool:
        """True where each channel carries one speaker."""
        return self.channels == 2 and not self.identical_channels


@dataclass(frozen=True, slots=True)
class CallAudio:
    """Decoded sound of one call, ready for hearing.

    `channels` maps each role to mono samples, float32 in [-1, 1] at `rate_hz` (16 000 for hearing);
    a mono or identical-channel recording has the single key `Role.UNKNOWN`.
    """

    channels: dict[Role, NDArray[np.float32]] = field(repr=False)
    rate_hz: int
    duration_s: float
