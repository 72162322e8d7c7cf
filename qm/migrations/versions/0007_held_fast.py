"""What a released evaluation rested on is kept; one holder a call, one draft and one form in force a key.

Guards of unchangeable rows are made anew, all by one pattern: SQLite's REPLACE removes rows without asking
delete triggers, PostgreSQL's TRUNCATE asks no row trigger, and a draft's phrase could be moved into a
published library.
"""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from alembic import context, op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MESSAGE = "published versions and the audit are unchangeable"
_MOVES = "NOT (NEW.state = OLD.state OR (OLD.state = 'published' AND NEW.state = 'retired'))"


class Guarded(NamedTuple):
    """A table with rows that may not change once frozen."""

    table: str
    frozen: str
    """Whether `{row}` is frozen."""
    free: tuple[str, ...] = ()
    """Columns that may change all the same."""
    moves: str = ""
    """What of a free column's change is not allowed."""
    keys: tuple[str, ...] = ()
    """By what besides the id a new row could push a frozen one out; `o` is the frozen one."""
    closed: bool = False
    """No row may be put among the frozen ones."""


_VERSION = "{row}.state <> 'draft'"
_KEYED = ("o.key = NEW.key AND o.version = NEW.version",)
_IN_FORCE = ("o.key = NEW.key AND o.state = 'published' AND NEW.state = 'published'",)
_ALWAYS = "1 = 1"
GUARDED = (
    Guarded("rubric_version", _VERSION, ("state",), _MOVES, _KEYED + _IN_FORCE),
    Guarded("rule_version", _VERSION, ("state",), _MOVES, _KEYED + _IN_FORCE),
    Guarded("phrase_library", _VERSION, ("state",), _MOVES, ("o.version = NEW.version",)),
    Guarded(
        "phrase",
        "(SELECT state FROM phrase_library WHERE id = {row}.library_id) <> 'draft'",
        keys=(
            'o.library_id = NEW.library_id AND o."group" = NEW."group" '
            "AND o.text = NEW.text AND o.role = NEW.role",
        ),
        closed=True,
    ),
    Guarded("audit_event", _ALWAYS),
    Guarded("restatement", _ALWAYS),
    Guarded(
        "restated_score",
        _ALWAYS,
        keys=("o.restatement_id = NEW.restatement_id AND o.evaluation_id = NEW.evaluation_id",),
    ),
    Guarded(
        "learned_model",
        _ALWAYS,
        ("active",),
        keys=(
            "o.rubric_key = NEW.rubric_key AND o.criterion = NEW.criterion "
            "AND (o.version = NEW.version OR (o.active AND NEW.active))",
        ),
    ),
    Guarded(
        "evaluation_snapshot",
        _ALWAYS,
        keys=("o.evaluation_id = NEW.evaluation_id AND o.revision = NEW.revision",),
    ),
)
_EARLIER = tuple(item for item in GUARDED if item.table != "evaluation_snapshot")
EVENTS = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    """Settle what was doubled, then let the database refuse it; put the guards up."""
    op.create_table(
        "evaluation_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_snapshot")),
        sa.UniqueConstraint(
            "evaluation_id", "revision", name=op.f("uq_evaluation_snapshot_evaluation_id_revision")
        ),
    )
    op.create_table(
        "contact_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=True),
        sa.Column("quiet_from", sa.String(length=5), nullable=False),
        sa.Column("quiet_until", sa.String(length=5), nullable=False),
        sa.Column("max_per_day", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("max_per_day > 0", name=op.f("ck_contact_policy_some")),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_contact_policy_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["user.id"], name=op.f("fk_contact_policy_changed_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_policy")),
    )
    _settle()
    _unique("uq_assignment_open", "assignment", "recording_id", "state = 'open'")
    _unique("uq_rubric_version_draft", "rubric_version", "key", "state = 'draft'")
    _unique("uq_rubric_version_published", "rubric_version", "key", "state = 'published'")
    for guarded in _EARLIER:
        _drop_guards(guarded)
    for guarded in GUARDED:
        _put_guards(guarded)


def _unique(name: str, table: str, column: str, where: str) -> None:
    # Not in a batch: rebuilding a table on SQLite would take its triggers away.
    condition = sa.text(where)
    op.create_index(name, table, [column], unique=True, sqlite_where=condition, postgresql_where=condition)


def _settle() -> None:
    """Of several open assignments of a call the first stays, of several versions the newest."""
    op.execute(
        "UPDATE assignment SET state = 'withdrawn' WHERE state = 'open' AND id NOT IN "
        "(SELECT MIN(id) FROM assignment WHERE state = 'open' GROUP BY recording_id)"
    )
    op.execute(
        "UPDATE rubric_version SET state = 'retired' WHERE state = 'published' AND id NOT IN "
        "(SELECT MAX(id) FROM rubric_version WHERE state = 'published' GROUP BY key)"
    )
    op.execute(
        "DELETE FROM rubric_version WHERE state = 'draft' AND id NOT IN "
        "(SELECT MAX(id) FROM rubric_version WHERE state = 'draft' GROUP BY key)"
    )


def _put_guards(guarded: Guarded) -> None:
    bind = op.get_bind()
    postgres = bind.dialect.name == "postgresql"
    columns = [str(column["name"]) for column in sa.inspect(bind).get_columns(guarded.table)]
    for event in EVENTS:
        test = _test(guarded, event, columns, postgres=postgres)
        if test and postgres:
            _on_postgres(guarded.table, event, test)
        elif test:
            op.execute(
                f"CREATE TRIGGER guard_{guarded.table}_{event.lower()} BEFORE {event} ON {guarded.table} "
                f"WHEN {test} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
    if postgres:
        _on_postgres(guarded.table, "TRUNCATE", "TRUE")


def _test(guarded: Guarded, event: str, columns: list[str], *, postgres: bool) -> str:
    old, new = guarded.frozen.format(row="OLD"), guarded.frozen.format(row="NEW")
    if event == "DELETE":
        return old
    tests = [new] if guarded.closed else []
    if event == "UPDATE":
        differs = [
            f'NEW."{name}"::text IS DISTINCT FROM OLD."{name}"::text'
            if postgres
            else f'NEW."{name}" IS NOT OLD."{name}"'
            for name in columns
            if name not in guarded.free
        ]
        changed = " OR ".join([*differs, guarded.moves] if guarded.moves else differs)
        tests.append(f"(({old}) AND ({changed}))")
    if not postgres:  # REPLACE
        pushed = " OR ".join(("o.id = NEW.id", *(f"({key})" for key in guarded.keys)))
        other = "o.id <> OLD.id AND " if event == "UPDATE" else ""
        frozen = guarded.frozen.format(row="o")
        rows = f"{guarded.table} AS o WHERE {other}({frozen}) AND ({pushed})"
        tests.append(f"EXISTS (SELECT 1 FROM {rows})")  # noqa: S608 - the names are ours
    return " OR ".join(tests)


def _on_postgres(table: str, event: str, test: str) -> None:
    name = f"guard_{table}_{event.lower()}"
    given = "NULL" if event == "TRUNCATE" else "OLD" if event == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {test} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN {given}; END $$"
    )
    each = "STATEMENT" if event == "TRUNCATE" else "ROW"
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}()")


def _drop_guards(guarded: Guarded) -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for event in (*EVENTS, "TRUNCATE"):
        name = f"guard_{guarded.table}_{event.lower()}"
        op.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {guarded.table}" if postgres else ""))
        if postgres:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")


def downgrade() -> None:
    """The guards as they were, without what is new."""
    for guarded in GUARDED:
        _drop_guards(guarded)
    context.script.get_revision("0003").module.upgrade()
    for earlier in ("0004", "0005"):
        context.script.get_revision(earlier).module._guard()
    for name, table in (
        ("uq_rubric_version_published", "rubric_version"),
        ("uq_rubric_version_draft", "rubric_version"),
        ("uq_assignment_open", "assignment"),
    ):
        op.drop_index(name, table_name=table)
    op.drop_table("contact_policy")
    op.drop_table("evaluation_snapshot")
