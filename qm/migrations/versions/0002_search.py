"""Full-text search over utterances.

One token a Han character, phrase queries (docs/adr/0005-search.md). SQLite keeps the
tokens in FTS5, PostgreSQL in a `tsvector` of the `simple` configuration with a GIN index.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index table of the dialect."""
    if op.get_bind().dialect.name == "sqlite":
        # The rowid is the utterance's id; detail=full is needed for phrases.
        op.execute("CREATE VIRTUAL TABLE utterance_search USING fts5(tokens, tokenize='unicode61')")
        op.execute(
            "CREATE TRIGGER utterance_search_delete AFTER DELETE ON utterance BEGIN "
            "DELETE FROM utterance_search WHERE rowid = old.id; END"
        )
        return
    op.execute(
        "CREATE TABLE utterance_search ("
        "utterance_id integer PRIMARY KEY REFERENCES utterance(id) ON DELETE CASCADE, "
        "tokens tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_utterance_search_tokens ON utterance_search USING gin (tokens)")


def downgrade() -> None:
    """Drop the index; it can be rebuilt from the utterances."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER utterance_search_delete")
    op.execute("DROP TABLE utterance_search")
