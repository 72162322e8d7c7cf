"""`qm bench hearing`: characters, speed, phrases and acoustics on a folder of calls with known truth."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recorder.decode import decode
from recorder.limits import Limits
from recorder.probe import probe
from recorder.types import CallAudio, Role
from transcribe.acoustics import interruptions
from transcribe.bench.errors import RULES, Errors, compare
from transcribe.bench.phrases import Score, read_phrases, read_truth, score_all
from transcribe.bench.reference import BatchedReference
from transcribe.engines import prover_of
from transcribe.types import Transcriber, Transcript

Json = dict[str, Any]
GROUP = 8
"""Calls heard together, like those that wait in a worker's queue."""


@dataclass(frozen=True, slots=True)
class Known:
    """One call of the folder: its sound and what a careful listener wrote down."""

    id: str
    audio: CallAudio
    truth: Json

    def said(self, role: Role) -> str:
        """True text of a role; everybody's for `UNKNOWN`."""
        turns = self.truth.get("utterances", [])
        return "".join(t["text"] for t in turns if role is Role.UNKNOWN or t["role"] == role.value)


@dataclass(slots=True)
class HearingReport:
    """Figures of one run; `to_json` gives them under their published names."""

    calls: int = 0
    audio_s: float = 0.0
    seconds: float = 0.0
    reference_s: float | None = None
    shown: dict[str, Errors] = field(default_factory=dict)
    heard: Errors = field(default_factory=Errors)
    reference: Errors = field(default_factory=Errors)
    phrases: dict[str, Score] = field(default_factory=dict)
    dead_air_errors_s: list[float] = field(default_factory=list)
    interruption_errors: list[int] = field(default_factory=list)
    worst: list[tuple[str, float]] = field(default_factory=list)

    def to_json(self) -> Json:
        """Figures for machines. A figure that was not measured in this run is null."""
        rtf, against = self.seconds / self.audio_s, self.reference_s
        return {
            "calls": self.calls,
            "audio_s": round(self.audio_s, 2),
            "cer": _rate(sum(self.shown.values(), Errors())),
            "cer_agent": _rate(self.shown.get(Role.AGENT, Errors())),
            "cer_customer": _rate(self.shown.get(Role.CUSTOMER, Errors())),
            "cer_mono": _rate(self.shown.get(Role.UNKNOWN, Errors())),
            "cer_heard": _rate(self.heard),
            "cer_reference": _rate(self.reference),
            "rtf": rtf,
            "rtf_reference": against / self.audio_s if against else None,
            "speedup": against / self.seconds if against else None,
            **_phrase_figures(self.phrases),
            "dead_air_error_s": _mean(self.dead_air_errors_s),
            "interruptions_error": _mean(self.interruption_errors),
            "worst_calls": [{"id": call, "cer": rate} for call, rate in self.worst[:5]],
            "normaliser": list(RULES),
        }


def run(
    folder: Path,
    phrases_file: Path | None,
    against: str | None,
    transcriber: Transcriber,
    *,
    threads: int = 0,
) -> HearingReport:
    """Hears every call of `folder` with `transcriber` and compares.

    Calls are heard in groups of `GROUP`, as the worker hears a queue. `against` `faster-whisper` hears
    the same group with its batched pipeline right after, so that a busy machine slows both.
    Raises `FileNotFoundError` where the folder holds no known calls.
    """
    calls = load(folder)
    reference = _reference(against, transcriber, threads)
    transcriber.transcribe(calls[0].audio)
    report, transcripts = HearingReport(calls=len(calls)), {}
    for at in range(0, len(calls), GROUP):
        group = calls[at : at + GROUP]
        began = time.perf_counter()
        heard = _hear(transcriber, [call.audio for call in group])
        report.seconds += time.perf_counter() - began
        for call, transcript in zip(group, heard, strict=True):
            report.audio_s += call.audio.duration_s
            transcripts[call.id] = transcript
            _compare(report, call, transcript)
            if reference:
                _compare_reference(report, call, reference)
    report.worst.sort(key=lambda found: -found[1])
    if phrases_file:
        report.phrases = _phrases(folder, calls, transcripts, read_phrases(phrases_file), transcriber)
    return report


def _hear(transcriber: Transcriber, calls: list[CallAudio]) -> list[Transcript]:
    many = getattr(transcriber, "transcribe_many", None)
    return list(many(calls)) if many else [transcriber.transcribe(call) for call in calls]


def load(folder: Path) -> list[Known]:
    """Calls of a folder in the format of the samples, in order of their names."""
    found = []
    for file in sorted(folder.glob("*.json")):
        truth = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(truth, dict) and "utterances" in truth and "file" in truth:
            path = folder / truth["file"]
            found.append(Known(file.stem, decode(path, info=probe(path, limits=Limits())), truth))
    if not found:
        raise FileNotFoundError(f"{folder} 里没有带标注的通话（每个录音旁应有同名 .json）。")
    return found


def _reference(against: str | None, transcriber: Transcriber, threads: int) -> BatchedReference | None:
    weights = getattr(transcriber, "weights", None)
    if against is None or weights is None:
        return None
    return BatchedReference(weights, threads=threads or os.cpu_count() or 1)


def _compare(report: HearingReport, call: Known, transcript: Transcript) -> None:
    total = Errors()
    for role in call.audio.channels:
        mine = [u for u in transcript.utterances if role is Role.UNKNOWN or u.role is role]
        errors = compare(call.said(role), "".join(u.text for u in mine))
        report.shown[role] = report.shown.get(role, Errors()) + errors
        report.heard += compare(call.said(role), "".join(u.heard for u in mine))
        total += errors
    report.worst.append((call.id, total.rate or 0.0))
    labels = call.truth.get("labels", {})
    if "dead_air_s" in labels:
        silent_s = sum(span.duration_s for span in transcript.acoustics.dead_air)
        report.dead_air_errors_s.append(abs(silent_s - float(labels["dead_air_s"])))
    if "agent_interrupts" in labels and Role.AGENT in call.audio.channels:
        counted = len(interruptions(transcript.acoustics))
        report.interruption_errors.append(abs(counted - int(labels["agent_interrupts"])))


def _compare_reference(report: HearingReport, call: Known, reference: BatchedReference) -> None:
    texts, seconds = reference.hear(call.audio)
    report.reference_s = (report.reference_s or 0.0) + seconds
    for role, text in texts.items():
        report.reference += compare(call.said(Role(role)), text)


def _phrases(
    folder: Path,
    calls: Sequence[Known],
    transcripts: dict[str, Transcript],
    phrases: list[str],
    transcriber: Transcriber,
) -> dict[str, Score]:
    audio = {call.id: call.audio for call in calls}
    return score_all(
        read_truth(folder), transcripts, phrases,
        prover=lambda call: prover_of(transcriber, audio[call]),
    )  # fmt: skip


def _phrase_figures(scores: dict[str, Score]) -> Json:
    names = {"phrases": "ours", "phrases_exact": "exact", "phrases_sound": "sound", "phrases_text": "text"}
    figures: Json = {
        name: {"precision": s.precision, "recall": s.recall, "f1": s.f1}
        for name, key in names.items()
        if (s := scores.get(key))
    }
    ours = scores.get("ours")
    return {**figures, "hit_start_error_p95_s": ours.start_error_p95_s if ours else None}


def _rate(errors: Errors) -> float | None:
    return errors.rate


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
