"""MP4/M4A: every top-level box must be whole, and the index (`moov`) must be there (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from recorder.message import Message

_SOUND_BOXES = frozenset({b"moov", b"mdat", b"moof"})
"""Boxes whose loss is a loss of sound; anything else cut short behind them is padding or a stray tag."""


def mp4_flaw(path: Path) -> Message | None:
    """What an MP4 file lacks, or None."""
    size_bytes = path.stat().st_size
    names: set[bytes] = set()
    for name, start, length in _boxes(path, size_bytes):
        if start + length > size_bytes:
            if {b"moov", b"mdat"} <= names and name not in _SOUND_BOXES:
                return None
            return Message(
                "M4A 文件在 %(part)s 段中断，少了 %(number)s 字节",
                part=_printable(name),
                number=start + length - size_bytes,
            )
        names.add(name)
    if b"moov" not in names:
        return Message("M4A 文件缺少索引（moov），录音程序没有正常收尾")
    if b"mdat" not in names:
        return Message("M4A 文件只有索引，没有音频数据（mdat）")
    return None


def _boxes(path: Path, size_bytes: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and claimed length of each top-level box, until one is beyond reason."""
    at = 0
    with path.open("rb") as file:
        while at + 8 <= size_bytes:
            file.seek(at)
            length, name = struct.unpack(">I4s", file.read(8))
            if length == 1:
                wide = file.read(8)
                length = struct.unpack(">Q", wide)[0] if len(wide) == 8 else size_bytes
            elif length == 0:
                length = size_bytes - at
            yield name, at, length
            if length < 8:
                return
            at += length


def _printable(name: bytes) -> str:
    return "".join(chr(byte) if 32 < byte < 127 else "?" for byte in name)
