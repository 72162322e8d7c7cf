"""What a house accepts as a recording: length, channels, rates and the level that counts as sound."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds a file must keep to become a recording. The defaults suit call-centre telephony."""

    min_duration_s: float = 1.0
    max_duration_s: float = 4 * 3600.0
    min_rate_hz: int = 8_000
    max_rate_hz: int = 48_000
    max_channels: int = 2
    silence_peak: float = 0.00316
    """Peak (half of the swing, full scale = 1) below which a channel carries no sound: about -50 dBFS."""
