"""Answers and scores as JSON documents, without loss: figures are strings with every digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any

from recorder.message import Message, message_of_json
from recorder.types import Role
from scoring.errors import PackInvalid
from scoring.types import Answer, CriticalClass, Evidence, Score, SectionScore


def answer_to_dict(answer: Answer) -> dict[str, Any]:
    """One answer; `answer_from_dict` gives the equal answer back."""
    return {
        "criterion": answer.criterion,
        "options": list(answer.options),
        "not_applicable": answer.not_applicable,
        "occurrences": answer.occurrences,
        "number": _figure(answer.number),
        "comment": answer.comment,
        "evidence": [evidence_to_dict(item) for item in answer.evidence],
    }


def answer_from_dict(document: Mapping[str, Any]) -> Answer:
    """The answer of a document. Raises `PackInvalid` where it is none."""
    try:
        number, times = document.get("number"), document.get("occurrences")
        return Answer(
            criterion=str(document["criterion"]),
            options=tuple(map(str, document.get("options", ()))),
            not_applicable=bool(document.get("not_applicable", False)),
            occurrences=None if times is None else int(times),
            number=None if number is None else Decimal(str(number)),
            comment=str(document.get("comment", "")),
            evidence=tuple(evidence_from_dict(item) for item in document.get("evidence", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise PackInvalid(f"答案无法读取（{type(error).__name__}），请核对文件是否完整。") from error


def evidence_to_dict(evidence: Evidence) -> dict[str, Any]:
    """One piece of evidence; a fact has beside its Chinese words the `message` that they were made from."""
    plain = {item.name: getattr(evidence, item.name) for item in fields(evidence)}
    plain |= {"role": str(evidence.role), "text": str(evidence.text)}
    if isinstance(evidence.text, Message):
        plain["message"] = evidence.text.to_json()
    return plain


def evidence_from_dict(document: Mapping[str, Any]) -> Evidence:
    """The evidence of a document. Raises `PackInvalid` where it is none."""
    try:
        return Evidence(
            start_s=float(document["start_s"]),
            end_s=float(document["end_s"]),
            role=Role(document["role"]),
            text=_text(document["text"], document.get("message")),
            source=str(document["source"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PackInvalid(f"证据无法读取（{type(error).__name__}），请核对文件是否完整。") from error


def _text(words: object, message: object) -> str:
    """Heard words, or the fact that a message states; one that states something else is none."""
    if isinstance(words, Message):
        return words
    told = None if message is None else message_of_json(message)
    return told if told is not None and told == words else str(words)


def score_to_dict(score: Score) -> dict[str, Any]:
    """One score, every field, figures as strings."""
    return {
        "total": _figure(score.total),
        "lost_total": _figure(score.lost_total),
        "sections": [_section(section) for section in score.sections],
        "vetoes": list(score.vetoes),
        "critical_errors": {kind.value: score.critical_errors.get(kind, 0) for kind in CriticalClass},
        "answered": score.answered,
        "answerable": score.answerable,
        "scorable": score.scorable,
    }


def score_from_dict(document: Mapping[str, Any]) -> Score:
    """The score of a document. Raises `PackInvalid` where it is none."""
    try:
        lost = document["lost_total"]
        return Score(
            total=Decimal(document["total"]),
            lost_total=None if lost is None else Decimal(lost),
            sections=tuple(_section_of(item) for item in document["sections"]),
            vetoes=tuple(map(str, document["vetoes"])),
            critical_errors={CriticalClass(k): int(v) for k, v in document["critical_errors"].items()},
            answered=int(document["answered"]),
            answerable=int(document["answerable"]),
            scorable=bool(document["scorable"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise PackInvalid(f"得分无法读取（{type(error).__name__}），请核对文件是否完整。") from error


def _section(section: SectionScore) -> dict[str, Any]:
    figures = ("earned", "applicable_max", "weight", "score", "lost_score", "bonus")
    return {
        "key": section.key,
        "vetoed": section.vetoed,
        **{name: _figure(getattr(section, name)) for name in figures},
    }


def _section_of(document: Mapping[str, Any]) -> SectionScore:
    def figure(name: str) -> Decimal | None:
        return None if document[name] is None else Decimal(document[name])

    return SectionScore(
        key=str(document["key"]),
        earned=Decimal(document["earned"]),
        applicable_max=Decimal(document["applicable_max"]),
        weight=Decimal(document["weight"]),
        score=figure("score"),
        vetoed=bool(document["vetoed"]),
        lost_score=figure("lost_score"),
        bonus=Decimal(document["bonus"]),
    )


def _figure(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
