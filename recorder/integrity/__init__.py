"""Is the file whole? One checker a container: each reads the container's own account of its length.

A checker returns None when nothing is missing, or one Chinese sentence naming what is. What a container
cannot tell is left to decoding (`probe`): a checker never guesses.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from recorder.integrity.flac import flac_flaw
from recorder.integrity.frames import adts_flaw, amr_flaw, gsm_flaw, mp3_flaw
from recorder.integrity.mp4 import mp4_flaw
from recorder.integrity.ogg import ogg_flaw
from recorder.integrity.riff import wav_flaw
from recorder.message import Message
from recorder.sniff import Container

_CHECKERS: dict[Container, Callable[[Path], Message | None]] = {
    Container.WAV: wav_flaw,
    Container.OGG: ogg_flaw,
    Container.MP4: mp4_flaw,
    Container.MP3: mp3_flaw,
    Container.AMR: amr_flaw,
    Container.ADTS: adts_flaw,
    Container.GSM: gsm_flaw,
    Container.FLAC: flac_flaw,
}


def flaw(path: Path, container: Container) -> Message | None:
    """What is missing from the file by its container's own account, or None."""
    return _CHECKERS[container](path)


__all__ = ["flaw"]
