"""Rules as a form: what is listened for, whose words, where, how often, before or after what, except when.

The form and its YAML say the same both ways; a rule that says more has no form. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence as Several
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from scoring.rules import Rule
from scoring.rules.model import Explanations
from scoring.rules.nodes import (
    All,
    AnyOf,
    CallData,
    Condition,
    Count,
    Entity,
    EntityKind,
    Except,
    Pattern,
    Phrase,
    Sequence,
    Similar,
    Spoken,
    Who,
    Window,
)

_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")
LIKENESS = 0.6
"""Threshold of similar meaning where the form sets none."""
NEAR_S = 10.0
"""Seconds around a match in which an exception excuses it, where the form sets none."""


class Place(StrEnum):
    """Where a match must lie, seen from another condition's match."""

    ANYWHERE = "anywhere"
    AFTER = "after"
    BEFORE = "before"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody says: any of these."""

    groups: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Said as written, or in other characters of the same sound."""
    similar: tuple[str, ...] = ()
    """Example sentences; what means much the same counts too."""
    entity: EntityKind | None = None
    role: Who = Who.AGENT

    @property
    def given(self) -> bool:
        """Something is listened for."""
        return bool(self.groups or self.words or self.similar or self.entity)


@dataclass(frozen=True, slots=True)
class SimpleRule:
    """A rule that the form can express."""

    key: str
    title: str
    description: str = ""
    must: bool = True
    """True: must be said; false: must not."""
    heard: Heard = field(default_factory=Heard)
    first_s: float | None = None
    last_s: float | None = None
    count: int = 1
    place: Place = Place.ANYWHERE
    anchor: Heard = field(default_factory=Heard)
    """What `place` is seen from."""
    within_s: float | None = None
    then: Heard = field(default_factory=Heard)
    """What has to follow."""
    then_s: float | None = None
    unless: Heard = field(default_factory=Heard)
    """What excuses a match where it is heard around it."""
    unless_s: float = NEAR_S
    only_groups: tuple[str, ...] = ()
    """Asked only where one of these phrase groups was heard from anybody."""
    only_data: tuple[CallData, ...] = ()
    """Asked only where all of these comparisons with call data hold."""


def rule_from(form: SimpleRule) -> Rule:
    """The rule that the form describes. It has no condition where nothing is listened for."""
    condition = _condition(form)
    return Rule(
        key=form.key,
        title=form.title,
        description=form.description,
        applies_when=_applies(form),
        met_when=condition if form.must else None,
        violated_when=None if form.must else condition,
    )


def form_from(rule: Rule) -> SimpleRule | None:
    """The form that describes the rule; None where the rule says more than the form can."""
    if rule.explain != Explanations():
        return None
    blank = SimpleRule(rule.key, rule.title, rule.description, rule.demands)
    made = _read_condition(_read_applies(blank, rule.applies_when), rule.condition)
    blocks = (made.heard, made.anchor, made.then, made.unless)
    if any(_SPECIAL.search(word) for block in blocks for word in block.words):
        return None
    again = rule_from(made)
    if again.met_when is None and again.violated_when is None:
        return None
    same = (again.applies_when, again.condition) == (rule.applies_when, rule.condition)
    return made if same else None


def _condition(form: SimpleRule) -> Condition | None:
    hung = form.anchor.given and form.place is not Place.ANYWHERE
    window = Window(first_s=form.first_s, last_s=form.last_s, within_s=form.within_s if hung else None)
    if hung:
        anchor: dict[str, Any] = {form.place.value: _said(form.anchor)}
        window = replace(window, **anchor)
    found = _said(form.heard, window, form.count)
    if found is None:
        return None
    following = _said(form.then)
    if following is not None:
        found = Sequence(parts=(found, following), within_s=form.then_s)
    excuse = _said(form.unless)
    return found if excuse is None else Except(part=found, exception=excuse, within_s=form.unless_s)


def _said(block: Heard, window: Window | None = None, count: int = 1) -> Condition | None:
    """The condition of a block; None where it is empty."""
    common = {"role": block.role, "window": window or Window()}
    parts: list[Spoken] = []
    if block.groups:
        parts.append(Phrase(groups=block.groups, **common))  # type: ignore[arg-type]
    if block.words:
        parts.append(Pattern(sounds=block.words, **common))  # type: ignore[arg-type]
    if block.similar:
        parts.append(Similar(examples=block.similar, threshold=LIKENESS, **common))  # type: ignore[arg-type]
    if block.entity:
        parts.append(Entity(kind=block.entity, **common))  # type: ignore[arg-type]
    if len(parts) > 1:
        any_of = AnyOf(tuple(parts))
        return Count(min=count, parts=(any_of,)) if count > 1 else any_of
    return replace(parts[0], count=count) if parts else None


def _applies(form: SimpleRule) -> Condition | None:
    spoken = (Phrase(groups=form.only_groups, role=Who.ANYONE),) if form.only_groups else ()
    parts: tuple[Condition, ...] = (*spoken, *form.only_data)
    return All(parts) if len(parts) > 1 else parts[0] if parts else None


def _read_applies(form: SimpleRule, condition: Condition | None) -> SimpleRule:
    parts = condition.parts if isinstance(condition, All) else (condition,)
    groups = [part.groups for part in parts if isinstance(part, Phrase)]
    data = tuple(part for part in parts if isinstance(part, CallData))
    return replace(form, only_groups=groups[0] if groups else (), only_data=data)


def _read_condition(form: SimpleRule, condition: Condition) -> SimpleRule:
    if isinstance(condition, Except):
        excuse = _read(condition.exception)
        form = replace(form, unless=excuse, unless_s=condition.within_s)
        condition = condition.part
    if isinstance(condition, Sequence) and len(condition.parts) == 2:
        form = replace(form, then=_read(condition.parts[1]), then_s=condition.within_s)
        condition = condition.parts[0]
    count = 1
    if isinstance(condition, Count) and len(condition.parts) == 1:
        count, condition = condition.min, condition.parts[0]
    spoken = _spoken(condition)
    if not spoken:
        return form
    window = spoken[0].window
    places = [place for place in Place if place is not Place.ANYWHERE and getattr(window, place.value)]
    place = places[0] if places else Place.ANYWHERE
    return replace(
        form,
        heard=_read(condition),
        first_s=window.first_s,
        last_s=window.last_s,
        count=max(count, spoken[0].count),
        place=place,
        anchor=_read(getattr(window, place.value)) if places else Heard(),
        within_s=window.within_s,
    )


def _spoken(condition: Condition) -> Several[Spoken]:
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
    return [part for part in parts if isinstance(part, Spoken)]


def _read(condition: Condition) -> Heard:
    """What a block would say; comparing the rule made from it shows whether that is all."""
    spoken = _spoken(condition)
    if not spoken:
        return Heard()
    found = {type(part): part for part in spoken}
    phrase, pattern, similar, entity = (found.get(kind) for kind in (Phrase, Pattern, Similar, Entity))
    return Heard(
        groups=phrase.groups if isinstance(phrase, Phrase) else (),
        words=pattern.sounds if isinstance(pattern, Pattern) else (),
        similar=similar.examples if isinstance(similar, Similar) else (),
        entity=entity.kind if isinstance(entity, Entity) else None,
        role=spoken[0].role,
    )
