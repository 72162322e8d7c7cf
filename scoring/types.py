"""Value types of judgement: verdicts, evidence, rubrics, answers and scores.

Arithmetic is exact (`Decimal`) and rounded half up once, at the end (DOMAIN.md, docs/glossary.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from transcribe.types import Acoustics, Hit, Role, Transcript, Utterance


class Verdict(StrEnum):
    """A rule's answer. Three-valued logic plus applicability."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where in the call an answer comes from. Times in seconds."""

    start_s: float
    end_s: float
    role: Role
    text: str
    """Heard text, or a fact in words (`前 10 秒未听到`, `静音 17.2 秒`)."""
    source: str
    """What found it: `phrase:shirking`, `acoustics:dead_air`, `absence`, `human`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's verdict with its evidence; an automatic verdict without evidence is not given."""

    rule_key: str
    rule_version: int
    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything a rule may look at: one heard and scanned call with its call data."""

    recording_id: str
    transcript: Transcript
    hits: tuple[Hit, ...]
    call_data: Mapping[str, str] = field(default_factory=dict)
    """Keys: agent_no, team, queue, direction, started_at (ISO 8601 with zone), caller, and any attribute."""

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """Turns in order of time."""
        return self.transcript.utterances

    @property
    def acoustics(self) -> Acoustics:
        """Sound measurements of the call."""
        return self.transcript.acoustics


class CriterionKind(StrEnum):
    """How a criterion is answered."""

    YES_NO = "yes_no"
    SCALE = "scale"
    CHOICE = "choice"
    MULTIPLE = "multiple"
    NUMBER = "number"
    DEDUCTION = "deduction"
    """Points off per occurrence, with a cap."""
    TEXT = "text"
    """Free text, never scored."""


class Veto(StrEnum):
    """What a vetoing answer zeroes."""

    NONE = "none"
    SECTION = "section"
    EVALUATION = "evaluation"


class CriticalClass(StrEnum):
    """Critical errors are counted apart from points, by class."""

    CUSTOMER = "customer"
    BUSINESS = "business"
    COMPLIANCE = "compliance"


class ScoringMode(StrEnum):
    """Weighted sections, or a start figure from which deductions are taken."""

    WEIGHTED = "weighted"
    DEDUCTION = "deduction"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen."""

    key: str
    label: str
    points: Decimal
    """0 to the criterion's maximum."""
    veto: Veto = Veto.NONE
    critical: CriticalClass | None = None
    requires_comment: bool = False
    requires_evidence: bool = False
    verdict: Verdict | None = None
    """Which verdict of the bound rule suggests this option."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question of the form."""

    key: str
    title: str
    kind: CriterionKind
    max_points: Decimal
    options: tuple[Option, ...] = ()
    guidance: str = ""
    not_applicable_allowed: bool = False
    rule: str | None = None
    """Key of the rule that suggests the answer."""
    deduct_points: Decimal = Decimal(0)
    """Per occurrence, for `DEDUCTION`."""
    deduct_cap: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A weighted group of criteria."""

    key: str
    title: str
    weight: Decimal
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Rubric:
    """A scoring form. A published version never changes."""

    key: str
    title: str
    version: int
    mode: ScoringMode
    sections: tuple[Section, ...]
    start_points: Decimal = Decimal(100)
    """Where a deduction form starts."""
    decimals: int = 1
    """Digits kept when rounding half up at the end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was chosen for one criterion."""

    criterion: str
    options: tuple[str, ...] = ()
    """Chosen option keys; one except for `MULTIPLE`; empty for other kinds or while unanswered."""
    not_applicable: bool = False
    occurrences: int | None = None
    """For `DEDUCTION`."""
    number: Decimal | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class SectionScore:
    """Points of one section, before and after weighting. None where nothing was applicable."""

    key: str
    earned: Decimal
    applicable_max: Decimal
    weight: Decimal
    """Effective weight after renormalisation."""
    score: Decimal | None
    vetoed: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """The outcome of one evaluation."""

    total: Decimal
    """Rounded half up, after veto."""
    lost_total: Decimal | None
    """What the total would have been without veto; None where nothing was vetoed."""
    sections: tuple[SectionScore, ...]
    vetoes: tuple[str, ...]
    """Criterion keys that vetoed."""
    critical_errors: Mapping[CriticalClass, int]
    answered: int
    answerable: int

    @property
    def complete(self) -> bool:
        """True where each criterion that must be answered is."""
        return self.answered == self.answerable
