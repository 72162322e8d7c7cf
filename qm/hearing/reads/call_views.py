"""One call as a page shows it: header, turns with marks, notes between turns, moments to step through.

A *moment* is one thing worth hearing: a phrase found, a silence, an interruption, a phrase that was
not heard. It has one key, and the same key in the waveform lane, the transcript and the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from recorder.types import Role


class Tone(StrEnum):
    """What a moment means for the agent. Each has a colour and also a shape or word."""

    GOOD = "good"
    BAD = "bad"
    DOUBT = "doubt"
    PLAIN = "plain"
    """Shown, not counted: negated phrases and topics."""


class MomentKind(StrEnum):
    """What sort of thing a moment is."""

    PHRASE = "phrase"
    SILENCE = "silence"
    INTERRUPTION = "interruption"
    ABSENCE = "absence"
    """A stretch in which something required was not heard."""
    EVIDENCE = "evidence"
    """Anything else a rule or a person pointed at."""


@dataclass(frozen=True, slots=True)
class CallHeader:
    """What stands above a call."""

    recording_id: str
    agent_id: int | None
    agent_name: str
    agent_no: str
    team: str
    queue: str
    direction: str
    """`inbound`, `outbound` or empty."""
    caller: str
    """Masked: the middle of the number is never shown."""
    started_at: datetime
    duration_s: float
    speakers_apart: bool
    """True where each channel carries one speaker, so that one side can be heard alone."""
    left_role: Role
    """Who is on the first channel; `UNKNOWN` on mono calls."""
    warnings: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of the call worth hearing, seconds from the start."""

    key: str
    """`m1`, `m2`, … in order of time."""
    kind: MomentKind
    tone: Tone
    start_s: float
    end_s: float
    role: Role
    """Who spoke; who broke in; `UNKNOWN` for silences."""
    label: str
    """The phrase group's name; empty for other kinds, which templates name."""
    text: str
    """What was heard, or the fact in a rule's words; empty where templates say it."""
    source: str
    """As `scoring.types.Evidence.source`."""
    outline: bool = False
    """Not heard: drawn as an outline, not as a mark."""
    score: float | None = None
    """Certainty 0..1 of a phrase that was not heard letter by letter."""
    acoustic: float | None = None
    """What second listening gave, where it decided (nats, as `transcribe.types.Hit.acoustic`)."""
    negated: bool = False
    """Said under negation or quoted: shown, not counted."""
    steps: bool = True
    """The key N stops here."""

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of displayed text with one look."""

    text: str
    low: bool = False
    """The engine was unsure of these words."""
    moment: Moment | None = None
    ends: bool = True
    """The moment's last run in this turn: its label is written here."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's utterance."""

    index: int
    role: Role
    start_s: float
    end_s: float
    pieces: tuple[Piece, ...]
    heard: str = ""
    """What the engine wrote, where it differs from what is displayed."""

    kind = "turn"

    @property
    def text(self) -> str:
        """The displayed text as a whole."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Note:
    """Something between the turns: a silence, an interruption."""

    moment: Moment
    kind = "note"

    @property
    def start_s(self) -> float:
        """Where it begins."""
        return self.moment.start_s


@dataclass(frozen=True, slots=True)
class CallView:
    """Everything a page needs to play and read one call."""

    header: CallHeader
    flow: tuple[Turn | Note, ...]
    """Turns and notes in order of time; empty while the call is not transcribed."""
    moments: tuple[Moment, ...]
    """In order of time."""
    voiced: tuple[tuple[float, float], ...]
    """Stretches in which anybody speaks, merged: for skipping silence."""
    roles_certain: bool = True
    private: int = 0
    """Personal numbers that are hidden, or would be."""
    revealed: bool = False
    """They are shown for once."""

    @property
    def missing(self) -> tuple[Moment, ...]:
        """What was not heard, for the top of the transcript."""
        return tuple(moment for moment in self.moments if moment.outline)

    @property
    def forbidden(self) -> int:
        """How many forbidden phrases the agent said."""
        return sum(m.tone is Tone.BAD and m.kind is MomentKind.PHRASE for m in self.moments)
