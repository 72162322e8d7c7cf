"""The score of one evaluation, exactly as docs/scoring.md states it.

All sums are exact fractions; the one rounding, half up, is of the total, at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from recorder.message import Message
from scoring.errors import AnswerInvalid
from scoring.marks import Mark, check, mark
from scoring.types import (
    Answer,
    Criterion,
    CriterionKind,
    CriticalClass,
    Rubric,
    Score,
    ScoringMode,
    Section,
    SectionScore,
    Veto,
)
from scoring.visibility import is_answered, shown

SHOWN_DIGITS = 6
"""Digits of figures that are only shown: section scores and effective weights."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """One section, exact."""

    section: Section
    marks: tuple[Mark, ...]
    counted: bool
    """True where something of it stands in the denominator."""
    earned: Decimal
    maximum: Decimal
    bonus: Decimal
    weight: Fraction
    """The effective one."""
    worth: Fraction
    """What it adds to the total, bonus aside: a share of its weight, or what it takes off."""
    fallen: Fraction
    """What it adds where it is vetoed; its bonus goes with it."""
    vetoed: bool


def score(rubric: Rubric, answers: Iterable[Answer], call_data: Mapping[str, str] | None = None) -> Score:
    """Score an evaluation, finished or not: what is unanswered is left out, as *not applicable* is.

    1. Criteria not shown for this call, unanswered or not applicable are left out.
    2. Each section: earned / applicable maximum × effective weight; a section with nothing
       applicable gives its weight to the others in proportion. Deduction forms: start − lost, from 0.
    3. Bonus is added, up to the rubric's highest total.
    4. Veto zeroes the section or the evaluation; the total without any veto is kept beside it.
    5. The total is rounded half up to `rubric.decimals` digits.

    `call_data` serves the showing conditions. Raises `AnswerInvalid` for answers that do not fit.
    """
    given = answers_by_key(rubric, answers)
    visible = shown(rubric, given, call_data or {})
    sums = _sums(rubric, given, visible)
    clean, kept = _totals(rubric, sums)
    marks = [m for s in sums for m in s.marks]
    vetoes = tuple(m.criterion.key for m in marks if m.veto is not Veto.NONE)
    ended = any(m.veto is Veto.EVALUATION for m in marks)
    to_answer = [c for c in rubric.criteria if c.key in visible and not c.optional]
    return Score(
        total=round_half_up(Fraction(0) if ended else kept, rubric.decimals),
        lost_total=round_half_up(clean, rubric.decimals) if vetoes else None,
        sections=tuple(map(_section, sums)),
        vetoes=vetoes,
        critical_errors={kind: sum(m.critical.count(kind) for m in marks) for kind in CriticalClass},
        answered=sum(is_answered(c, given.get(c.key)) for c in to_answer),
        answerable=len(to_answer),
        scorable=any(s.counted for s in sums),
    )


def answers_by_key(rubric: Rubric, answers: Iterable[Answer]) -> dict[str, Answer]:
    """Answers by criterion key, without the empty ones.

    Raises `AnswerInvalid` for a criterion the rubric lacks, or one answered twice.
    """
    criteria = {criterion.key: criterion for criterion in rubric.criteria}
    found: dict[str, Answer] = {}
    for answer in answers:
        if answer.criterion not in criteria:
            raise AnswerInvalid(answer.criterion, Message("评分表的这一版没有此项，请刷新页面后重评。"))
        if answer.criterion in found:
            raise AnswerInvalid(answer.criterion, Message("同一项有两个答案，请只保留一个。"))
        if is_answered(criteria[answer.criterion], answer):
            found[answer.criterion] = answer
    return found


def round_half_up(value: Fraction, digits: int) -> Decimal:
    """The exact value rounded half up (away from zero) to `digits` decimals."""
    scaled = abs(value) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-digits)


def _counts(criterion: Criterion) -> bool:
    """True where a criterion's points stand in the denominator."""
    return criterion.kind is not CriterionKind.TEXT and not criterion.bonus


def _sums(rubric: Rubric, given: Mapping[str, Answer], visible: frozenset[str]) -> list[_Sum]:
    """Every section; in a weighted form those with nothing applicable give their weight to the others."""
    marked = [(section, _marks(rubric, section, given, visible)) for section in rubric.sections]
    if rubric.mode is ScoringMode.DEDUCTION:
        return [_sum(rubric, section, marks, Fraction(section.weight)) for section, marks in marked]
    alive = {
        section.key
        for section, marks in marked
        if any(_counts(m.criterion) and m.criterion.max_points for m in marks)
    }
    whole = Fraction(sum((section.weight for section, _ in marked if section.key in alive), Decimal(0)))
    share = 100 / whole if whole else Fraction(0)
    return [
        _sum(
            rubric, section, marks, Fraction(section.weight) * share if section.key in alive else Fraction(0)
        )
        for section, marks in marked
    ]


def _sum(rubric: Rubric, section: Section, marks: tuple[Mark, ...], weight: Fraction) -> _Sum:
    counted = [m for m in marks if _counts(m.criterion)]
    earned = sum((m.earned for m in counted), Decimal(0))
    maximum = sum((m.criterion.max_points for m in counted), Decimal(0))
    if rubric.mode is ScoringMode.WEIGHTED:
        worth, fallen = Fraction(earned) / Fraction(maximum) * weight if maximum else Fraction(0), Fraction(0)
    else:
        worth, fallen = -_loss(section, marks), -(weight or Fraction(rubric.start_points))
    return _Sum(
        section=section,
        marks=marks,
        counted=bool(counted),
        earned=earned,
        maximum=maximum,
        bonus=sum((m.earned for m in marks if m.criterion.bonus), Decimal(0)),
        weight=weight,
        worth=worth,
        fallen=fallen,
        vetoed=any(m.veto is Veto.SECTION for m in marks),
    )


def _loss(section: Section, marks: tuple[Mark, ...]) -> Fraction:
    """What a section takes off a deduction form, at most its weight where it has one."""
    lost = sum((m.lost for m in marks), Decimal(0))
    return Fraction(min(lost, section.weight) if section.weight else lost)


def _marks(
    rubric: Rubric, section: Section, given: Mapping[str, Answer], visible: frozenset[str]
) -> tuple[Mark, ...]:
    """Marks of the criteria that are shown, answered and applicable."""
    marks = []
    for criterion in section.criteria:
        answer = given.get(criterion.key)
        if criterion.key not in visible or answer is None:
            continue
        check(criterion, answer)
        if not answer.not_applicable:
            marks.append(mark(rubric, criterion, answer))
    return tuple(marks)


def _totals(rubric: Rubric, sums: list[_Sum]) -> tuple[Fraction, Fraction]:
    """The exact total without any veto, and the one after section vetoes."""
    start = Fraction(0 if rubric.mode is ScoringMode.WEIGHTED else rubric.start_points)
    clean = sum((s.worth + Fraction(s.bonus) for s in sums), start)
    kept = sum((s.fallen if s.vetoed else s.worth + Fraction(s.bonus) for s in sums), start)
    ceiling = Fraction(rubric.highest_total)
    return max(min(clean, ceiling), Fraction(0)), max(min(kept, ceiling), Fraction(0))


def _section(part: _Sum) -> SectionScore:
    """As shown: a weighted section by what it earns, a deduction section by what it takes off (0 or less)."""
    figure = round_half_up(part.worth, SHOWN_DIGITS) if part.counted else None
    return SectionScore(
        key=part.section.key,
        earned=part.earned,
        applicable_max=part.maximum,
        weight=round_half_up(part.weight, SHOWN_DIGITS),
        score=round_half_up(part.fallen, SHOWN_DIGITS) if part.vetoed else figure,
        vetoed=part.vetoed,
        lost_score=figure if part.vetoed else None,
        bonus=part.bonus,
    )
