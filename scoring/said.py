"""What an answer says in the labels of its form: what is put into words, and kept where forms may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scoring.types import Answer, Criterion


@dataclass(frozen=True, slots=True)
class Said:
    """An answer with labels in place of option keys. True where it says anything; free text is not kept."""

    labels: tuple[str, ...] = ()
    not_applicable: bool = False
    occurrences: int | None = None
    number: Decimal | None = None

    def __bool__(self) -> bool:
        """True where an option is chosen, a figure given, or the question does not apply."""
        return bool(self.labels) or self.not_applicable or self.figure is not None

    @property
    def figure(self) -> Decimal | int | None:
        """The number or count that was given."""
        return self.occurrences if self.number is None else self.number


def said(criterion: Criterion, answer: Answer) -> Said:
    """What the answer says to this question."""
    labels = tuple(option.label for option in criterion.options if option.key in answer.options)
    return Said(labels, answer.not_applicable, answer.occurrences, answer.number)


def said_to_dict(given: Said) -> dict[str, Any]:
    """As JSON; `said_from_dict` gives the equal value back."""
    number = None if given.number is None else str(given.number)
    return {
        "labels": list(given.labels),
        "not_applicable": given.not_applicable,
        "occurrences": given.occurrences,
        "number": number,
    }


def said_from_dict(document: Mapping[str, Any]) -> Said:
    """What was kept as JSON."""
    number = document["number"]
    return Said(
        labels=tuple(document["labels"]),
        not_applicable=document["not_applicable"],
        occurrences=document["occurrences"],
        number=None if number is None else Decimal(number),
    )
