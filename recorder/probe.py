"""Find out what a file is and whether it is sound, hearing it once in small blocks.

The order of questions: is there anything, is it audio, is it a kind we take, is it whole, is it too long or
too short, does it carry sound at all. The first "no" is raised as `AudioRefused` with words that say what to
do; nothing else leaves `probe`, whatever the bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from recorder import verdict
from recorder.integrity import flaw
from recorder.integrity.riff import UNKNOWN_LENGTH, wav_layout
from recorder.limits import Limits
from recorder.media import Block, Damage, MediaUnreadable, Source, blocks, open_source, read_head
from recorder.message import Message
from recorder.signal import SignalFacts
from recorder.sniff import Container, container_of
from recorder.types import AudioInfo

_U8_SILENCE_PEAK = 1.5 / 128
"""8-bit PCM wavers by one step in silence, which alone is louder than the usual limit."""

_LOST_S = 0.25
"""Distance between the file's clock and the decoded sound that is worth a word."""

_PICTURES = frozenset({"mjpeg", "png", "bmp", "gif", "webp"})
"""Codecs of cover pictures, which FFmpeg shows as films of one frame."""


@dataclass(slots=True)
class _Heard:
    """What one pass over the sound found. Rate and channels are those of the first decoded block."""

    damage: Damage
    rate_hz: int = 0
    facts: SignalFacts | None = None
    odd_blocks: int = 0

    @property
    def duration_s(self) -> float:
        return self.facts.samples / self.rate_hz if self.facts and self.rate_hz else 0.0

    def add(self, block: Block) -> None:
        """Take a block in, or count it as odd where damage changed its rate or channels midway."""
        channels = block.samples.shape[0]
        if self.facts is None:
            self.facts, self.rate_hz = SignalFacts(channels), block.rate_hz
        if (channels, block.rate_hz) == (self.facts.channels, self.rate_hz):
            self.facts.add(block.samples)
        else:
            self.odd_blocks += 1


def probe(path: Path, *, limits: Limits | None = None) -> AudioInfo:
    """Facts about the sound file at `path`; hears it once, keeping only running sums.

    Raises `AudioRefused` (with reason and a Chinese sentence saying what to do) when the file cannot become
    a recording, and `OSError` only when the file itself cannot be read.
    """
    bounds = limits or Limits()
    size_bytes = path.stat().st_size
    head = read_head(path)
    container = container_of(head)
    if container is None:
        raise verdict.not_a_recording(head)
    missing = flaw(path, container)
    try:
        with open_source(path) as source:
            verdict.check_stream(source, bounds)
            heard = _hear(source, bounds)
            missing = missing or _flac_flaw(source, heard)
            codec, warnings = source.codec, _stream_warnings(source)
    except MediaUnreadable as error:
        raise verdict.unreadable(error, container, missing) from error
    facts = heard.facts
    if facts is None or not facts.samples:
        raise verdict.nothing_heard(container, heard.damage, missing)
    verdict.check_whole(container, heard.damage, missing)
    verdict.check_decoded(facts.channels, heard.rate_hz, heard.duration_s, bounds)
    silence_peak = max(bounds.silence_peak, _U8_SILENCE_PEAK if codec == "pcm_u8" else 0.0)
    verdict.check_sound(facts.peaks(), silence_peak)
    return AudioInfo(
        container=container.value,
        codec=codec,
        channels=facts.channels,
        rate_hz=heard.rate_hz,
        duration_s=heard.duration_s,
        identical_channels=facts.identical(),
        size_bytes=size_bytes,
        sha256=sha256_of(path),
        warnings=warnings + _sound_warnings(path, container, heard, silence_peak),
    )


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes as lower-case hex, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hear(source: Source, bounds: Limits) -> _Heard:
    """Decode to the end, or until the recording is longer than allowed."""
    heard = _Heard(Damage())
    for block in blocks(source, damage=heard.damage):
        heard.add(block)
        if heard.duration_s > bounds.max_duration_s:
            raise verdict.too_long(bounds)
    return heard


def _flac_flaw(source: Source, heard: _Heard) -> Message | None:
    """FLAC names its number of samples in the header: fewer decoded means the rest is missing."""
    if source.container is not Container.FLAC or not source.stream.duration or not source.stream.time_base:
        return None
    claimed_s = float(source.stream.duration * source.stream.time_base)
    if heard.duration_s < claimed_s - 0.001:
        told = {"kind": "FLAC", "claimed": f"{claimed_s:.1f}", "present": f"{heard.duration_s:.1f}"}
        return Message("%(kind)s 文件头写有 %(claimed)s 秒，实际只能解出 %(present)s 秒", **told)
    return None


def _stream_warnings(source: Source) -> tuple[Message, ...]:
    """Facts about the container that the operator should know."""
    films = [video for video in source.media.streams.video if video.codec_context.name not in _PICTURES]
    return (Message("文件带有视频画面，只使用其中的声音"),) if films else ()


def _sound_warnings(
    path: Path, container: Container, heard: _Heard, silence_peak: float
) -> tuple[Message, ...]:
    """Facts about the sound that do not refuse the file."""
    assert heard.facts is not None
    found = []
    if heard.facts.identical():
        found.append(Message("两个声道内容相同，按单声道处理"))
    elif heard.facts.channels == 2:
        found += [
            Message("第 %(number)s 声道没有声音", number=number)
            for number, peak in enumerate(heard.facts.peaks(), start=1)
            if peak < silence_peak
        ]
    damaged = heard.damage.bad_packets + heard.odd_blocks
    if damaged:
        found.append(Message("有 %(number)s 处数据损坏，已跳过", number=damaged))
    if heard.damage.lost_s > _LOST_S:
        lost = f"{heard.damage.lost_s:.1f}"
        found.append(Message("录音中间缺少约 %(seconds)s 秒，之后的时间会提前", seconds=lost))
    if container is Container.WAV and wav_layout(path).data_bytes == UNKNOWN_LENGTH:
        found.append(Message("文件头没有写数据长度，已按实际数据读取，无法判断结尾是否完整"))
    return tuple(found)
