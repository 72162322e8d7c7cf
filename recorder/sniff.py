"""Tell the container of a file from its first bytes, so that FFmpeg is only ever asked for formats we accept.

FFmpeg's own guessing would also open playlists that name other files; a forced format cannot.
"""

from __future__ import annotations

from enum import StrEnum

from recorder.message import Message
from recorder.mpeg import mp3_frame_bytes


class Container(StrEnum):
    """Containers that can carry a recording. The value is stored in `AudioInfo.container`."""

    WAV = "wav"
    OGG = "ogg"
    MP3 = "mp3"
    MP4 = "mp4"
    FLAC = "flac"
    AMR = "amr"
    ADTS = "aac"
    GSM = "gsm"


HEAD_BYTES = 4096
"""How many first bytes `container_of` wants to see."""

_OTHER_MEDIA: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x1a\x45\xdf\xa3", "WebM/Matroska"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMA/ASF"),
    (0, b"FLV\x01", "FLV"),
    (0, b"caff", "CAF"),
    (0, b"FORM", "AIFF"),
    (0, b".snd", "AU"),
    (0, b"#!AMR_MC", Message("多声道 AMR")),
    (0, b"#!AMR-WB_MC", Message("多声道 AMR-WB")),
    (0, b"#!SILK_V3", "SILK"),
    (0, b"\x02#!SILK_V3", "SILK"),
    (8, b"AVI ", "AVI"),
    (0, b"RF64", "RF64 WAV"),
    (0, b"RIFX", Message("大端 WAV")),
)

_DOCUMENTS: tuple[tuple[bytes, Message], ...] = (
    (b"PK\x03\x04", Message("压缩包或 Office 文档")),
    (b"Rar!", Message("压缩包")),
    (b"7z\xbc\xaf", Message("压缩包")),
    (b"\x1f\x8b", Message("压缩包")),
    (b"%PDF", Message("PDF 文档")),
    (b"\x89PNG", Message("图片")),
    (b"\xff\xd8\xff", Message("图片")),
    (b"GIF8", Message("图片")),
    (b"\xd0\xcf\x11\xe0", Message("Office 文档")),
    (b"MZ", Message("程序")),
    (b"\x7fELF", Message("程序")),
    (b"<", Message("网页或 XML 文本")),
    (b"{", Message("JSON 文本")),
    (b"#EXTM3U", Message("播放列表")),
)


def container_of(head: bytes) -> Container | None:
    """The accepted container that begins with `head`, or None."""
    if head[:4] == b"RIFF" and (head[8:12] == b"WAVE" or len(head) < 12):
        return Container.WAV
    if other_media(head):
        return None
    for magic, container in (
        (b"OggS", Container.OGG),
        (b"fLaC", Container.FLAC),
        (b"#!AMR", Container.AMR),
    ):
        if head.startswith(magic):
            return container
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return Container.MP4
    return _frame_container(head)


def other_media(head: bytes) -> str | None:
    """The name of a media format that is known but not accepted, or None."""
    for offset, magic, name in _OTHER_MEDIA:
        if head[offset : offset + len(magic)] == magic:
            return name
    return None


def document_kind(head: bytes) -> Message | None:
    """What a file that is not media looks like, in a word for the message, or None."""
    for magic, name in _DOCUMENTS:
        if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(magic):
            return name
    return None


def _frame_container(head: bytes) -> Container | None:
    """Containers without a magic number: they are known by repeated frame headers."""
    if head.startswith(b"ID3"):
        return Container.MP3
    if len(head) >= 4 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0 and (head[2] >> 2) & 0xF < 13:
        return Container.ADTS
    if _two_mp3_frames(head):
        return Container.MP3
    frames = head[: 33 * 20]
    if len(frames) >= 33 * 4 and all(byte & 0xF0 == 0xD0 for byte in frames[::33]):
        return Container.GSM
    return None


def _two_mp3_frames(head: bytes) -> bool:
    """True where a frame header stands first and, as far as the bytes reach, another one after its frame."""
    length = mp3_frame_bytes(head, 0)
    if not length:
        return False
    return length + 4 > len(head) or mp3_frame_bytes(head, length) is not None
