"""What the builder's lists offer, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString, lazy_gettext

from qm.frame.registry import template_filter, template_global
from qm.rubrics.words import forms
from scoring.types import Operator, ScoringMode, Verdict

Named = tuple[tuple[str, LazyString], ...]

VERDICTS: Mapping[Verdict, LazyString] = {
    Verdict.MET: lazy_gettext("符合时"),
    Verdict.NOT_MET: lazy_gettext("不符合时"),
    Verdict.NOT_APPLICABLE: lazy_gettext("不适用时"),
}
OPERATORS: Mapping[Operator, LazyString] = {
    Operator.ONE_OF: lazy_gettext("是其中之一"),
    Operator.NOT_ONE_OF: lazy_gettext("不是其中任一"),
    Operator.AT_LEAST: lazy_gettext("不小于"),
    Operator.AT_MOST: lazy_gettext("不大于"),
}
DATA_KEYS: Mapping[str, LazyString] = {
    "direction": lazy_gettext("呼叫方向"),
    "queue": lazy_gettext("业务队列"),
    "team": lazy_gettext("班组"),
    "agent_no": lazy_gettext("工号"),
}


@template_global
def call_data_words(key: str) -> str:
    """The name of an attribute of calls; one of the centre's own is its own name."""
    return str(DATA_KEYS.get(key, key))


@template_filter
def mode_words(mode: str) -> str:
    """The name of a way of scoring."""
    return str(forms.SCORING_MODES[ScoringMode(mode)])


@dataclass(frozen=True, slots=True)
class Choices:
    """Values with their names, for the builder's select fields."""

    modes: Named
    kinds: Named
    vetoes: Named
    classes: Named
    policies: Named
    verdicts: Named
    operators: Named


def choices() -> Choices:
    """Every list of the builder."""
    return Choices(
        modes=_named(forms.SCORING_MODES),
        kinds=_named(forms.CRITERION_KINDS),
        vetoes=_named(forms.VETOES),
        classes=_named(forms.CRITICAL_CLASSES),
        policies=_named(forms.POLICIES),
        verdicts=_named(VERDICTS),
        operators=_named(OPERATORS),
    )


def _named(words: Mapping[Any, LazyString]) -> Named:
    return tuple((member.value, name) for member, name in words.items())
