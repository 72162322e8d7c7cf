"""Small rubrics and a strategy for arbitrary ones, with answers that fit them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from scoring.types import (
    Answer,
    Condition,
    ConditionSource,
    Criterion,
    CriterionKind,
    Operator,
    Option,
    Rubric,
    ScoringMode,
    Section,
    Veto,
)

D = Decimal


def yes_no(key: str, points: str = "10", **more: Any) -> Criterion:
    """A yes/no criterion; `veto` and `critical` fall on its *no*."""
    veto, critical = more.pop("veto", Veto.NONE), more.pop("critical", None)
    more.setdefault("not_applicable_allowed", True)
    options = (Option("yes", "是", D(points)), Option("no", "否", D(0), veto, critical))
    return Criterion(key, key, CriterionKind.YES_NO, D(points), options, **more)


def per_case(key: str, each: str, *, cap: str | None = None, maximum: str = "0", **more: Any) -> Criterion:
    """A criterion that takes points off per occurrence."""
    return Criterion(
        key,
        key,
        CriterionKind.DEDUCTION,
        D(maximum),
        deduct_points=D(each),
        deduct_cap=None if cap is None else D(cap),
        **more,
    )


def form(*sections: Section, mode: ScoringMode = ScoringMode.WEIGHTED, **more: Any) -> Rubric:
    """A rubric of these sections."""
    return Rubric("form", "表", 1, mode, sections, **more)


def section(key: str, weight: str, *criteria: Criterion) -> Section:
    """A section of these criteria."""
    return Section(key, key, D(weight), criteria)


def said(criterion: str, *options: str, **more: Any) -> Answer:
    """An answer by options, or by what `more` says."""
    return Answer(criterion, options, **more)


def skipped(criterion: str) -> Answer:
    """Not applicable."""
    return Answer(criterion, not_applicable=True)


POINTS = st.integers(1, 40).map(lambda n: D(n) / 4)


@st.composite
def criteria(draw: st.DrawFn, key: str, mode: ScoringMode) -> Criterion:
    """Any scored criterion."""
    kind = draw(st.sampled_from([CriterionKind.YES_NO, CriterionKind.MULTIPLE, CriterionKind.DEDUCTION]))
    top = draw(POINTS)
    if kind is CriterionKind.DEDUCTION:
        cap = draw(st.none() | st.just(top))
        return per_case(
            key, str(draw(POINTS)), cap=cap and str(cap), maximum=str(top), not_applicable_allowed=True
        )
    veto = draw(st.sampled_from([Veto.NONE, Veto.NONE, Veto.NONE, Veto.SECTION, Veto.EVALUATION]))
    first = Option("yes", "是", top)
    options = (first, Option("no", "否", draw(st.sampled_from([D(0), top / 2])), veto))
    bonus = draw(st.integers(0, 9)) == 0 and mode is ScoringMode.WEIGHTED
    return Criterion(key, key, kind, top, options, not_applicable_allowed=True, bonus=bonus)


@st.composite
def rubrics(draw: st.DrawFn, modes: tuple[ScoringMode, ...] = tuple(ScoringMode)) -> Rubric:
    """Any rubric of one to four sections with one to four criteria each."""
    mode = draw(st.sampled_from(modes))
    sections = []
    for n in range(draw(st.integers(1, 4))):
        keys = [f"c{n}_{m}" for m in range(draw(st.integers(1, 4)))]
        asked = tuple(draw(criteria(key, mode)) for key in keys)
        sections.append(section(f"s{n}", str(draw(st.integers(1, 50))), *asked))
    return form(*sections, mode=mode, decimals=draw(st.integers(0, 3)))


@st.composite
def answers_to(draw: st.DrawFn, rubric: Rubric) -> list[Answer]:
    """Answers that fit; some criteria unanswered, some not applicable."""
    given = []
    for criterion in rubric.criteria:
        choice = draw(st.sampled_from(["answer", "answer", "answer", "skip", "leave"]))
        if choice == "skip":
            given.append(skipped(criterion.key))
        elif choice == "answer" and criterion.kind is CriterionKind.DEDUCTION:
            given.append(Answer(criterion.key, occurrences=draw(st.integers(0, 30))))
        elif choice == "answer":
            given.append(Answer(criterion.key, (draw(st.sampled_from(["yes", "no"])),)))
    return given


@st.composite
def evaluations(
    draw: st.DrawFn, modes: tuple[ScoringMode, ...] = tuple(ScoringMode)
) -> tuple[Rubric, list[Answer]]:
    """A rubric with answers."""
    rubric = draw(rubrics(modes))
    return rubric, draw(answers_to(rubric))


@st.composite
def conditional_evaluations(draw: st.DrawFn) -> tuple[Rubric, list[Answer]]:
    """A rubric with answers in which criteria are shown by call data or by other answers; with bands, too."""
    rubric = draw(rubrics())
    keys = [criterion.key for criterion in rubric.criteria]
    sections = tuple(
        replace(part, criteria=tuple(replace(c, show_if=draw(_conditions(keys))) for c in part.criteria))
        for part in rubric.sections
    )
    figure = Criterion("wait", "等待", CriterionKind.NUMBER, D(5), BANDS, not_applicable_allowed=True)
    waited = draw(st.none() | st.integers(0, 900).map(lambda n: Answer("wait", number=D(n) / 10)))
    asked = replace(rubric, sections=(*sections, section("late", "12.5", figure)))
    return asked, [*draw(answers_to(rubric)), *([waited] if waited else [])]


BANDS = (Option("quick", "快", D(5), high=D(30)), Option("slow", "慢", D("1.25"), low=D(30)))


@st.composite
def _conditions(draw: st.DrawFn, keys: list[str]) -> tuple[Condition, ...]:
    said = st.sampled_from(["yes", "no", "not_applicable", "2"])
    by_answer = st.builds(
        Condition,
        st.just(ConditionSource.ANSWER),
        st.sampled_from(keys),
        st.sampled_from(tuple(Operator)),
        st.tuples(said),
    )
    by_call = st.sampled_from(
        [
            Condition(ConditionSource.CALL_DATA, "queue", Operator.ONE_OF, ("转账",)),
            Condition(ConditionSource.CALL_DATA, "queue", Operator.NOT_ONE_OF, ("转账",)),
            Condition(ConditionSource.CALL_DATA, "seconds", Operator.AT_LEAST, ("10",)),
            Condition(ConditionSource.CALL_DATA, "absent", Operator.AT_MOST, ("10",)),
        ]
    )
    return tuple(draw(st.lists(by_answer | by_call, max_size=2)))
