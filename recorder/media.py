"""Read sound out of a file in small blocks: the one place that talks to PyAV for decoding."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from recorder.sniff import HEAD_BYTES, Container, container_of

Samples = NDArray[np.float32]
"""Planar sound: shape (channels, samples), full scale = 1."""

_DEMUXER = {Container.MP4: "mov"}
_SCALE = {"u8": 128.0, "s16": 32768.0, "s32": 2147483648.0, "flt": 1.0, "dbl": 1.0}

av.logging.set_level(None)


class MediaUnreadable(Exception):
    """The bytes carry no sound that can be opened. The message is FFmpeg's word for it."""


class NoAudioStream(MediaUnreadable):
    """The container is sound but holds no audio: a picture or a film without a track."""


class NoDecoder(MediaUnreadable):
    """The audio is in a codec that nothing here can decode."""


@dataclass(slots=True)
class Damage:
    """Counts of packets while decoding; filled in by `blocks` as it goes."""

    packets: int = 0
    bad_packets: int = 0
    ends_badly: bool = False
    """The last packet that held data could not be decoded."""
    lost_s: float = 0.0
    """Sound missing in the middle: the largest distance between the file's clock and what was decoded."""


@dataclass(frozen=True, slots=True)
class Block:
    """A run of decoded sound. `start_s` counts from the first sample of the recording."""

    start_s: float
    rate_hz: int
    samples: Samples


@dataclass(slots=True)
class Source:
    """An open sound file: the container, its one audio stream and what kind of box it is in."""

    container: Container
    media: InputContainer
    stream: AudioStream

    @property
    def codec(self) -> str:
        """FFmpeg's name of the codec, without the variant of the decoder."""
        return str(self.stream.codec_context.codec.canonical_name)

    @property
    def channels(self) -> int:
        """Channels the stream declares."""
        return int(self.stream.codec_context.channels)

    @property
    def rate_hz(self) -> int:
        """Samples a second the stream declares (Opus always decodes at 48 000)."""
        return int(self.stream.codec_context.sample_rate or 0)


def read_head(path: Path) -> bytes:
    """The first bytes of a file, as many as `container_of` wants."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a sound file whose container is known by its first bytes.

    Raises `MediaUnreadable` when the container is unknown, cannot be opened or holds no audio stream.
    """
    container = container_of(read_head(path))
    if container is None:
        raise MediaUnreadable("unknown container")
    demuxer = _DEMUXER.get(container, container.value)
    try:
        media = av.open(str(path), mode="r", format=demuxer, metadata_errors="replace")
    except (av.FFmpegError, ValueError, OSError) as error:
        raise MediaUnreadable(str(error)) from error
    try:
        if not media.streams.audio:
            raise NoAudioStream("no audio stream")
        stream = media.streams.audio[0]
        if cast("object", stream.codec_context) is None:
            raise NoDecoder("no decoder for this codec")
        yield Source(container, media, stream)
    finally:
        media.close()


def blocks(source: Source, *, damage: Damage | None = None, from_s: float = 0.0) -> Iterator[Block]:
    """Decode the stream block by block; packets that end more than a second before `from_s` are skipped.

    Undecodable packets are counted in `damage` and left out. A block keeps the frame's own rate and channel
    count, which damaged files may change midway: callers compare with the source.
    """
    tally = damage if damage is not None else Damage()
    tick = float(source.stream.time_base or 0) or 1.0 / max(source.rate_hz, 1)
    origin_s = _origin_s(source, tick)
    clock_s = 0.0
    for packet in _packets(source, tally):
        at = packet.pts if packet.pts is not None else packet.dts
        if from_s > 0 and at is not None and packet.size and at * tick - origin_s < from_s - 1.0:
            continue
        for frame in _frames(source, packet, tally):
            start_s = clock_s
            if frame.pts is not None:
                told_s = frame.pts * tick - origin_s
                if from_s > 0 and clock_s == 0.0:
                    start_s = told_s
                tally.lost_s = max(tally.lost_s, told_s - start_s)
            block = Block(start_s, frame.sample_rate, planar(frame))
            clock_s = start_s + frame.samples / max(frame.sample_rate, 1)
            yield block


def planar(frame: AudioFrame) -> Samples:
    """One decoded frame as planar float32 in [-1, 1]."""
    kind = frame.format.name.removesuffix("p")
    raw: NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        raw = raw.reshape(-1, frame.layout.nb_channels).T
    samples = raw.astype(np.float32)
    if kind == "u8":
        samples -= 128.0
    scale = _SCALE.get(kind)
    if scale is None:
        raise MediaUnreadable(f"sample format {kind}")
    samples /= np.float32(scale)
    np.nan_to_num(samples, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
    return samples


def _origin_s(source: Source, tick: float) -> float:
    """Presentation time of the first audible sample: encoder delay makes it differ from zero."""
    start = source.stream.start_time
    return start * tick if start is not None else 0.0


def _packets(source: Source, tally: Damage) -> Iterator[Any]:
    """Demux until the end; an error of the demuxer ends the stream and counts as a bad ending."""
    packets = source.media.demux(source.stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.FFmpegError, ValueError, OSError):
            tally.bad_packets += 1
            tally.ends_badly = True
            return
        yield packet


def _frames(source: Source, packet: Any, tally: Damage) -> list[AudioFrame]:
    """Decode one packet, or none of it."""
    if packet.size:
        tally.packets += 1
    try:
        frames = source.stream.codec_context.decode(packet if packet.size else None)
    except av.EOFError:
        return []
    except (av.FFmpegError, ValueError, OSError):
        tally.bad_packets += 1
        tally.ends_badly = True
        return []
    if packet.size and frames:
        tally.ends_badly = False
    return frames
