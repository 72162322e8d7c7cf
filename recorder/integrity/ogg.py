"""Ogg: the stream must end with a whole page that carries the end-of-stream flag (RFC 3533, section 6)."""

from __future__ import annotations

from pathlib import Path

from recorder.message import Message

_MAX_PAGE_BYTES = 27 + 255 + 255 * 255
_END_OF_STREAM = 0x04


def ogg_flaw(path: Path) -> Message | None:
    """What an Ogg file lacks at its end, or None."""
    with path.open("rb") as file:
        size_bytes = file.seek(0, 2)
        file.seek(max(0, size_bytes - 2 * _MAX_PAGE_BYTES))
        tail = file.read()
    at = tail.rfind(b"OggS")
    while at >= 0:
        length = _page_bytes(tail, at)
        if length is None or at + length > len(tail):
            return Message("%(kind)s 文件的最后一页不完整", kind="Ogg")
        if at + length == len(tail) or at + length + 4 > len(tail) or tail[at + length :][:4] != b"OggS":
            return None if tail[at + 5] & _END_OF_STREAM else Message("%(kind)s 文件没有结束标志", kind="Ogg")
        at = tail.rfind(b"OggS", 0, at)
    return Message("%(kind)s 文件的最后一页不完整", kind="Ogg")


def _page_bytes(tail: bytes, at: int) -> int | None:
    """Length of the page at `at` by its segment table, or None where the table itself is cut."""
    if at + 27 > len(tail):
        return None
    segments = tail[at + 26]
    if at + 27 + segments > len(tail):
        return None
    return 27 + segments + sum(tail[at + 27 : at + 27 + segments])
