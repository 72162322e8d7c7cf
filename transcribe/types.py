"""Value types of what was said: words, utterances, transcripts, phrases, hits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from recorder.types import CallAudio, Role

Progress = Callable[[float], None]
"""Called with the share of the audio heard so far, 0.0 to 1.0."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a call, seconds from its start."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word (for Chinese: one or a few characters) with its times and probability 0..1."""

    text: str
    start_s: float
    end_s: float
    probability: float

    @property
    def middle_s(self) -> float:
        """Halfway between start and end."""
        return (self.start_s + self.end_s) / 2


@dataclass(frozen=True, slots=True)
class Utterance:
    """One speaker's turn."""

    index: int
    """Position in the conversation, from 0, ordered by start."""
    role: Role
    start_s: float
    end_s: float
    text: str
    """Displayed text: simplified script, punctuation, domain terms repaired, numbers as digits."""
    heard: str
    """What the engine wrote, simplified script only; never repaired."""
    words: tuple[Word, ...] = ()
    """Words of `heard`, in order; their texts joined and stripped equal `heard`."""
    confidence: float = 0.0
    """Mean word probability, 0..1."""
    speech_rate: float | None = None
    """Syllables a minute over voiced time; None where too short to tell."""
    loudness_db: float | None = None
    """RMS level in dBFS over the utterance."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Both speak at once; `interrupter` is who came in second."""

    start_s: float
    end_s: float
    interrupter: Role


@dataclass(frozen=True, slots=True)
class Acoustics:
    """How it was said: measured on the sound, not on the words."""

    voiced: dict[Role, tuple[Span, ...]] = field(default_factory=dict)
    """Voice-active stretches of each role."""
    dead_air: tuple[Span, ...] = ()
    """Stretches of at least `dead_air_min_s` in which nobody speaks, between first and last speech."""
    overlaps: tuple[Overlap, ...] = ()
    talk_share: dict[Role, float] = field(default_factory=dict)
    """Share of all voiced time, 0..1 each."""
    speech_rate: dict[Role, float] = field(default_factory=dict)
    """Syllables a minute over the role's voiced time."""
    loudness_db: dict[Role, float] = field(default_factory=dict)
    """RMS level in dBFS over the role's voiced time."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything heard in one call."""

    utterances: tuple[Utterance, ...]
    acoustics: Acoustics
    duration_s: float
    language: str
    engine: str
    """e.g. `faster-whisper`"""
    engine_version: str
    model: str
    """e.g. `base` or the model folder's name, with the weights' short hash"""
    unheard: dict[Role, tuple[Span, ...]] = field(default_factory=dict)
    """Stretches with voice that gave no trusted words: nothing may be called missing there."""
    roles_certain: bool = True
    """False where mono speakers were told apart weakly or not at all."""


class Transcriber(Protocol):
    """One speech engine. Implementations live one a file in `transcribe/engines/`."""

    name: str
    """Engine name stored with each transcript."""

    def transcribe(self, audio: CallAudio, *, progress: Progress | None = None) -> Transcript:
        """Hear one call. Raises `EngineUnavailable` where weights or endpoint are missing."""
        ...


class EngineUnavailable(Exception):
    """The engine cannot run now (no weights, endpoint down). The message says what to do."""


class PhraseKind(StrEnum):
    """What finding the phrase means."""

    REQUIRED = "required"
    FORBIDDEN = "forbidden"
    TOPIC = "topic"
    """Neither good nor bad: complaint, investment, hold request, hold thanks… used by rules."""


class MatchKind(StrEnum):
    """How a phrase was recognised in what was heard, strongest first."""

    EXACT = "exact"
    SOUND = "sound"
    """Same toneless pinyin."""
    SIMILAR = "similar"
    """Near pinyin: weighted confusions above the acceptance threshold."""
    ACOUSTIC = "acoustic"
    """Below text certainty, proved by second listening."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of the library, as a person writes it."""

    id: str
    """Stable within a library version."""
    text: str
    """e.g. `请问有什么可以帮您`. `{agent_no}` stands for the agent's number as digits or spoken."""
    group: str
    """Key of the `PhraseSet`, e.g. `greeting`, `shirking`."""
    kind: PhraseKind
    role: Role = Role.AGENT
    """Whose speech counts; `Role.UNKNOWN` means anybody's."""


@dataclass(frozen=True, slots=True)
class PhraseSet:
    """A named group of phrases, e.g. 推诿."""

    key: str
    name: str
    kind: PhraseKind
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in a call."""

    phrase_id: str
    phrase: str
    group: str
    kind: PhraseKind
    role: Role
    utterance: int
    """Index of the utterance in which it starts."""
    start_char: int
    """Span within that utterance's `heard`, Python slice indices."""
    end_char: int
    start_s: float
    end_s: float
    heard: str
    """The stretch of `heard` that matched."""
    match: MatchKind
    score: float
    """0..1, 1 for exact."""
    negated: bool = False
    """Said under negation or as a quotation (不能保证收益): stored, shown, not counted."""
    acoustic: float | None = None
    """Where second listening decided: log likelihood ratio in nats of the phrase against what was first
    heard, over the same sound. A phrase truly said lies near 0; None where the text alone decided."""
