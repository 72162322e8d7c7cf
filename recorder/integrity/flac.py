"""FLAC: the metadata blocks must be whole and be followed by sound (RFC 9639, section 8)."""

from __future__ import annotations

from pathlib import Path

from recorder.message import Message


def flac_flaw(path: Path) -> Message | None:
    """What a FLAC file lacks before its first frame, or None; missing frames show while decoding."""
    size_bytes = path.stat().st_size
    at, last = 4, False
    with path.open("rb") as file:
        while not last:
            file.seek(at)
            header = file.read(4)
            if len(header) < 4:
                return Message("%(kind)s 文件头不完整", kind="FLAC")
            last = bool(header[0] & 0x80)
            at += 4 + int.from_bytes(header[1:])
    return Message("%(kind)s 文件只有文件头，没有音频数据", kind="FLAC") if at >= size_bytes else None
