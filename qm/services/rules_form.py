"""The common rule as a form: what is listened for, whose words, where in the call, how often. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scoring.rules import Rule
from scoring.rules.model import Explanations
from scoring.rules.nodes import AnyOf, Condition, Pattern, Phrase, Similar, Spoken, Who, Window

_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")
LIKENESS = 0.6
"""Threshold of similar meaning where the form sets none."""


@dataclass(frozen=True, slots=True)
class SimpleRule:
    """A rule that the form can express."""

    key: str
    title: str
    description: str = ""
    must: bool = True
    """True: must be said; false: must not."""
    groups: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Said as written, or in other characters of the same sound."""
    similar: tuple[str, ...] = ()
    """Example sentences; what means much the same counts too."""
    role: Who = Who.AGENT
    first_s: float | None = None
    last_s: float | None = None
    count: int = 1
    only_groups: tuple[str, ...] = ()
    """Asked only where one of these phrase groups was heard from anybody."""


def rule_from(form: SimpleRule) -> Rule:
    """The rule that the form describes. It has no condition where nothing is listened for."""
    window = Window(first_s=form.first_s, last_s=form.last_s)
    common = {"role": form.role, "window": window, "count": form.count}
    parts: list[Condition] = []
    if form.groups:
        parts.append(Phrase(groups=form.groups, **common))  # type: ignore[arg-type]
    if form.words:
        parts.append(Pattern(sounds=form.words, **common))  # type: ignore[arg-type]
    if form.similar:
        parts.append(Similar(examples=form.similar, threshold=LIKENESS, **common))  # type: ignore[arg-type]
    condition = parts[0] if len(parts) == 1 else AnyOf(tuple(parts)) if parts else None
    return Rule(
        key=form.key,
        title=form.title,
        description=form.description,
        applies_when=Phrase(groups=form.only_groups, role=Who.ANYONE) if form.only_groups else None,
        met_when=condition if form.must else None,
        violated_when=None if form.must else condition,
    )


def form_from(rule: Rule) -> SimpleRule | None:
    """The form that describes the rule; None where the rule says more than the form can."""
    condition = rule.condition
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
    spoken = [part for part in parts if isinstance(part, Spoken)]
    if len(spoken) != len(parts) or rule.explain != Explanations():
        return None
    found: dict[type, Spoken] = {type(part): part for part in spoken}
    first = spoken[0]
    phrase, pattern, similar = found.get(Phrase), found.get(Pattern), found.get(Similar)
    only = rule.applies_when
    made = SimpleRule(
        key=rule.key,
        title=rule.title,
        description=rule.description,
        must=rule.demands,
        groups=phrase.groups if isinstance(phrase, Phrase) else (),
        words=pattern.sounds if isinstance(pattern, Pattern) else (),
        similar=similar.examples if isinstance(similar, Similar) else (),
        role=first.role,
        first_s=first.window.first_s,
        last_s=first.window.last_s,
        count=first.count,
        only_groups=only.groups if isinstance(only, Phrase) else (),
    )
    if any(_SPECIAL.search(word) for word in made.words):
        return None
    again = rule_from(made)
    same = (again.applies_when, again.condition) == (only, condition)
    return made if same else None
