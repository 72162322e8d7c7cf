"""WAV: the data chunk must hold as many bytes as its header says."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from recorder.message import Message

UNKNOWN_LENGTH = 0xFFFFFFFF
"""Length that writers to a pipe leave in the header: the data runs to the end of the file."""


@dataclass(frozen=True, slots=True)
class WavLayout:
    """Where the sound of a WAV file lies. `data_bytes` is the header's claim, `present_bytes` the fact."""

    has_format: bool
    data_bytes: int | None
    present_bytes: int


def wav_layout(path: Path) -> WavLayout:
    """Walk the chunks of a WAV file up to its data chunk."""
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        file.seek(12)
        has_format = False
        while (chunk := _chunk(file)) is not None:
            name, length = chunk
            if name == b"data":
                return WavLayout(has_format, length, size_bytes - file.tell())
            has_format = has_format or name == b"fmt "
            if file.tell() + length > size_bytes:
                break
            file.seek(length + length % 2, 1)
    return WavLayout(has_format, None, 0)


def wav_flaw(path: Path) -> Message | None:
    """What a WAV file lacks by its own header, or None."""
    layout = wav_layout(path)
    if layout.data_bytes is None:
        return Message("WAV 文件里没有音频数据块")
    if layout.data_bytes == UNKNOWN_LENGTH:
        return None
    if layout.data_bytes == 0 and layout.present_bytes > 1024:
        return Message("WAV 文件头写的数据长度是 0，录音程序没有正常收尾")
    if layout.present_bytes < layout.data_bytes:
        return Message(
            "%(kind)s 文件头写有 %(claimed)s 字节音频，实际只有 %(present)s 字节",
            kind="WAV",
            claimed=layout.data_bytes,
            present=layout.present_bytes,
        )
    return None


def _chunk(file: BinaryIO) -> tuple[bytes, int] | None:
    header = file.read(8)
    if len(header) < 8:
        return None
    name, length = struct.unpack("<4sI", header)
    return name, length
