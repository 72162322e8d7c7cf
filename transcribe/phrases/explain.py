"""Why a phrase matches or does not, in a form that a person can follow."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from transcribe.normalize import Reading, normalize
from transcribe.phrases.dense import limit
from transcribe.phrases.evidence import likelihood, measure, other_number
from transcribe.phrases.guard import negated
from transcribe.phrases.similar import ACCEPTED, CERTAIN, DOUBTED, UNSURE_MAX
from transcribe.phrases.trace import Step, anywhere, covered
from transcribe.sound import readings
from transcribe.sound.space import sounds
from transcribe.types import MatchKind

_CONFIDENCE = 0.6
"""Word probability assumed where only text is given; wrong words are rarely surer."""


class Decision(StrEnum):
    """What the matcher makes of a phrase beside a text."""

    FOUND = "found"
    DOUBTED = "doubted"
    """Second listening decides; without it the phrase counts as not found."""
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Pair:
    """One syllable of the phrase beside one heard; empty where there is none."""

    wanted: str
    wanted_sound: str
    heard: str
    heard_sound: str
    distance: float
    note: str
    """Chinese word for the kind of difference, empty for equal characters."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The best place of a phrase in a text and what is decided of it."""

    phrase: str
    heard: str
    """The stretch that comes nearest."""
    pairs: tuple[Pair, ...]
    distance: float
    limit: float
    """Distance up to which the phrase is considered at all."""
    likelihood: float
    match: MatchKind | None
    decision: Decision
    negated: bool

    def render(self) -> str:
        """Plain text table in Chinese with the decision below."""
        rows = [("短语", "读音", "听到", "读音", "代价", "")]
        rows += [
            (p.wanted or "—", p.wanted_sound, p.heard or "—", p.heard_sound, f"{p.distance:.2f}", p.note)
            for p in self.pairs
        ]
        widths = [max(_width(r[i]) for r in rows) for i in range(6)]
        table = [
            "  ".join(c + " " * (w - _width(c)) for c, w in zip(r, widths, strict=True)).rstrip()
            for r in rows
        ]
        return "\n".join([*table, "", *self._verdict()])

    def _verdict(self) -> list[str]:
        how = _MATCH_NAMES[self.match] if self.match else ""
        words = {
            Decision.FOUND: f"判定：说了（{how}）",
            Decision.DOUBTED: "判定：存疑，须二次听音；没有录音时不算说了",
            Decision.REJECTED: "判定：没有说",
        }
        lines = [
            f"代价合计 {self.distance:.2f}，上限 {self.limit:.2f}",
            f"可能性 {self.likelihood:.2f}（{DOUBTED:.2f} 起存疑，{ACCEPTED:.2f} 起算说了，"
            f"有录音时不到 {CERTAIN:.2f} 还要复听）",
            words[self.decision],
        ]
        return [*lines, "被否定或转述：不计入"] if self.negated else lines


_MATCH_NAMES = {MatchKind.EXACT: "原字相符", MatchKind.SOUND: "同音", MatchKind.SIMILAR: "近音"}


def explain(phrase: str, heard: str, *, confidence: float = _CONFIDENCE) -> Explanation:
    """Lay `phrase` over the nearest stretch of `heard` and say what follows.

    `confidence` is the engine's word probability for the text, 0..1. Raises `ValueError` where the
    phrase or the text holds nothing that is spoken.
    """
    text = normalize(heard)
    options = [(w, i) for w in normalize(phrase).readings if w.text for i in range(len(text.readings))]
    if not options or not text.text:
        raise ValueError("短语和听到的文字都不能为空；请给出要比对的中文")
    steps, wanted, at = min(
        ((anywhere(w.spoken, text.readings[i].spoken), w, i) for w, i in options),
        key=lambda option: sum(s.distance for s in option[0]),
    )
    reading = text.readings[at]
    start, end = covered(steps)
    distance = sum(s.distance for s in steps)
    match, chance = _match(wanted, reading, steps, confidence)
    decision = _decide(len(wanted.text), distance, chance, match)
    first, last = text.slice(start, end, at) if end else (0, 0)
    return Explanation(
        phrase,
        heard[first:last],
        tuple(_pair(s, wanted.spoken, reading.spoken) for s in steps),
        distance,
        limit(len(wanted.text)),
        chance,
        match if decision is Decision.FOUND else None,
        decision,
        negated(heard[:first], phrase, heard[last:]),
    )


def _match(
    wanted: Reading, reading: Reading, steps: tuple[Step, ...], confidence: float
) -> tuple[MatchKind, float]:
    start, end = covered(steps)
    if reading.text[start:end] == wanted.text:
        return MatchKind.EXACT, 1.0
    chance = likelihood(measure(wanted.text, reading.text, steps, lambda _at: confidence))
    if other_number(wanted.text, reading.text, steps):
        chance = min(chance, UNSURE_MAX)
    same = all(s.distance == 0 for s in steps)
    return (MatchKind.SOUND if same else MatchKind.SIMILAR), chance


def _decide(syllables: int, distance: float, chance: float, match: MatchKind) -> Decision:
    if match is MatchKind.EXACT:
        return Decision.FOUND
    if syllables < 2 or distance > limit(syllables) or chance < DOUBTED:
        return Decision.REJECTED
    return Decision.FOUND if chance >= ACCEPTED else Decision.DOUBTED


def _pair(step: Step, wanted: str, heard: str) -> Pair:
    w = wanted[step.wanted] if step.wanted is not None else ""
    h = heard[step.heard] if step.heard is not None else ""
    ws, hs = _closest(w, h)
    return Pair(w, ws, h, hs, step.distance, _note(step, w, h))


def _closest(wanted: str, heard: str) -> tuple[str, str]:
    """Spellings with tone that the comparison used: those that share a sound, else the usual ones."""
    ws, hs = _spellings(wanted), _spellings(heard)
    shared = [(a, b) for a in ws for b in hs if a.rstrip("12345") == b.rstrip("12345")]
    return shared[0] if shared else ((ws or [wanted])[0], (hs or [heard])[0])


def _spellings(char: str) -> list[str]:
    return [f"{s.base}{s.tone}" for s in readings(char)] if char else []


def _note(step: Step, wanted: str, heard: str) -> str:
    if not wanted:
        return "多听"
    if not heard:
        return "漏听"
    if wanted == heard:
        return ""
    if step.distance == 0:
        return "同音" if set(sounds(wanted)) & set(sounds(heard)) else ""
    return "近音" if step.distance <= 1 else "不同"


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
