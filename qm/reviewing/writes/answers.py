"""Answers and their evidence as rows: what changed is written, the rest stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, delete, select

from qm.hearing.reads import stored
from qm.hearing.reads.personal_data import secrets_of
from qm.models import AnswerRow, Evaluation, EvidenceRow
from qm.reviewing.reads.answering import findings_of
from qm.reviewing.writes.refusals import TextTooLong
from qm.rubrics.reads.stored_answers import (
    COMMENT_MAX,
    answer_columns,
    evidence_columns,
    load_answer,
    load_evidence,
)
from scoring.suggest import same_choice
from scoring.types import Answer, Evidence, Finding, Rubric
from transcribe.masking import hidden


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer that is stored, with its evidence."""

    row: AnswerRow
    proofs: tuple[EvidenceRow, ...]


def check_lengths(rubric: Rubric, answers: Iterable[Answer]) -> None:
    """Raise `TextTooLong` for a comment that cannot be kept whole."""
    titles = {criterion.key: criterion.title for criterion in rubric.criteria}
    for answer in answers:
        if len(answer.comment) > COMMENT_MAX:
            raise TextTooLong(titles.get(answer.criterion, answer.criterion), COMMENT_MAX)


def store_answers(
    session: Session, evaluation: Evaluation, rubric: Rubric, answers: Iterable[Answer]
) -> None:
    """Make the stored answers equal to these. Joins the open write; `evaluation` was flushed.

    Beside an answer stands what the machine had suggested when it was chosen.
    """
    given = {answer.criterion: answer for answer in answers}
    kept = _kept(session, evaluation.id or 0)
    gone = [kept[key].row.id for key in kept.keys() - given.keys()]
    if gone:
        session.exec(delete(AnswerRow).where(col(AnswerRow.id).in_(gone)))
    chosen = [key for key, answer in given.items() if _chosen_anew(kept.get(key), answer)]
    told = _told(evaluation.recording_id, rubric, chosen)
    columns = {
        key: answer_columns(answer) | ({"suggested": told.get(key)} if key in chosen else {})
        for key, answer in given.items()
    }
    for key in kept.keys() & given.keys():
        _change(kept[key].row, columns[key])
    session.flush()
    ids = {key: item.row.id or 0 for key, item in kept.items()}
    ids |= _insert(session, evaluation, [columns[key] for key in given if key not in kept])
    _store_evidence(session, evaluation, given, ids, kept)


def _kept(session: Session, evaluation_id: int) -> dict[str, _Kept]:
    """The stored answers by criterion, evidence in the order in which it was attached."""
    pairs = session.exec(
        select(AnswerRow, EvidenceRow)
        .outerjoin(EvidenceRow, col(EvidenceRow.answer_id) == AnswerRow.id)
        .where(AnswerRow.evaluation_id == evaluation_id)
        .order_by(col(EvidenceRow.id))
    ).all()
    found: dict[str, _Kept] = {}
    for row, proof in pairs:
        before = found.get(row.criterion, _Kept(row, ()))
        found[row.criterion] = _Kept(row, before.proofs + ((proof,) if proof else ()))
    return found


def _chosen_anew(kept: _Kept | None, answer: Answer) -> bool:
    return kept is None or kept.row.suggested is None or not same_choice(load_answer(kept.row), answer)


def _told(recording_id: str, rubric: Rubric, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What the machine says of these criteria now, by criterion."""
    wanted = set(keys)
    rules = {c.key: c.rule for c in rubric.criteria if c.rule and c.key in wanted}
    findings = findings_of(recording_id, set(rules.values()))
    return {key: _suggested(findings[rule]) for key, rule in rules.items() if rule in findings}


def _suggested(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule_key,
        "version": finding.rule_version,
        "verdict": finding.verdict.value,
        "evidence": [stored.dump_evidence(item) for item in finding.evidence],
    }


def _change(row: AnswerRow, columns: Mapping[str, Any]) -> None:
    """A row that differs in any column is written with all, so that all rows go in one statement."""
    if all(getattr(row, name) == value for name, value in columns.items()):
        return
    for name, value in columns.items():
        setattr(row, name, value)
    for name in AnswerRow.model_fields.keys() - {"id"}:
        flag_modified(row, name)


def _insert(session: Session, evaluation: Evaluation, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Ids of new rows by criterion. One statement: rows added one by one are inserted so on SQLite."""
    if not rows:
        return {}
    made = session.execute(
        sa.insert(AnswerRow).returning(col(AnswerRow.criterion), col(AnswerRow.id)),
        [{"evaluation_id": evaluation.id, **row} for row in rows],
    )
    return {criterion: row_id or 0 for criterion, row_id in made}


def _store_evidence(
    session: Session,
    evaluation: Evaluation,
    given: Mapping[str, Answer],
    ids: Mapping[str, int],
    kept: Mapping[str, _Kept],
) -> None:
    before = {key: kept[key].proofs if key in kept else () for key in given}
    other = {key for key in given if not _same(before[key], given[key].evidence)}
    if not other:
        return
    secrets = secrets_of(evaluation.transcript_id)
    wanted = {
        key: [replace(item, text=hidden(item.text, secrets)) for item in given[key].evidence] for key in other
    }
    other = {key for key in other if not _same(before[key], wanted[key])}
    old = [proof.answer_id for key in other for proof in before[key]]
    if old:
        session.exec(delete(EvidenceRow).where(col(EvidenceRow.answer_id).in_(old)))
    rows = [
        {"answer_id": ids[key], **evidence_columns(item)}
        for key in given
        if key in other
        for item in wanted[key]
    ]
    if rows:
        session.execute(sa.insert(EvidenceRow), rows)


def _same(rows: Iterable[EvidenceRow], items: Iterable[Evidence]) -> bool:
    return [evidence_columns(load_evidence(row)) for row in rows] == [
        evidence_columns(item) for item in items
    ]
