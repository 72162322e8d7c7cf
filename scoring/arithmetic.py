"""The score of one evaluation, exactly as DOMAIN.md ("Scoring arithmetic (exact)") states it.

All sums are exact fractions; the one rounding, half up, is of the total, at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

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
    """One section before weighting; `weight` is already the effective one."""

    section: Section
    marks: tuple[Mark, ...]
    weight: Fraction

    @property
    def counted(self) -> tuple[Mark, ...]:
        return tuple(m for m in self.marks if _counts(m.criterion))

    @property
    def earned(self) -> Decimal:
        return sum((m.earned for m in self.counted), Decimal(0))

    @property
    def maximum(self) -> Decimal:
        return sum((m.criterion.max_points for m in self.counted), Decimal(0))

    @property
    def bonus(self) -> Decimal:
        return sum((m.earned for m in self.marks if m.criterion.bonus), Decimal(0))

    @property
    def vetoed(self) -> bool:
        return any(m.veto is Veto.SECTION for m in self.marks)


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
    weighted = rubric.mode is ScoringMode.WEIGHTED
    sections = tuple(_weighted_section(s) if weighted else _deduction_section(rubric, s) for s in sums)
    clean, kept = _totals(rubric, sums)
    marks = [m for s in sums for m in s.marks]
    vetoes = tuple(m.criterion.key for m in marks if m.veto is not Veto.NONE)
    ended = any(m.veto is Veto.EVALUATION for m in marks)
    to_answer = [c for c in rubric.criteria if c.key in visible and not c.optional]
    return Score(
        total=round_half_up(Fraction(0) if ended else kept, rubric.decimals),
        lost_total=round_half_up(clean, rubric.decimals) if vetoes else None,
        sections=sections,
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
            raise AnswerInvalid(answer.criterion, "评分表的这一版没有此项，请刷新页面后重评。")
        if answer.criterion in found:
            raise AnswerInvalid(answer.criterion, "同一项有两个答案，请只保留一个。")
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
    marked = [(section, _marks(rubric, section, given, visible)) for section in rubric.sections]
    alive = {
        section.key
        for section, marks in marked
        if any(_counts(m.criterion) and m.criterion.max_points for m in marks)
    }
    whole = sum((Fraction(section.weight) for section, _ in marked if section.key in alive), Fraction(0))
    sums = []
    for section, marks in marked:
        if rubric.mode is ScoringMode.DEDUCTION:
            weight = Fraction(section.weight)
        else:
            weight = Fraction(section.weight) * 100 / whole if section.key in alive and whole else Fraction(0)
        sums.append(_Sum(section, marks, weight))
    return sums


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
    part = _share if rubric.mode is ScoringMode.WEIGHTED else (lambda s: -_loss(rubric, s))
    start = Fraction(0 if rubric.mode is ScoringMode.WEIGHTED else rubric.start_points)
    clean = sum((part(s) + Fraction(s.bonus) for s in sums), start)
    kept = sum((_after_veto(rubric, s) if s.vetoed else part(s) + Fraction(s.bonus) for s in sums), start)
    ceiling = Fraction(rubric.highest_total)
    return max(min(clean, ceiling), Fraction(0)), max(min(kept, ceiling), Fraction(0))


def _share(part: _Sum) -> Fraction:
    """Earned / applicable maximum × effective weight."""
    return Fraction(part.earned) / Fraction(part.maximum) * part.weight if part.maximum else Fraction(0)


def _loss(rubric: Rubric, part: _Sum) -> Fraction:
    """What a section takes off a deduction form, at most its weight where it has one."""
    lost = Fraction(sum((m.lost for m in part.marks), Decimal(0)))
    return min(lost, _most_to_lose(rubric, part)) if part.section.weight else lost


def _most_to_lose(rubric: Rubric, part: _Sum) -> Fraction:
    """What a vetoed section costs a deduction form: its weight, or all where it has none."""
    return Fraction(part.section.weight) or Fraction(rubric.start_points)


def _after_veto(rubric: Rubric, part: _Sum) -> Fraction:
    """What a vetoed section adds to the total; its bonus goes with it."""
    return Fraction(0) if rubric.mode is ScoringMode.WEIGHTED else -_most_to_lose(rubric, part)


def _weighted_section(part: _Sum) -> SectionScore:
    earned = round_half_up(_share(part), SHOWN_DIGITS) if part.counted else None
    return _section(part, earned, Decimal(0))


def _deduction_section(rubric: Rubric, part: _Sum) -> SectionScore:
    """A deduction form's section scores by what it takes off: 0 or less."""
    taken = round_half_up(-_loss(rubric, part), SHOWN_DIGITS) if part.counted else None
    return _section(part, taken, round_half_up(-_most_to_lose(rubric, part), SHOWN_DIGITS))


def _section(part: _Sum, figure: Decimal | None, vetoed_figure: Decimal) -> SectionScore:
    return SectionScore(
        key=part.section.key,
        earned=part.earned,
        applicable_max=part.maximum,
        weight=round_half_up(part.weight, SHOWN_DIGITS),
        score=vetoed_figure if part.vetoed else figure,
        vetoed=part.vetoed,
        lost_score=figure if part.vetoed else None,
        bonus=part.bonus,
    )
