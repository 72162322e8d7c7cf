"""Generated recordings and call data for tests of intake."""

from __future__ import annotations

from pathlib import Path

from tests.support import audio

STARTED_AT = "2026-11-02T09:12:31+08:00"


def sound(folder: Path, name: str = "call.wav", *, seed: int = 1, seconds: float = 3.0) -> Path:
    """A sound two-channel WAV; other seeds give other content."""
    return audio.write_pcm(folder / name, audio.two_speakers(seconds, seed=seed))


def fields(external_id: str = "call-1", **more: str) -> dict[str, str]:
    """Call data of agent 8021."""
    return {"external_id": external_id, "agent_no": "8021", "started_at": STARTED_AT, "source": "pbx", **more}
