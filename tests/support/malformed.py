"""Forty files that are no good recordings, each with the refusal it must meet; made from generated sound."""

from __future__ import annotations

import gzip
import struct
import zipfile
from pathlib import Path

import numpy as np

from recorder.types import Refusal
from tests.support import audio

EXPECTED: dict[str, Refusal] = {
    # nothing there
    "empty.wav": Refusal.EMPTY,
    "empty.mp3": Refusal.EMPTY,
    "header_only.wav": Refusal.EMPTY,
    # not sound at all
    "page.wav": Refusal.NOT_AUDIO,
    "document.mp3": Refusal.NOT_AUDIO,
    "picture.ogg": Refusal.NOT_AUDIO,
    "noise.wav": Refusal.NOT_AUDIO,
    "zeros.mp3": Refusal.NOT_AUDIO,
    "archive.wav": Refusal.NOT_AUDIO,
    "packed.m4a": Refusal.NOT_AUDIO,
    "playlist.mp3": Refusal.NOT_AUDIO,
    "calldata.wav": Refusal.NOT_AUDIO,
    "program.flac": Refusal.NOT_AUDIO,
    "wav_without_format.wav": Refusal.NOT_AUDIO,
    "flac_without_frames_of_its_own.flac": Refusal.NOT_AUDIO,
    # cut off
    "riff_alone.wav": Refusal.TRUNCATED,
    "cut_pcm.wav": Refusal.TRUNCATED,
    "cut_by_one_byte.wav": Refusal.TRUNCATED,
    "cut_mulaw.wav": Refusal.TRUNCATED,
    "cut_gsm.wav": Refusal.TRUNCATED,
    "never_closed.wav": Refusal.TRUNCATED,
    "cut.mp3": Refusal.TRUNCATED,
    "cut_at_a_frame.mp3": Refusal.TRUNCATED,
    "cut.ogg": Refusal.TRUNCATED,
    "cut_at_a_page.ogg": Refusal.TRUNCATED,
    "cut.m4a": Refusal.TRUNCATED,
    "without_index.m4a": Refusal.TRUNCATED,
    "cut.flac": Refusal.TRUNCATED,
    "cut.amr": Refusal.TRUNCATED,
    "cut.aac": Refusal.TRUNCATED,
    # sound, but nothing in it
    "silent.wav": Refusal.SILENT,
    "silent_mulaw.wav": Refusal.SILENT,
    "silent_stereo.mp3": Refusal.SILENT,
    "faint_hum.flac": Refusal.SILENT,
    "too_short.wav": Refusal.TOO_SHORT,
    # of a kind not taken
    "four_channels.wav": Refusal.UNSUPPORTED,
    "rate_96k.wav": Refusal.UNSUPPORTED,
    "film_without_sound.mp4": Refusal.UNSUPPORTED,
    "sound.webm": Refusal.UNSUPPORTED,
    "two_tracks.m4a": Refusal.UNSUPPORTED,
}
"""Name of each malformed file and why it must be refused (under the default limits)."""


def make_malformed(folder: Path) -> dict[Path, Refusal]:
    """Write the forty files into `folder` (created) and give the refusal each must meet."""
    folder.mkdir(parents=True, exist_ok=True)
    for build in (_nothing, _no_sound, _cut_wav, _cut_coded, _silent, _unsupported):
        build(folder)
    return {folder / name: refusal for name, refusal in EXPECTED.items()}


def _nothing(folder: Path) -> None:
    (folder / "empty.wav").touch()
    (folder / "empty.mp3").touch()
    audio.write_pcm(folder / "header_only.wav", np.zeros((1, 0), np.float32))


def _no_sound(folder: Path) -> None:
    put = {
        "page.wav": b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
        "document.mp3": b"%PDF-1.7\n" + b"1 0 obj\n" * 200,
        "picture.ogg": b"\x89PNG\r\n\x1a\n" + bytes(500),
        "noise.wav": np.random.default_rng(7).integers(0, 128, 20_000, np.uint8).tobytes(),
        "zeros.mp3": bytes(20_000),
        "packed.m4a": gzip.compress(b"sound" * 1000),
        "playlist.mp3": b"#EXTM3U\n#EXTINF:10,\n/etc/passwd\n",
        "calldata.wav": b'{"agent_no": "8021"}',
        "program.flac": b"\x7fELF\x02\x01\x01" + bytes(3000),
        "wav_without_format.wav": _riff(_chunk(b"data", b"\x10\x20" * 20_000)),
        "flac_without_frames_of_its_own.flac": b"fLaC" + b"\x84\x00\x00\x22" + b"\xa5" * 3000,
    }
    for name, data in put.items():
        (folder / name).write_bytes(data)
    with zipfile.ZipFile(folder / "archive.wav", "w") as archive:
        archive.writestr("a.wav", b"RIFF")


def _cut_wav(folder: Path) -> None:
    whole = audio.write_pcm(folder / "_whole.wav", audio.two_speakers(4)).read_bytes()
    mulaw = audio.encode(folder / "_mulaw.wav", audio.two_speakers(4), codec="pcm_mulaw").read_bytes()
    gsm = audio.write_gsm_wav(folder / "_gsm.wav").read_bytes()
    (folder / "riff_alone.wav").write_bytes(b"RIFF")
    (folder / "cut_pcm.wav").write_bytes(whole[: len(whole) // 2])
    (folder / "cut_by_one_byte.wav").write_bytes(whole[:-1])
    (folder / "cut_mulaw.wav").write_bytes(mulaw[: len(mulaw) * 2 // 3])
    (folder / "cut_gsm.wav").write_bytes(gsm[:-100])
    at = whole.index(b"data") + 4
    (folder / "never_closed.wav").write_bytes(whole[:4] + bytes(4) + whole[8:at] + bytes(4) + whole[at + 4 :])
    _remove(folder, "_whole.wav", "_mulaw.wav", "_gsm.wav")


def _cut_coded(folder: Path) -> None:
    codecs = {"mp3": "libmp3lame", "ogg": "libopus", "m4a": "aac", "flac": "flac", "aac": "aac"}
    for ending, codec in codecs.items():
        whole = audio.encode(folder / f"_whole.{ending}", audio.two_speakers(4), codec=codec).read_bytes()
        _cutters(folder, ending, whole)
        _remove(folder, f"_whole.{ending}")
    whole = audio.encode(folder / "_whole.amr", audio.bursts(4), codec="libopencore_amrnb").read_bytes()
    (folder / "cut.amr").write_bytes(whole[:-7])
    _remove(folder, "_whole.amr")


def _cutters(folder: Path, ending: str, whole: bytes) -> None:
    (folder / f"cut.{ending}").write_bytes(whole[: len(whole) * 3 // 5 + 1])
    if ending == "mp3":
        frame = whole.rindex(b"\xff\xe3", 0, len(whole) * 4 // 5)
        (folder / "cut_at_a_frame.mp3").write_bytes(whole[:frame])
    if ending == "ogg":
        (folder / "cut_at_a_page.ogg").write_bytes(whole[: whole.rindex(b"OggS")])
    if ending == "m4a":
        (folder / "without_index.m4a").write_bytes(whole[: whole.index(b"moov") - 4])


def _silent(folder: Path) -> None:
    nothing = np.zeros((1, 24_000), np.float32)
    audio.write_pcm(folder / "silent.wav", nothing)
    audio.encode(folder / "silent_mulaw.wav", nothing, codec="pcm_mulaw")
    audio.encode(folder / "silent_stereo.mp3", np.repeat(nothing, 2, axis=0), codec="libmp3lame")
    audio.encode(folder / "faint_hum.flac", audio.bursts(3, level=0.001), codec="flac")
    audio.write_pcm(folder / "too_short.wav", audio.bursts(0.4))


def _unsupported(folder: Path) -> None:
    four = np.concatenate([audio.two_speakers(2), audio.two_speakers(2, seed=9)])
    audio.encode(folder / "four_channels.wav", four, codec="pcm_s16le")
    audio.write_pcm(folder / "rate_96k.wav", audio.bursts(2, rate_hz=96_000), rate_hz=96_000)
    audio.write_film(folder / "film_without_sound.mp4")
    audio.encode(folder / "sound.webm", audio.two_speakers(2), codec="libopus")
    audio.write_two_tracks(folder / "two_tracks.m4a", audio.bursts(2), audio.bursts(2, seed=2))


def _riff(chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data


def _remove(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).unlink()
