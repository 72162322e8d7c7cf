"""What a form still lacks before it can be submitted, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from recorder.message import Message
from scoring.arithmetic import answers_by_key
from scoring.marks import chosen_options
from scoring.types import Answer, Criterion, CriterionKind, Rubric
from scoring.visibility import is_answered, shown


class Lack(StrEnum):
    """What is lacking."""

    ANSWER = "answer"
    COMMENT = "comment"
    EVIDENCE = "evidence"
    SCORABLE = "scorable"
    """Everything was marked not applicable: there is nothing to score."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing to do before submitting. `criterion` is empty where it concerns the whole form."""

    criterion: str
    lack: Lack
    message: Message


def missing(
    rubric: Rubric, answers: Iterable[Answer], call_data: Mapping[str, str] | None = None
) -> tuple[Missing, ...]:
    """What must still be answered, commented or evidenced, in the order of the form.

    Raises `AnswerInvalid` for answers that do not fit the rubric.
    """
    given = answers_by_key(rubric, answers)
    visible = shown(rubric, given, call_data or {})
    found = [
        lack
        for criterion in rubric.criteria
        if criterion.key in visible
        for lack in _lacks(criterion, given.get(criterion.key))
    ]
    if not found and not any(
        key in visible and not answer.not_applicable and _is_scored(rubric, key)
        for key, answer in given.items()
    ):
        found.append(
            Missing("", Lack.SCORABLE, Message("所有计分项都是“不适用”，无法得出分数，请核对或退回此样本。"))
        )
    return tuple(found)


def _is_scored(rubric: Rubric, key: str) -> bool:
    return any(c.key == key and c.kind is not CriterionKind.TEXT and not c.bonus for c in rubric.criteria)


def _lacks(criterion: Criterion, answer: Answer | None) -> Iterator[Missing]:
    if answer is None or not is_answered(criterion, answer):
        if not criterion.optional:
            yield Missing(criterion.key, Lack.ANSWER, Message("“%(title)s”还没有评。", title=criterion.title))
        return
    for option in chosen_options(criterion, answer):
        if option.requires_comment and not answer.comment.strip():
            said = Message(
                "“%(title)s”选了“%(label)s”，请写明理由。", title=criterion.title, label=option.label
            )
            yield Missing(criterion.key, Lack.COMMENT, said)
        if option.requires_evidence and not answer.evidence:
            said = Message(
                "“%(title)s”选了“%(label)s”，请在录音中标出证据。", title=criterion.title, label=option.label
            )
            yield Missing(criterion.key, Lack.EVIDENCE, said)
