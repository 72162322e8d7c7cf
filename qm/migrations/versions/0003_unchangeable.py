"""Published versions and the audit cannot be changed, not even by SQL.

A score is defended by the version it used; whoever could edit a published rubric or phrase
library in place could change the past.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_RUBRIC = (
    "OLD.state <> 'draft' AND (NEW.state = 'draft' OR NEW.key <> OLD.key OR NEW.version <> OLD.version "
    "OR NEW.title <> OLD.title OR {new} <> {old} OR NEW.published_at IS NULL)"
)
_LIBRARY = (
    "OLD.state <> 'draft' AND (NEW.state = 'draft' OR NEW.version <> OLD.version OR NEW.published_at IS NULL)"
)
_IN_PUBLISHED = "(SELECT state FROM phrase_library WHERE id = {row}.library_id) <> 'draft'"

GUARDS = (
    # name, table, event, condition
    ("rubric_version_update", "rubric_version", "UPDATE", _RUBRIC),
    ("rubric_version_delete", "rubric_version", "DELETE", "OLD.state <> 'draft'"),
    ("phrase_library_update", "phrase_library", "UPDATE", _LIBRARY),
    ("phrase_library_delete", "phrase_library", "DELETE", "OLD.state <> 'draft'"),
    ("phrase_insert", "phrase", "INSERT", _IN_PUBLISHED.format(row="NEW")),
    ("phrase_update", "phrase", "UPDATE", _IN_PUBLISHED.format(row="OLD")),
    ("phrase_delete", "phrase", "DELETE", _IN_PUBLISHED.format(row="OLD")),
    ("audit_event_update", "audit_event", "UPDATE", "1 = 1"),
    ("audit_event_delete", "audit_event", "DELETE", "1 = 1"),
)
MESSAGE = "published versions and the audit are unchangeable"


def _condition(text: str, *, postgres: bool) -> str:
    cast = "::text" if postgres else ""
    return text.format(new=f"NEW.document{cast}", old=f"OLD.document{cast}") if "{new}" in text else text


def upgrade() -> None:
    """Put a guard on each table."""
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, table, event, condition in GUARDS:
        test = _condition(condition, postgres=postgres)
        if postgres:
            given = "OLD" if event == "DELETE" else "NEW"
            op.execute(
                f"CREATE FUNCTION guard_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {test} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN {given}; END $$"
            )
            op.execute(
                f"CREATE TRIGGER guard_{name} BEFORE {event} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION guard_{name}()"
            )
        else:
            op.execute(
                f"CREATE TRIGGER guard_{name} BEFORE {event} ON {table} WHEN {test} "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )


def downgrade() -> None:
    """Take the guards away."""
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, table, _event, _condition_text in GUARDS:
        if postgres:
            op.execute(f"DROP TRIGGER guard_{name} ON {table}")
            op.execute(f"DROP FUNCTION guard_{name}()")
        else:
            op.execute(f"DROP TRIGGER guard_{name}")
