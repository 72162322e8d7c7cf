"""Containers that are a row of frames: the last frame must be whole.

Frame lengths: MP3 by ISO/IEC 11172-3 and 13818-3 headers, ADTS by ISO/IEC 13818-7, AMR by RFC 4867 (table of
octet-aligned storage frames), GSM 06.10 always 33 bytes. An MP3 that carries a Xing or Info header also
tells how many bytes it had when it was written.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recorder.message import Message
from recorder.mpeg import mp3_frame_bytes

_AMR_NB = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)
_AMR_WB = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1)


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    """A (not empty) file's bytes without reading them all into memory."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def amr_flaw(path: Path) -> Message | None:
    """Whether an AMR file ends inside a frame."""
    with _mapped(path) as data:
        return _amr_flaw(data)


def _amr_flaw(data: mmap.mmap) -> Message | None:
    wide = data[:9] == b"#!AMR-WB\n"
    lengths = _AMR_WB if wide else _AMR_NB
    at = 9 if wide else 6
    if len(data) < at:
        return Message("%(kind)s 文件头不完整", kind="AMR")
    while at < len(data):
        at += lengths[(data[at] >> 3) & 0x0F]
    return Message("%(kind)s 文件的最后一帧不完整", kind="AMR") if at > len(data) else None


def adts_flaw(path: Path) -> Message | None:
    """Whether an ADTS (raw AAC) file ends inside a frame."""
    with _mapped(path) as data:
        return _adts_flaw(data)


def _adts_flaw(data: mmap.mmap) -> Message | None:
    at = 0
    while at + 7 <= len(data) and data[at] == 0xFF and data[at + 1] & 0xF6 == 0xF0:
        length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        if length < 7:
            return None
        at += length
    cut = at > len(data) or (at < len(data) and data[at] == 0xFF and len(data) - at < 7)
    return Message("%(kind)s 文件的最后一帧不完整", kind="AAC") if cut else None


def gsm_flaw(path: Path) -> Message | None:
    """Whether a raw GSM 6.10 file ends inside a frame."""
    return Message("%(kind)s 文件的最后一帧不完整", kind="GSM") if path.stat().st_size % 33 else None


def mp3_flaw(path: Path) -> Message | None:
    """Whether an MP3 file ends inside a frame, or before the length its own header names."""
    with _mapped(path) as data:
        return _mp3_flaw(data)


def _mp3_flaw(data: mmap.mmap) -> Message | None:
    at = first = _after_id3(data)
    if first >= len(data):
        return Message("%(kind)s 文件在标签处中断", kind="MP3")
    claimed_bytes = _xing_bytes(data, first)
    if claimed_bytes and first + claimed_bytes > len(data):
        return Message(
            "%(kind)s 文件头写有 %(claimed)s 字节音频，实际只有 %(present)s 字节",
            kind="MP3",
            claimed=claimed_bytes,
            present=len(data) - first,
        )
    while (length := mp3_frame_bytes(data, at)) is not None:
        at += length
    cut = at > len(data) or (at < len(data) and len(data) - at < 4 and data[at] == 0xFF)
    return Message("%(kind)s 文件的最后一帧不完整", kind="MP3") if cut else None


def _after_id3(data: mmap.mmap) -> int:
    """Where the frames begin: after an ID3v2 tag, if there is one."""
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    size = (data[6] & 0x7F) << 21 | (data[7] & 0x7F) << 14 | (data[8] & 0x7F) << 7 | (data[9] & 0x7F)
    return 10 + size + (10 if data[5] & 0x10 else 0)


def _xing_bytes(data: mmap.mmap, first: int) -> int | None:
    """Bytes of sound that the Xing or Info header of the first frame names, or None."""
    frame = data[first : first + (mp3_frame_bytes(data, first) or 0)]
    for name in (b"Xing", b"Info"):
        at = frame.find(name, 0, 64)
        if at >= 0 and len(frame) >= at + 16:
            flags = struct.unpack(">I", frame[at + 4 : at + 8])[0]
            if flags & 2:
                offset = at + 8 + (4 if flags & 1 else 0)
                return int(struct.unpack(">I", frame[offset : offset + 4])[0])
    return None
