"""Where the points went: what each criterion took off the total of one evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scoring.arithmetic import SHOWN_DIGITS, answers_by_key, round_half_up, score
from scoring.marks import Mark, mark
from scoring.types import Answer, CriterionKind, Rubric, ScoringMode, SectionScore
from scoring.visibility import shown


@dataclass(frozen=True, slots=True)
class CriterionLoss:
    """One criterion that counted in one evaluation."""

    criterion: str
    title: str
    points: Decimal
    """What it took off the total, before veto and before caps of section or form; 0 where done well.
    Six digits; in a weighted form the share of 100 that its section's effective weight gives it."""
    earned: Decimal = Decimal(0)
    """Points of the answer, as the form gives them."""
    could_earn: Decimal = Decimal(0)
    """The most that any answer would have earned."""


def losses(
    rubric: Rubric, answers: Iterable[Answer], call_data: Mapping[str, str] | None = None
) -> tuple[CriterionLoss, ...]:
    """The loss of each criterion that was shown, answered, applicable and scored, in the order of the form.

    Raises `AnswerInvalid` for answers that do not fit the rubric.
    """
    given = answers_by_key(rubric, answers)
    visible = shown(rubric, given, call_data or {})
    sections = score(rubric, given.values(), call_data).sections
    found = []
    for section, figures in zip(rubric.sections, sections, strict=True):
        for criterion in section.criteria:
            answer = given.get(criterion.key)
            if answer is None or answer.not_applicable or criterion.key not in visible:
                continue
            if criterion.bonus or criterion.kind is CriterionKind.TEXT:
                continue
            taken = mark(rubric, criterion, answer)
            points = _points(rubric, taken, figures)
            loss = CriterionLoss(criterion.key, criterion.title, points, taken.earned, criterion.max_points)
            found.append(loss)
    return tuple(found)


def _points(rubric: Rubric, taken: Mark, figures: SectionScore) -> Decimal:
    if rubric.mode is ScoringMode.DEDUCTION:
        return taken.lost
    if not figures.applicable_max:
        return Decimal(0)
    missed = Fraction(taken.criterion.max_points - taken.earned)
    share = missed / Fraction(figures.applicable_max) * Fraction(figures.weight)
    return round_half_up(share, SHOWN_DIGITS)
