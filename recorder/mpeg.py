"""MPEG audio frame headers (ISO/IEC 11172-3 and 13818-3): how long a frame is."""

from __future__ import annotations

import mmap

_KBITS = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def mp3_frame_bytes(data: bytes | mmap.mmap, at: int) -> int | None:
    """Length of the MP3 frame at `at`, or None where no frame header stands there."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = (data[at + 1] >> 3) & 3, 4 - ((data[at + 1] >> 1) & 3)
    rate_index, bits_index = (data[at + 2] >> 2) & 3, data[at + 2] >> 4
    if version == 1 or layer == 4 or rate_index == 3 or bits_index in (0, 15):
        return None
    kbits = _KBITS[1 if version == 3 else 2, layer][bits_index]
    rate_hz = _RATES_HZ[version][rate_index]
    padding = (data[at + 2] >> 1) & 1
    if layer == 1:
        return (12_000 * kbits // rate_hz + padding) * 4
    factor = 72_000 if layer == 3 and version != 3 else 144_000
    return factor * kbits // rate_hz + padding
