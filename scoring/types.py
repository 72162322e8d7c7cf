"""Value types of judgement: verdicts, evidence, rubrics, answers and scores.

Arithmetic is exact (`Decimal`) and rounded half up once, at the end (docs/scoring.md, docs/glossary.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from recorder.types import Role
from transcribe.types import Acoustics, Hit, Transcript, Utterance


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
    """Heard text, or a fact as a `Message` (`静音 17.2 秒`)."""
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
    """The rule's own sentence, or the usual one as a `Message`."""


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


class Policy(StrEnum):
    """What may happen with a machine's suggested answer."""

    SUGGEST = "suggest"
    """Shown beside the question; a person chooses."""
    ACCEPT_WHEN_SURE = "accept_when_sure"
    """Filled in where measured agreement with inspectors is high enough (`scoring.suggest.may_accept`)."""
    HUMAN_ONLY = "human_only"
    """Never shown as an answer."""


class ConditionSource(StrEnum):
    """What a showing condition looks at."""

    CALL_DATA = "call_data"
    ANSWER = "answer"


class Operator(StrEnum):
    """How a showing condition compares."""

    ONE_OF = "one_of"
    NOT_ONE_OF = "not_one_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Condition:
    """A criterion is shown only if each of its conditions holds.

    `key` names an attribute of the call data, or another criterion, whose chosen option keys are
    compared (`not_applicable` where that was chosen; the figure for numbers and occurrences).
    A question not yet answered holds no condition.
    """

    source: ConditionSource
    key: str
    operator: Operator
    values: tuple[str, ...]
    """One number for `AT_LEAST` and `AT_MOST`."""


@dataclass(frozen=True, slots=True)
class Example:
    """A passage of a stored call that shows what a criterion means."""

    recording_id: str
    start_s: float
    end_s: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen; for numbers and occurrences, one band of them."""

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
    low: Decimal | None = None
    """Band of `NUMBER` (the figure) and `DEDUCTION` (the occurrences): from this figure on."""
    high: Decimal | None = None
    """Up to but without this figure; None has no end."""


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
    bonus: bool = False
    """Points come on top of the total, up to the rubric's highest total; never in a denominator."""
    optional: bool = False
    """May stay unanswered at submit."""
    show_if: tuple[Condition, ...] = ()
    """All must hold; a criterion not shown is not scored."""
    example: Example | None = None
    policy: Policy = Policy.SUGGEST
    sure_level: Decimal = Decimal("0.8")
    """`ACCEPT_WHEN_SURE`: what the lower bound of measured agreement must exceed."""


@dataclass(frozen=True, slots=True)
class Section:
    """A weighted group of criteria."""

    key: str
    title: str
    weight: Decimal
    """Share of 100. In a deduction form: the most this section can lose; 0 sets no limit."""
    criteria: tuple[Criterion, ...]
    guidance: str = ""


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
    max_total: Decimal | None = None
    """Highest total with bonus; None: full marks (100, or `start_points`)."""
    guidance: str = ""

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Every criterion, in the order of the form."""
        return tuple(item for section in self.sections for item in section.criteria)

    @property
    def full_marks(self) -> Decimal:
        """What a call without fault and without bonus is worth."""
        return Decimal(100) if self.mode is ScoringMode.WEIGHTED else self.start_points

    @property
    def highest_total(self) -> Decimal:
        """What no total exceeds."""
        return self.full_marks if self.max_total is None else self.max_total


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
    """Free text; the answer itself for `TEXT`."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionScore:
    """Points of one section, before and after weighting. None where nothing was applicable."""

    key: str
    earned: Decimal
    applicable_max: Decimal
    weight: Decimal
    """Effective weight after renormalisation."""
    score: Decimal | None
    """After weighting and veto, to six digits; totals are taken from the exact figure, not from this."""
    vetoed: bool = False
    lost_score: Decimal | None = None
    """What the section would have scored without its veto; None where it was not vetoed."""
    bonus: Decimal = Decimal(0)


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
    scorable: bool = True
    """False where no point could be earned or lost (nothing answered, or all not applicable):
    the total is then 0 and says nothing."""

    @property
    def complete(self) -> bool:
        """True where each criterion that must be answered is."""
        return self.answered == self.answerable
