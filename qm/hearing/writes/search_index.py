"""Keeping the search index equal to the current transcripts."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlmodel import Session

from qm.core.searching import tokens, tsvector
from qm.models import UtteranceRow


def index_utterances(session: Session, rows: Iterable[UtteranceRow]) -> None:
    """Add utterances (already flushed, with ids) to the index; deleting one removes it by itself."""
    postgres = session.get_bind().dialect.name == "postgresql"
    statement = (
        "INSERT INTO utterance_search (utterance_id, tokens) VALUES (:id, CAST(:tokens AS tsvector)) "
        "ON CONFLICT (utterance_id) DO UPDATE SET tokens = EXCLUDED.tokens"
        if postgres
        else "INSERT OR REPLACE INTO utterance_search (rowid, tokens) VALUES (:id, :tokens)"
    )
    for row in rows:
        found = [token.text for token in tokens(row.text)]
        written = tsvector(found) if postgres else " ".join(found)
        session.execute(text(statement), {"id": row.id, "tokens": written})
