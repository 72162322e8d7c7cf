"""How well the seeded rules answer what a careful inspector found: precision and recall a label.

A label counts once a call. `true` is the positive class for what must be said and for complaints; for
forbidden speech, dead air and interruption positive means that it happened. Calls whose label is null
(not applicable) are left out of the label's figures; answers that are *cannot tell* are counted apart
and enter neither precision nor recall; *not applicable* where the label is true or false counts as no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scoring.rules import Rule, judge_many, seeded
from scoring.types import Conversation, Finding, Verdict

Labels = Mapping[str, Any]
"""Truth of one call: keys of the sample calls' `labels`."""


@dataclass(frozen=True, slots=True)
class Question:
    """One label: which rules answer it, which verdict means yes, and how the truth is read."""

    label: str
    rules: tuple[str, ...]
    yes: Verdict
    truth: Callable[[Labels], bool | None]


FORBIDDEN_RULES = (
    "forbidden_speech",
    "no_promise_of_return",
    "no_inside_information",
    "no_password_request",
    "no_hang_up_first",
)


def _plain(name: str) -> Callable[[Labels], bool | None]:
    return lambda labels: None if labels.get(name) is None else bool(labels[name])


QUESTIONS: tuple[Question, ...] = (
    Question("greeting", ("greeting",), Verdict.MET, _plain("greeting")),
    Question("closing", ("closing",), Verdict.MET, _plain("closing")),
    Question("identity_check", ("identity_check",), Verdict.MET, _plain("identity_check")),
    Question("risk_disclosure", ("risk_disclosure",), Verdict.MET, _plain("risk_disclosure")),
    Question("forbidden", FORBIDDEN_RULES, Verdict.NOT_MET, _plain("forbidden")),
    Question("dead_air", ("no_dead_air",), Verdict.NOT_MET, _plain("dead_air_s")),
    Question("interruption", ("no_interruption",), Verdict.NOT_MET, _plain("agent_interrupts")),
    Question("complaint", ("complaint",), Verdict.MET, _plain("complaint")),
)


@dataclass(slots=True)
class Tally:
    """Counts of one label over the calls. A rate is None where it has nothing to count."""

    true_positive: int = 0
    false_positive: int = 0
    false_negative: int = 0
    true_negative: int = 0
    cannot_tell: int = 0
    falsely_applied: int = 0
    """Answers of yes or no where the label is null."""
    wrong: list[str] = field(default_factory=list)
    """Recordings answered wrongly."""

    @property
    def n(self) -> int:
        """Calls with a label, those that could not be told included."""
        return (
            self.true_positive
            + self.false_positive
            + self.false_negative
            + self.true_negative
            + self.cannot_tell
        )

    @property
    def precision(self) -> float | None:
        """Share of the yes answers that are right."""
        return _rate(self.true_positive, self.false_positive)

    @property
    def recall(self) -> float | None:
        """Share of the true labels that were answered yes."""
        return _rate(self.true_positive, self.false_negative)

    @property
    def negative_precision(self) -> float | None:
        """Share of the no answers that are right: what an agent is blamed for."""
        return _rate(self.true_negative, self.false_negative)

    @property
    def negative_recall(self) -> float | None:
        """Share of the false labels that were answered no."""
        return _rate(self.true_negative, self.false_positive)

    def count(self, recording_id: str, *, truth: bool | None, answer: bool | None, asked: bool) -> None:
        """Enter one call. `answer` None is *cannot tell*; `asked` False is *not applicable*."""
        if truth is None:
            self.falsely_applied += asked
        elif answer is None:
            self.cannot_tell += 1
        elif truth:
            self.true_positive += answer
            self.false_negative += not answer
        else:
            self.false_positive += answer
            self.true_negative += not answer
        if truth is not None and answer is not None and truth is not answer:
            self.wrong.append(recording_id)


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of all labels over some calls."""

    tallies: Mapping[str, Tally]

    def as_json(self) -> dict[str, float | int | None]:
        """Flat keys `<label>.precision`, `.recall`, `.cannot_tell`, `.n` and the figures behind them."""
        names = (
            "precision", "recall", "cannot_tell", "n", "negative_precision", "negative_recall",
            "true_positive", "false_positive", "false_negative", "true_negative", "falsely_applied",
        )  # fmt: skip
        return {
            f"{label}.{name}": getattr(tally, name) for label, tally in self.tallies.items() for name in names
        }


def run(labelled: Iterable[tuple[Conversation, Labels]], *, rules: Sequence[Rule] | None = None) -> Report:
    """Judge labelled conversations with the seeded rules (or those given) and count.

    The labels are read only after a conversation has been judged.
    """
    pairs = tuple(labelled)
    found = judge_many(rules if rules is not None else seeded(), (conversation for conversation, _ in pairs))
    tallies = {question.label: Tally() for question in QUESTIONS}
    for (conversation, labels), findings in zip(pairs, found, strict=True):
        for question in QUESTIONS:
            answer, asked = answered(question, findings)
            tallies[question.label].count(
                conversation.recording_id, truth=question.truth(labels), answer=answer, asked=asked
            )
    return Report(tallies)


def answered(question: Question, findings: Mapping[str, Finding]) -> tuple[bool | None, bool]:
    """The answer to a label (None: cannot tell), and whether it applied at all.

    One rule that says yes is enough; otherwise one that cannot tell leaves the question open.
    """
    verdicts = [findings[key].verdict for key in question.rules if key in findings]
    if question.yes in verdicts:
        return True, True
    if Verdict.CANNOT_TELL in verdicts:
        return None, True
    return False, any(verdict is not Verdict.NOT_APPLICABLE for verdict in verdicts)


def _rate(hit: int, miss: int) -> float | None:
    return hit / (hit + miss) if hit + miss else None
