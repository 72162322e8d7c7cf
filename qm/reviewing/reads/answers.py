"""Stored answers as values, of one evaluation or of many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlmodel import col, select

from qm.core.batches import batches
from qm.core.database import reading
from qm.models import AnswerRow, EvidenceRow
from qm.rubrics.reads.stored_answers import load_answer
from scoring.types import Answer


def answers_of(evaluation_id: int) -> list[Answer]:
    """The answers of an evaluation with their evidence, by criterion."""
    return answers_by_evaluation([evaluation_id])[evaluation_id]


def answers_by_evaluation(ids: Iterable[int], *, with_evidence: bool = True) -> dict[int, list[Answer]]:
    """The answers of each of these evaluations, by criterion; none where nothing was answered."""
    found: dict[int, list[Answer]] = {item: [] for item in ids}
    for batch in batches(found):
        some = col(AnswerRow.evaluation_id).in_(batch)
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
