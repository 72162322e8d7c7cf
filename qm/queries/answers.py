"""Stored answers as values, of one evaluation or of many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlmodel import col, select

from qm.database import reading
from qm.models import AnswerRow, EvidenceRow
from qm.stored_answers import load_answer
from scoring.types import Answer

_AT_ONCE = 1000
"""Evaluations in one statement."""


def answers_of(evaluation_id: int) -> list[Answer]:
    """The answers of an evaluation with their evidence, by criterion."""
    return answers_by_evaluation([evaluation_id])[evaluation_id]


def answers_by_evaluation(ids: Iterable[int], *, with_evidence: bool = True) -> dict[int, list[Answer]]:
    """The answers of each of these evaluations, by criterion; none where nothing was answered."""
    found: dict[int, list[Answer]] = {item: [] for item in ids}
    wanted = list(found)
    for start in range(0, len(wanted), _AT_ONCE):
        some = col(AnswerRow.evaluation_id).in_(wanted[start : start + _AT_ONCE])
        proofs: dict[int, list[EvidenceRow]] = defaultdict(list)
        with reading() as session:
            rows = session.exec(select(AnswerRow).where(some).order_by(col(AnswerRow.criterion))).all()
            if with_evidence:
                for item in session.exec(
                    select(EvidenceRow)
                    .join(AnswerRow, col(AnswerRow.id) == EvidenceRow.answer_id)
                    .where(some)
                    .order_by(col(EvidenceRow.start_s), col(EvidenceRow.id))
                ).all():
                    proofs[item.answer_id].append(item)
        for row in rows:
            found[row.evaluation_id].append(load_answer(row, proofs[row.id or 0]))
    return found
