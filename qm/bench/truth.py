"""Sample calls as a perfect engine would hear them: benches and tests of what comes after hearing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from recorder.types import Role
from transcribe.types import Acoustics, Overlap, Span, Transcript, Utterance, Word

DEAD_AIR_S = 5.0


def transcript_of(truth_path: Path, misheard: Mapping[str, str] | None = None) -> Transcript:
    """The transcript a perfect engine would give, but for the words it was told to mishear."""
    truth = json.loads(truth_path.read_text(encoding="utf-8"))
    said = [_utterance(index, item, misheard or {}) for index, item in enumerate(truth["utterances"])]
    return Transcript(
        utterances=tuple(said),
        acoustics=_acoustics(said),
        duration_s=truth["duration"],
        language="zh",
        engine="truth",
        engine_version="1",
        model="none",
    )


def _utterance(index: int, item: Mapping[str, object], misheard: Mapping[str, str]) -> Utterance:
    text, start_s, end_s = str(item["text"]), float(str(item["start"])), float(str(item["end"]))
    heard = text
    unsure: set[int] = set()
    for right, wrong in misheard.items():
        at = heard.find(right)
        if at >= 0:
            heard = heard.replace(right, wrong, 1)
            unsure.update(range(at, at + len(wrong)))
    step = (end_s - start_s) / len(heard)
    words = tuple(
        Word(char, start_s + step * place, start_s + step * (place + 1), 0.3 if place in unsure else 0.95)
        for place, char in enumerate(heard)
    )
    return Utterance(index, Role(str(item["role"])), start_s, end_s, text, heard, words, 0.95)


def _acoustics(said: list[Utterance]) -> Acoustics:
    pairs = list(pairwise(sorted(said, key=lambda u: u.start_s)))
    return Acoustics(
        voiced={
            role: tuple(Span(u.start_s, u.end_s) for u in said if u.role is role)
            for role in (Role.AGENT, Role.CUSTOMER)
        },
        dead_air=tuple(Span(a.end_s, b.start_s) for a, b in pairs if b.start_s - a.end_s >= DEAD_AIR_S),
        overlaps=tuple(Overlap(b.start_s, a.end_s, b.role) for a, b in pairs if b.start_s < a.end_s),
    )
