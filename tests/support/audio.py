"""Sound for tests, generated: speech-like noise bursts, and writers for every container we take."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]
"""Planar sound, shape (channels, samples), full scale = 1."""

SAMPLES_DIR = Path(__file__).parents[2] / "samples"


def bursts(
    seconds: float, *, rate_hz: int = 8_000, seed: int = 1, level: float = 0.3, lag_s: float = 0.0
) -> Sound:
    """One channel of bursts of tone with pauses, like a speaker's turns; other seeds give other signals."""
    random = np.random.default_rng(seed)
    times = np.arange(int(seconds * rate_hz)) / rate_hz
    tone = sum(np.sin(2 * np.pi * pitch * times) for pitch in random.uniform(200, 1800, 5)) / 5
    talking = (times + lag_s) % 2.0 < 1.1
    return (level * 2 * tone * talking)[np.newaxis].astype(np.float32)


def two_speakers(seconds: float, *, rate_hz: int = 8_000, seed: int = 1) -> Sound:
    """Two channels that take turns."""
    left = bursts(seconds, rate_hz=rate_hz, seed=seed)
    right = bursts(seconds, rate_hz=rate_hz, seed=seed + 100, lag_s=1.0)
    return np.concatenate([left, right])


def ticks(seconds: float, *, rate_hz: int = 8_000, channels: int = 1) -> Sound:
    """A tone whose pitch names the second it stands in: 300 Hz plus 50 Hz for each whole second."""
    times = np.arange(int(seconds * rate_hz)) / rate_hz
    tone = 0.5 * np.sin(2 * np.pi * (300 + 50 * np.floor(times)) * times)
    return np.repeat(tone[np.newaxis], channels, axis=0).astype(np.float32)


def pitch_of(sound: NDArray[Any], rate_hz: int) -> float:
    """The strongest frequency of one channel in Hz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), n=1 << 16))
    return float(np.argmax(spectrum) * rate_hz / (1 << 16))


def write_pcm(path: Path, sound: Sound, *, rate_hz: int = 8_000, bits: int = 16) -> Path:
    """A plain PCM WAV of 8, 16 or 24 bits, written without any encoder."""
    clipped = np.clip(sound, -1, 1)
    if bits == 8:
        data = np.round(clipped * 127 + 128).astype(np.uint8).T.tobytes()
    elif bits == 16:
        data = np.round(clipped * 32767).astype("<i2").T.tobytes()
    else:
        wide = np.round(clipped * 8388607).astype("<i4").T.copy()
        data = wide.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(sound.shape[0])
        file.setsampwidth(bits // 8)
        file.setframerate(rate_hz)
        file.writeframes(data)
    return path


def encode(
    path: Path,
    sound: Sound,
    *,
    codec: str,
    rate_hz: int = 8_000,
    out_rate_hz: int | None = None,
    fmt: str | None = None,
) -> Path:
    """Write `sound` with one of FFmpeg's encoders; the container follows `fmt` or the file's ending."""
    layout = {1: "mono", 2: "stereo", 4: "quad", 6: "5.1"}[sound.shape[0]]
    with av.open(str(path), "w", format=fmt) as out:
        stream: Any = out.add_stream(codec, rate=out_rate_hz or rate_hz, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout=layout)
        frame.sample_rate = rate_hz
        frame.pts = 0
        resampler = av.AudioResampler(
            format=stream.format.name, layout=layout, rate=stream.rate, frame_size=stream.frame_size or None
        )
        for made in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(made))
        out.mux(stream.encode(None))
    return path


def write_two_tracks(path: Path, first: Sound, second: Sound, *, rate_hz: int = 8_000) -> Path:
    """An M4A with two mono tracks, one speaker each."""
    with av.open(str(path), "w", format="ipod") as out:
        streams: list[Any] = [out.add_stream("aac", rate=rate_hz, layout="mono") for _ in (first, second)]
        for stream, sound in zip(streams, (first, second), strict=True):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = rate_hz, 0
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    return path


def write_gsm_wav(path: Path, *, seconds: float = 3.0, seed: int = 5) -> Path:
    """A GSM 6.10 WAV (format tag 0x31, 65-byte blocks of 320 samples) built from random speech parameters.

    No free encoder comes with the packages; any parameters decode to some sound, which is all a test needs.
    """
    random = np.random.default_rng(seed)
    blocks = int(seconds * 8_000 / 320)
    data = random.integers(0, 256, size=blocks * 65, dtype=np.uint8).tobytes()
    samples = blocks * 320
    fmt = (0x31).to_bytes(2, "little") + (1).to_bytes(2, "little") + (8_000).to_bytes(4, "little")
    fmt += (1_625).to_bytes(4, "little") + (65).to_bytes(2, "little") + (0).to_bytes(2, "little")
    fmt += (2).to_bytes(2, "little") + (320).to_bytes(2, "little")
    body = (
        b"WAVE"
        + _chunk(b"fmt ", fmt)
        + _chunk(b"fact", samples.to_bytes(4, "little"))
        + _chunk(b"data", data)
    )
    path.write_bytes(b"RIFF" + len(body).to_bytes(4, "little") + body)
    return path


def write_raw_gsm(path: Path, *, seconds: float = 3.0, seed: int = 5) -> Path:
    """A raw GSM 6.10 file as Asterisk writes it: 33-byte frames, each beginning with the nibble 0xD."""
    random = np.random.default_rng(seed)
    frames = random.integers(0, 256, size=(int(seconds * 50), 33), dtype=np.uint8)
    frames[:, 0] = 0xD0 | (frames[:, 0] & 0x0F)
    path.write_bytes(frames.tobytes())
    return path


def write_film(path: Path, *, seconds: int = 2) -> Path:
    """A film without sound."""
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(seconds * 10):
            picture = av.VideoFrame.from_ndarray(
                np.full((48, 64, 3), number * 5 % 255, np.uint8), format="rgb24"
            )
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return path


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)
