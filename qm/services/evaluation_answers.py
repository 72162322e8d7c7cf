"""Answers and their evidence as rows: what changed is written, the rest stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import col, delete, select

from qm import stored
from qm.database import writing
from qm.models import AnswerRow, Evaluation, EvidenceRow
from qm.queries.personal_data import secrets_of
from qm.services.evaluation_errors import TextTooLong
from recorder.message import shortened
from scoring.types import Answer, Evidence, Finding, Rubric
from transcribe.masking import Secret, hidden

COMMENT_MAX = 1000
"""Characters of a comment on one answer."""
_TEXT_MAX, _SOURCE_MAX = 300, 60


def check_lengths(rubric: Rubric, answers: Iterable[Answer]) -> None:
    """Raise `TextTooLong` for a comment that cannot be kept whole."""
    titles = {criterion.key: criterion.title for criterion in rubric.criteria}
    for answer in answers:
        if len(answer.comment) > COMMENT_MAX:
            raise TextTooLong(titles.get(answer.criterion, answer.criterion), COMMENT_MAX)


def store_answers(
    evaluation_id: int, rubric: Rubric, answers: Iterable[Answer], told: Mapping[str, Finding]
) -> None:
    """Make the stored answers equal to these. `told`: the machine's findings by rule key."""
    rules = {criterion.key: criterion.rule or "" for criterion in rubric.criteria}
    given = {answer.criterion: answer for answer in answers}
    with writing() as session:
        rows = session.exec(select(AnswerRow).where(AnswerRow.evaluation_id == evaluation_id)).all()
        by_criterion = {row.criterion: row for row in rows}
        for key in by_criterion.keys() - given.keys():
            session.delete(by_criterion[key])
        for key, answer in given.items():
            suggested = _suggested(told.get(rules.get(key, "")))
            row = by_criterion.get(key) or AnswerRow(evaluation_id=evaluation_id, criterion=key)
            _fill(row, answer, suggested)
            session.add(row)
        session.flush()
    _store_evidence(evaluation_id, given)


def _fill(row: AnswerRow, answer: Answer, suggested: dict[str, Any] | None) -> None:
    changed = (row.options, row.not_applicable) != (list(answer.options), answer.not_applicable)
    if changed or row.suggested is None:
        row.suggested = suggested
    row.options = list(answer.options)
    row.not_applicable = answer.not_applicable
    row.occurrences = answer.occurrences
    row.number = answer.number
    row.comment = answer.comment


def _suggested(finding: Finding | None) -> dict[str, Any] | None:
    if finding is None:
        return None
    return {
        "rule": finding.rule_key,
        "version": finding.rule_version,
        "verdict": finding.verdict.value,
        "evidence": [stored.dump_evidence(item) for item in finding.evidence],
    }


def _store_evidence(evaluation_id: int, given: Mapping[str, Answer]) -> None:
    with writing() as session:
        rows = session.exec(select(AnswerRow).where(AnswerRow.evaluation_id == evaluation_id)).all()
        secrets = secrets_of(session.get_one(Evaluation, evaluation_id).transcript_id)
        ids = {row.criterion: row.id or 0 for row in rows}
        kept = session.exec(select(EvidenceRow).where(col(EvidenceRow.answer_id).in_(ids.values()))).all()
        for key, answer_id in ids.items():
            before = [_identity(row) for row in kept if row.answer_id == answer_id]
            wanted = [_row(answer_id, item, secrets) for item in given[key].evidence]
            if before != [_identity(row) for row in wanted]:
                session.exec(delete(EvidenceRow).where(col(EvidenceRow.answer_id) == answer_id))
                session.add_all(wanted)
        session.flush()


def _row(answer_id: int, item: Evidence, secrets: Iterable[Secret]) -> EvidenceRow:
    return EvidenceRow(
        answer_id=answer_id,
        start_s=item.start_s,
        end_s=max(item.start_s, item.end_s),
        role=item.role.value,
        text=shortened(hidden(item.text, secrets), _TEXT_MAX),
        source=item.source[:_SOURCE_MAX],
    )


def _identity(row: EvidenceRow) -> tuple[float, float, str, str, str]:
    return row.start_s, row.end_s, row.role, row.text, row.source


def _kept(text: str, most: int) -> str:
    return text.replace("\x00", "")[:most]  # PostgreSQL keeps no NUL
