"""An answer and its evidence as rows and back: the one place that knows their columns.

As JSON they are written and read by `scoring.documents`, in words by `qm.rubrics.words.answers`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qm.models import AnswerRow, EvidenceRow
from recorder.message import shortened
from recorder.types import Role
from scoring.types import Answer, Evidence

COMMENT_MAX = 1000
"""Characters of a comment on one answer."""
_TEXT_MAX, _SOURCE_MAX = 300, 60


def answer_columns(answer: Answer) -> dict[str, Any]:
    """What an `AnswerRow` keeps of an answer; its evidence has rows of its own."""
    return {
        "criterion": answer.criterion,
        "options": list(answer.options),
        "not_applicable": answer.not_applicable,
        "occurrences": answer.occurrences,
        "number": answer.number,
        "comment": answer.comment,
    }


def evidence_columns(item: Evidence) -> dict[str, Any]:
    """What an `EvidenceRow` keeps of a piece of evidence; longer texts are cut."""
    return {
        "start_s": item.start_s,
        "end_s": max(item.start_s, item.end_s),
        "role": item.role.value,
        "text": shortened(item.text, _TEXT_MAX),
        "source": item.source[:_SOURCE_MAX],
    }


def load_answer(row: AnswerRow, proofs: Iterable[EvidenceRow] = ()) -> Answer:
    """The answer that a row and the rows of its evidence stand for."""
    return Answer(
        criterion=row.criterion,
        options=tuple(row.options),
        not_applicable=row.not_applicable,
        occurrences=row.occurrences,
        number=row.number,
        comment=row.comment,
        evidence=tuple(load_evidence(item) for item in proofs),
    )


def load_evidence(row: EvidenceRow) -> Evidence:
    """The evidence that a row stands for."""
    return Evidence(row.start_s, row.end_s, Role(row.role), row.text, row.source)
