"""Edits of a form as values: add, copy, move, take away. Pure; each gives a new form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from qm.core.errors import NotFound
from scoring.types import (
    Condition,
    ConditionSource,
    Criterion,
    CriterionKind,
    Operator,
    Option,
    Rubric,
    Section,
    Verdict,
)

Edit = Callable[[Rubric], Rubric]
T = TypeVar("T")
ZERO, ONE, FIVE = Decimal(0), Decimal(1), Decimal(5)


def add_section(title: str) -> Edit:
    """A new section at the end, with one question; it takes what is left of 100."""

    def act(rubric: Rubric) -> Rubric:
        left = max(Decimal(100) - sum((s.weight for s in rubric.sections), ZERO), ZERO)
        key = free_key("s", (s.key for s in rubric.sections))
        first = fresh_criterion(rubric, CriterionKind.YES_NO)
        return replace(rubric, sections=(*rubric.sections, Section(key, title, left, (first,))))

    return act


def add_criterion(section: str, kind: CriterionKind) -> Edit:
    """A new question at the end of a section. Raises `NotFound`."""

    def act(rubric: Rubric) -> Rubric:
        home = section_of(rubric, section)
        fresh = fresh_criterion(rubric, kind)
        return put_section(rubric, replace(home, criteria=(*home.criteria, fresh)))

    return act


def copy_criterion(key: str) -> Edit:
    """The same question again, right below. Raises `NotFound`."""

    def act(rubric: Rubric) -> Rubric:
        home = home_of(rubric, key)
        place = [c.key for c in home.criteria].index(key)
        twin = replace(home.criteria[place], key=free_key("c", (c.key for c in rubric.criteria)))
        criteria = (*home.criteria[: place + 1], twin, *home.criteria[place + 1 :])
        return put_section(rubric, replace(home, criteria=criteria))

    return act


def remove_section(key: str) -> Edit:
    """Without this section. Raises `NotFound`."""

    def act(rubric: Rubric) -> Rubric:
        section_of(rubric, key)
        return replace(rubric, sections=tuple(s for s in rubric.sections if s.key != key))

    return act


def remove_criterion(key: str) -> Edit:
    """Without this question. Raises `NotFound`."""

    def act(rubric: Rubric) -> Rubric:
        home = home_of(rubric, key)
        return put_section(rubric, replace(home, criteria=tuple(c for c in home.criteria if c.key != key)))

    return act


def move_section(key: str, by: int) -> Edit:
    """One place up (-1) or down (1); at the end it stays. Raises `NotFound`."""

    def act(rubric: Rubric) -> Rubric:
        section_of(rubric, key)
        return replace(rubric, sections=_moved(rubric.sections, [s.key for s in rubric.sections], key, by))

    return act


def move_criterion(key: str, by: int) -> Edit:
    """One place up or down; from the edge of its section into the next. Raises `NotFound`."""

    def act(rubric: Rubric) -> Rubric:
        home = home_of(rubric, key)
        keys = [c.key for c in home.criteria]
        if 0 <= keys.index(key) + by < len(keys):
            return put_section(rubric, replace(home, criteria=_moved(home.criteria, keys, key, by)))
        place = rubric.sections.index(home) + by
        if not 0 <= place < len(rubric.sections):
            return rubric
        return to_section(key, rubric.sections[place].key, first=by > 0)(rubric)

    return act


def to_section(key: str, section: str, *, first: bool = False) -> Edit:
    """The question into another section, at its end or as its first. Raises `NotFound`."""

    def act(rubric: Rubric) -> Rubric:
        moved = criterion_of(rubric, key)
        without = remove_criterion(key)(rubric)
        home = section_of(without, section)
        criteria = (moved, *home.criteria) if first else (*home.criteria, moved)
        return put_section(without, replace(home, criteria=criteria))

    return act


def move_option(criterion: Criterion, key: str, by: int) -> Criterion:
    """Its options with one moved."""
    return replace(criterion, options=_moved(criterion.options, [o.key for o in criterion.options], key, by))


def add_option(criterion: Criterion) -> Criterion:
    """One more option; of a figure, the band above the last."""
    key = free_key("o", (o.key for o in criterion.options))
    low = criterion.options[-1].high if criterion.options else None
    banded = criterion.kind in (CriterionKind.NUMBER, CriterionKind.DEDUCTION)
    return replace(
        criterion, options=(*criterion.options, Option(key, "", ZERO, low=low if banded else None))
    )


def add_condition(criterion: Criterion) -> Criterion:
    """One more showing condition, to be changed."""
    fresh = Condition(ConditionSource.CALL_DATA, "direction", Operator.ONE_OF, ("inbound",))
    return replace(criterion, show_if=(*criterion.show_if, fresh))


def without_option(criterion: Criterion, key: str) -> Criterion:
    """Without one option."""
    return replace(criterion, options=tuple(o for o in criterion.options if o.key != key))


def without_condition(criterion: Criterion, place: str) -> Criterion:
    """Without the condition at a place, from 0."""
    kept = tuple(item for n, item in enumerate(criterion.show_if) if str(n) != place)
    return replace(criterion, show_if=kept)


def without_example(criterion: Criterion) -> Criterion:
    """Without its playable example."""
    return replace(criterion, example=None)


def of_kind(criterion: Criterion, kind: CriterionKind) -> Criterion:
    """The question as another kind, keeping what still fits."""
    if kind is CriterionKind.TEXT:
        return replace(criterion, kind=kind, options=(), max_points=ZERO, deduct_points=ZERO, deduct_cap=None)
    most = criterion.max_points if criterion.max_points > 0 else FIVE
    bare = replace(criterion, kind=kind, max_points=most, deduct_points=ZERO, deduct_cap=None)
    if kind is CriterionKind.DEDUCTION:
        return replace(bare, options=(), deduct_points=ONE)
    if kind is CriterionKind.NUMBER:
        return replace(bare, options=_bands(most))
    unbanded = tuple(replace(o, low=None, high=None) for o in criterion.options)
    enough = len(unbanded) == 2 if kind is CriterionKind.YES_NO else len(unbanded) >= 2
    banded = criterion.kind in (CriterionKind.NUMBER, CriterionKind.DEDUCTION)
    if not enough or banded:
        return replace(bare, options=_choices(kind, most))
    points = [option.points for option in unbanded]
    best = sum(points, ZERO) if kind is CriterionKind.MULTIPLE else max(points)
    return replace(bare, options=unbanded, max_points=best if best > 0 else most)


def fresh_criterion(rubric: Rubric, kind: CriterionKind) -> Criterion:
    """A question of this kind worth five points, still without a name."""
    key = free_key("c", (c.key for c in rubric.criteria))
    return of_kind(Criterion(key, "", kind, FIVE), kind)


def renamed(rubric: Rubric, old: str, new: str) -> Rubric:
    """The question under another key, in conditions that look at it too."""

    def follow(condition: Condition) -> Condition:
        looks = condition.source is ConditionSource.ANSWER and condition.key == old
        return replace(condition, key=new) if looks else condition

    def rename(criterion: Criterion) -> Criterion:
        key = new if criterion.key == old else criterion.key
        return replace(criterion, key=key, show_if=tuple(map(follow, criterion.show_if)))

    return replace(
        rubric,
        sections=tuple(replace(s, criteria=tuple(map(rename, s.criteria))) for s in rubric.sections),
    )


def put_section(rubric: Rubric, section: Section) -> Rubric:
    """The form with this section in place of the one of its key."""
    return replace(rubric, sections=tuple(section if s.key == section.key else s for s in rubric.sections))


def put_criterion(rubric: Rubric, criterion: Criterion) -> Rubric:
    """The form with this question in place of the one of its key. Raises `NotFound`."""
    home = home_of(rubric, criterion.key)
    criteria = tuple(criterion if c.key == criterion.key else c for c in home.criteria)
    return put_section(rubric, replace(home, criteria=criteria))


def section_of(rubric: Rubric, key: str) -> Section:
    """One section. Raises `NotFound`."""
    return _one(s for s in rubric.sections if s.key == key)


def home_of(rubric: Rubric, key: str) -> Section:
    """The section of a question. Raises `NotFound`."""
    return _one(s for s in rubric.sections if any(c.key == key for c in s.criteria))


def criterion_of(rubric: Rubric, key: str) -> Criterion:
    """One question. Raises `NotFound`."""
    return _one(c for c in rubric.criteria if c.key == key)


def free_key(letter: str, taken: Iterable[str]) -> str:
    """`c1`, `c2`, …: the first that is free."""
    known = set(taken)
    number = 1
    while f"{letter}{number}" in known:
        number += 1
    return f"{letter}{number}"


def _one(found: Iterable[T]) -> T:
    first = next(iter(found), None)
    if first is None:
        raise NotFound
    return first


def _moved(items: tuple[T, ...], keys: list[str], key: str, by: int) -> tuple[T, ...]:
    if key not in keys:
        raise NotFound
    place = keys.index(key)
    target = min(max(place + by, 0), len(items) - 1)
    rest = [item for n, item in enumerate(items) if n != place]
    return (*rest[:target], items[place], *rest[target:])


def _choices(kind: CriterionKind, most: Decimal) -> tuple[Option, ...]:
    if kind is CriterionKind.YES_NO:
        yes = Option("yes", "是", most, verdict=Verdict.MET)
        return yes, Option("no", "否", ZERO, verdict=Verdict.NOT_MET)
    if kind is CriterionKind.MULTIPLE:
        return Option("o1", "要点一", most / 2), Option("o2", "要点二", most / 2)
    names = ("优", "良", "差") if kind is CriterionKind.SCALE else ("完全做到", "部分做到", "没有做到")
    points = (most, most / 2, ZERO)
    return tuple(Option(f"o{n}", *pair) for n, pair in enumerate(zip(names, points, strict=True), start=1))


def _bands(most: Decimal) -> tuple[Option, ...]:
    edge = Decimal(5)
    return Option("o1", "5 以内", most, high=edge), Option("o2", "5 及以上", ZERO, low=edge)
