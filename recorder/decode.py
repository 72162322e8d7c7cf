"""Turn a probed file into samples for hearing: one array a role, at the rate the engine wants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from recorder.media import Block, MediaUnreadable, Samples, blocks, open_source
from recorder.message import Message
from recorder.types import AudioInfo, AudioRefused, CallAudio, Refusal, Role

HEARING_RATE_HZ = 16_000
"""Sampling rate speech recognition works at."""

Roles = tuple[Role, Role]
"""Role of the first (left) and the second (right) channel."""


def decode(
    path: Path,
    *,
    info: AudioInfo,
    roles: Roles = (Role.AGENT, Role.CUSTOMER),
    rate_hz: int = HEARING_RATE_HZ,
) -> CallAudio:
    """The whole sound of a probed file, float32 at `rate_hz`, written straight into its final arrays.

    Two channels map to `roles`; mono and identical channels map to `Role.UNKNOWN`. `info` must be what
    `probe` said of this file. Raises `AudioRefused` where the file can no longer be decoded.
    """
    rows = 2 if info.speakers_apart else 1
    sound = np.zeros((rows, int(info.duration_s * rate_hz) + rate_hz), dtype=np.float32)
    filled = 0
    for piece in _resampled(_all_blocks(path), channels=info.channels, rate_hz=rate_hz):
        taken = min(piece.shape[1], sound.shape[1] - filled)
        sound[:, filled : filled + taken] = piece[:rows, :taken]
        filled += taken
    if not filled:
        raise AudioRefused(Refusal.NOT_AUDIO, Message("文件已无法解码。请重新核对存储中的原始文件"))
    return CallAudio(_by_role(sound[:, :filled], roles), rate_hz, filled / rate_hz)


def decode_span(
    path: Path, start_s: float, end_s: float, *, rate_hz: int | None = None
) -> tuple[Samples, int]:
    """Sound between two times as planar float32 of shape (channels, n), and its rate in Hz.

    Without `rate_hz` the file's own rate is kept. Times beyond the end give fewer (or no) samples. Decoding
    begins shortly before `start_s`, never at the beginning of a long file. Raises `AudioRefused` where the
    file cannot be opened.
    """
    pieces: list[Samples] = []
    source_rate_hz = 0
    try:
        with open_source(path) as source:
            for block in blocks(source, from_s=start_s):
                source_rate_hz = source_rate_hz or block.rate_hz
                if block.start_s >= end_s:
                    break
                pieces.append(_cut(block, start_s, end_s))
            channels = source.channels
    except MediaUnreadable as error:
        raise AudioRefused(
            Refusal.NOT_AUDIO, Message("文件已无法打开。请重新核对存储中的原始文件")
        ) from error
    whole = [piece for piece in pieces if piece.shape[0] == channels and piece.shape[1]]
    sound = np.concatenate(whole, axis=1) if whole else np.zeros((channels, 0), dtype=np.float32)
    if rate_hz is None or rate_hz == source_rate_hz or not sound.shape[1]:
        return sound, rate_hz or source_rate_hz
    block = Block(start_s, source_rate_hz, sound)
    return np.concatenate(list(_resampled([block], channels=channels, rate_hz=rate_hz)), axis=1), rate_hz


def _all_blocks(path: Path) -> Iterator[Block]:
    try:
        with open_source(path) as source:
            yield from blocks(source)
    except MediaUnreadable as error:
        raise AudioRefused(
            Refusal.NOT_AUDIO, Message("文件已无法打开。请重新核对存储中的原始文件")
        ) from error


def _cut(block: Block, start_s: float, end_s: float) -> Samples:
    """The part of a block between two times."""
    first = max(0, round((start_s - block.start_s) * block.rate_hz))
    last = max(0, round((end_s - block.start_s) * block.rate_hz))
    return block.samples[:, first:last]


def _resampled(source: Iterable[Block], *, channels: int, rate_hz: int) -> Iterator[Samples]:
    """The same sound at `rate_hz`; blocks whose shape damage changed midway are left out."""
    resampler: AudioResampler | None = None
    layout = "mono" if channels == 1 else "stereo"
    first_rate_hz = 0
    for block in source:
        first_rate_hz = first_rate_hz or block.rate_hz
        if block.samples.shape[0] != channels or block.rate_hz != first_rate_hz:
            continue
        if block.rate_hz == rate_hz:
            yield block.samples
            continue
        resampler = resampler or AudioResampler(format="fltp", layout=layout, rate=rate_hz)
        yield from _planes(resampler, _frame(block, layout))
    if resampler is not None:
        yield from _planes(resampler, None)


def _planes(resampler: AudioResampler, frame: AudioFrame | None) -> Iterator[Samples]:
    for made in resampler.resample(frame):
        yield made.to_ndarray().astype(np.float32, copy=False)


def _frame(block: Block, layout: str) -> AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.samples), format="fltp", layout=layout)
    frame.sample_rate = block.rate_hz
    return frame


def _by_role(sound: Samples, roles: Roles) -> dict[Role, Samples]:
    if sound.shape[0] == 1:
        return {Role.UNKNOWN: sound[0]}
    return {roles[0]: sound[0], roles[1]: sound[1]}
