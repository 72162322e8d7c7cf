"""Copying what was heard and found in one call to many others, a statement a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from qm.models import AnswerRow, Evaluation, EvidenceRow, FindingRow, HitRow, TranscriptRow, UtteranceRow

_PAIRS = sa.Table(
    "bench_copy", sa.MetaData(),
    sa.Column("recording_id", sa.String(32), primary_key=True),
    sa.Column("sample_id", sa.String(32), index=True),
    prefixes=["TEMPORARY"],
)  # fmt: skip


def copy_findings(session: Session, pairs: Sequence[tuple[str, str]]) -> None:
    """Give each recording (first of a pair) what the sample (second) has. Both are stored already."""
    connection = session.connection()
    _PAIRS.create(connection)
    connection.execute(
        sa.insert(_PAIRS), [{"recording_id": new, "sample_id": sample} for new, sample in pairs]
    )
    _of_recordings(session, TranscriptRow)
    for model in (UtteranceRow, HitRow, FindingRow):
        _of_recordings(session, model, transcript=True)
    _of_recordings(session, Evaluation, transcript=True, agent=True)
    _answers(session)
    _index(session)
    _PAIRS.drop(connection)


def _table(model: type[SQLModel]) -> sa.Table:
    found = model.__table__  # type: ignore[attr-defined]
    assert isinstance(found, sa.Table)
    return found


def _insert(
    session: Session, table: sa.Table, source: sa.FromClause, replaced: dict[str, Any], joined: Any
) -> None:
    names = [column.name for column in table.columns if column.name != "id"]
    chosen = [replaced.get(name, source.c[name]) for name in names]
    session.connection().execute(sa.insert(table).from_select(names, sa.select(*chosen).select_from(joined)))


def _of_recordings(
    session: Session, model: type[SQLModel], *, transcript: bool = False, agent: bool = False
) -> None:
    """Rows that hang on a recording, with the copy's own transcript and agent where asked."""
    table = _table(model)
    old, new = table.alias(), _table(TranscriptRow).alias()
    recording = SQLModel.metadata.tables["recording"]
    joined: Any = _PAIRS.join(old, old.c.recording_id == _PAIRS.c.sample_id)
    replaced: dict[str, Any] = {"recording_id": _PAIRS.c.recording_id}
    if transcript:
        joined = joined.join(new, new.c.recording_id == _PAIRS.c.recording_id)
        replaced["transcript_id"] = new.c.id
    if agent:
        joined = joined.join(recording, recording.c.id == _PAIRS.c.recording_id)
        replaced["agent_id"] = recording.c.agent_id
    _insert(session, table, old, replaced, joined)


def _answers(session: Session) -> None:
    """Answers of the automatic evaluations, and the evidence of these."""
    evaluation, answer, evidence = (_table(model) for model in (Evaluation, AnswerRow, EvidenceRow))
    theirs, ours = evaluation.alias(), evaluation.alias()
    old, new = answer.alias(), answer.alias()
    joined: Any = _PAIRS.join(theirs, theirs.c.recording_id == _PAIRS.c.sample_id)
    joined = joined.join(
        ours,
        sa.and_(ours.c.recording_id == _PAIRS.c.recording_id, ours.c.rubric_id == theirs.c.rubric_id),
    )
    joined = joined.join(old, old.c.evaluation_id == theirs.c.id)
    _insert(session, answer, old, {"evaluation_id": ours.c.id}, joined)
    shown = evidence.alias()
    joined = joined.join(
        new, sa.and_(new.c.evaluation_id == ours.c.id, new.c.criterion == old.c.criterion)
    ).join(shown, shown.c.answer_id == old.c.id)
    _insert(session, evidence, shown, {"answer_id": new.c.id}, joined)


def _index(session: Session) -> None:
    """The search index: the tokens of the sample's utterance for the copy's of the same number."""
    key = "utterance_id" if session.get_bind().dialect.name == "postgresql" else "rowid"
    session.connection().execute(
        sa.text(
            f"INSERT INTO utterance_search ({key}, tokens) SELECT new.id, indexed.tokens "  # noqa: S608
            "FROM bench_copy JOIN utterance AS old ON old.recording_id = bench_copy.sample_id "
            f"JOIN utterance_search AS indexed ON indexed.{key} = old.id "
            "JOIN utterance AS new ON new.recording_id = bench_copy.recording_id AND new.seq = old.seq"
        )
    )
