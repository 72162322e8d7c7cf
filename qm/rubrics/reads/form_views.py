"""A scoring form as a page shows it, filled in or not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from recorder.types import Role
from scoring.rubric import Missing
from scoring.said import Said
from scoring.types import Answer, CriterionKind, Example, ScoringMode, Verdict


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One playable proof."""

    start_s: float
    end_s: float
    role: Role
    text: str
    source: str
    moment: str = ""
    """Key of the same thing in the waveform and transcript; empty where there is none."""
    attached: bool = True
    """False: only suggested, not yet part of the answer."""

    @property
    def identity(self) -> tuple[str, int]:
        """What makes two of them the same proof: source and start in tenths of a second."""
        return self.source, round(self.start_s * 10)


@dataclass(frozen=True, slots=True)
class OptionView:
    """One answer to choose."""

    key: str
    label: str
    points: Decimal
    full: bool
    """Earns the criterion's maximum."""
    chosen: bool
    digit: int
    """The key 1..9 that chooses it."""
    veto: bool = False
    requires_comment: bool = False
    requires_evidence: bool = False


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """What the machine would answer, and why."""

    verdict: Verdict
    answer: Answer
    """Says nothing where a person has to judge."""
    said: Said
    """The same in the form's labels."""
    explanation: str

    @property
    def answers(self) -> bool:
        """There is an answer to accept."""
        return bool(self.said)


@dataclass(frozen=True, slots=True)
class CriterionView:
    """One question with its answer."""

    key: str
    title: str
    kind: CriterionKind
    max_points: Decimal
    guidance: str
    options: tuple[OptionView, ...]
    not_applicable_allowed: bool
    answer: Answer
    """Says nothing where nobody answered."""
    said: Said
    """The same in the form's labels."""
    evidence: tuple[EvidenceView, ...]
    """Attached proofs first, then those only suggested."""
    suggestion: SuggestionView | None
    earned: Decimal | None
    """Points earned; None while unanswered or not applicable."""
    answered: bool
    shown: bool
    optional: bool
    vetoes: bool = False
    """The chosen answer vetoes."""
    example: Example | None = None
    """A passage of a stored call that shows what is meant."""

    @property
    def comment(self) -> str:
        """What was written beside the answer, or is the answer where text is asked for."""
        return self.answer.comment

    @property
    def attached(self) -> tuple[EvidenceView, ...]:
        """The proofs that the answer rests on."""
        return tuple(item for item in self.evidence if item.attached)


@dataclass(frozen=True, slots=True)
class SectionView:
    """A part of the form with its score."""

    key: str
    title: str
    weight: Decimal
    score: Decimal | None
    """After weighting and veto; None while nothing in it counts. Of the section's own weight while the
    form is unfinished, of its effective weight afterwards."""
    lost_score: Decimal | None
    criteria: tuple[CriterionView, ...]


@dataclass(frozen=True, slots=True)
class FormView:
    """The whole form, filled in or not, with its score so far."""

    rubric_id: int
    title: str
    version: int
    mode: ScoringMode
    sections: tuple[SectionView, ...]
    total: Decimal | None
    """None while nothing can be scored."""
    lost_total: Decimal | None
    """What it would be without veto."""
    answered: int
    answerable: int
    comment: str = ""
    lacks: tuple[Missing, ...] = ()
    """What is still to do before it can be submitted."""

    @property
    def criteria(self) -> tuple[CriterionView, ...]:
        """Every question in the order of the form."""
        return tuple(item for section in self.sections for item in section.criteria)

    @property
    def to_accept(self) -> int:
        """Suggestions that a person has not answered yet."""
        return sum(
            c.shown and not c.answered and c.suggestion is not None and c.suggestion.answers
            for c in self.criteria
        )
