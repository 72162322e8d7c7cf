"""The one way in which an answer is put into words."""

from __future__ import annotations

from flask_babel import gettext

from qm.frame.figures import points
from qm.frame.registry import template_filter, template_global
from scoring.said import Said, said
from scoring.types import Answer, Criterion


@template_filter
def said_words(given: Said) -> str:
    """`不适用`, `3 次`, `12.5`, or the labels chosen; empty where nothing of these was answered."""
    if given.not_applicable:
        return str(gettext("不适用"))
    if given.number is not None:
        return points(given.number)
    if given.occurrences is not None:
        return str(gettext("%(count)s 次", count=given.occurrences))
    return "、".join(given.labels)


@template_global
def answered_words(criterion: Criterion, answer: Answer | None) -> str:
    """An answer to a question of a form in words; empty for none."""
    return said_words(said(criterion, answer)) if answer is not None else ""
