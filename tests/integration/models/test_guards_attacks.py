"""Attacks by SQL on what may never change: every statement that writes, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from qm.app.seeds import ensure_seeded
from qm.core import audit, database
from qm.core.actor import SYSTEM
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.jobs import schema
from qm.models import EvaluationSnapshot, PhraseLibrary, PhraseRow, RubricVersion, VersionState
from qm.upkeep.reads.health import guards_missing

MINE = "a phrase of the draft"
TABLES = (
    "rubric_version", "rule_version", "phrase_library", "phrase", "audit_event", "restatement",
    "restated_score", "learned_model", "evaluation_snapshot", "pack_export",
)  # fmt: skip
"""Tables whose frozen rows may not change."""

BY_ANY_DATABASE = [
    "UPDATE rubric_version SET published_at = created_at, created_by = NULL, id = id + 1000",
    "UPDATE rubric_version SET id = id + 1000",
    "UPDATE rubric_version SET published_by = 1",
    "UPDATE rule_version SET document = 'x'",
    "UPDATE rule_version SET fixtures = 'x'",
    "UPDATE rule_version SET note = 'x'",
    "UPDATE rule_version SET id = id + 1000",
    "DELETE FROM rule_version",
    "UPDATE phrase_library SET note = 'x'",
    "UPDATE phrase SET kind = 'standard', role = 'agent'",
    "UPDATE phrase SET library_id = (SELECT id FROM phrase_library WHERE state = 'draft')",
    f"UPDATE phrase SET library_id = (SELECT id FROM phrase_library WHERE version = 1) WHERE text = '{MINE}'",
    "UPDATE evaluation_snapshot SET document = '{}'",
    "UPDATE evaluation_snapshot SET revision = 2",
    "DELETE FROM evaluation_snapshot",
]
BY_POSTGRES = [f"TRUNCATE {table} CASCADE" for table in TABLES]
_OTHER_ID = "(SELECT MIN(id) FROM rubric_version WHERE state = 'published')"
BY_SQLITE = [
    *(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}" for table in TABLES[:5]),
    "INSERT OR REPLACE INTO evaluation_snapshot SELECT * FROM evaluation_snapshot",
    "UPDATE OR REPLACE rubric_version SET key = 'phone_banking', version = 1 WHERE state = 'draft'",
    f"UPDATE OR REPLACE rubric_version SET id = {_OTHER_ID} WHERE state = 'draft'",
    "UPDATE OR REPLACE rubric_version SET state = 'published' WHERE state = 'draft'",
    "UPDATE OR REPLACE phrase_library SET version = 1 WHERE state = 'draft'",
    f"UPDATE OR REPLACE phrase SET id = 1 WHERE text = '{MINE}'",
    "REPLACE INTO audit_event (id, at, action, address, subject_type, subject_id, detail) "
    "VALUES (1, '2026-01-01', 'x', '', 'x', 'x', '{}')",
    "REPLACE INTO evaluation_snapshot (evaluation_id, revision, document, sha256, made_at) "
    "VALUES (1, 1, '', '', '2026-01-01')",
]
"""Ways of removing a row there without asking its delete trigger."""


def seed_with_drafts() -> None:
    """What a new installation has, a draft beside each, and one snapshot."""
    ensure_seeded()
    audit.record(SYSTEM, audit.AuditAction.SIGNED_IN, 1)
    with writing() as session:
        form = session.exec(select(RubricVersion).where(RubricVersion.key == "phone_banking")).one()
        kept = form.model_dump(exclude={"id", "version", "state", "published_at"})
        session.add(RubricVersion(**kept, version=2, state=VersionState.DRAFT))
        library = PhraseLibrary(version=2, state=VersionState.DRAFT, created_at=now())
        session.add(library)
        session.flush()
        phrase = session.exec(select(PhraseRow)).first()
        assert phrase is not None
        fields = phrase.model_dump(exclude={"id", "text", "library_id"})
        session.add(PhraseRow(**fields, text=MINE, library_id=library.id or 0))
        session.add(
            EvaluationSnapshot(evaluation_id=1, revision=1, document="a", sha256="0" * 64, made_at=now())
        )


def contents() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every guarded table."""
    with database.engine().connect() as connection:
        return {
            table: [
                tuple(map(str, row))
                for row in connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY id"))
            ]
            for table in TABLES
        }


def attack(*statements: str) -> None:
    """Every statement is refused, and nothing changed."""
    before = contents()
    for statement in statements:
        connection = database.engine().connect()
        with connection, connection.begin(), pytest.raises(DatabaseError, match="unchangeable"):
            connection.execute(sa.text(statement))
    assert contents() == before


def test_no_statement_alters_what_is_frozen(any_database: str) -> None:
    seed_with_drafts()
    attack(*BY_ANY_DATABASE, *(BY_POSTGRES if any_database == "postgres" else BY_SQLITE))


def test_a_retired_version_does_not_come_back_into_force(any_database: str) -> None:
    seed_with_drafts()
    retire = "UPDATE rubric_version SET state = 'retired' WHERE state = 'published'"
    with database.engine().begin() as connection:
        connection.execute(sa.text(retire))
    attack("UPDATE rubric_version SET state = 'published' WHERE state = 'retired'")


def test_drafts_can_still_be_changed_published_and_thrown_away(any_database: str) -> None:
    seed_with_drafts()
    for statement in (
        "UPDATE rubric_version SET title = 'x' WHERE state = 'draft'",
        f"UPDATE phrase SET text = 'y' WHERE text = '{MINE}'",
        "DELETE FROM phrase_library WHERE state = 'draft'",
        "UPDATE rubric_version SET state = 'retired' WHERE key = 'phone_banking' AND state = 'published'",
        "UPDATE rubric_version SET state = 'published', published_at = created_at WHERE state = 'draft'",
    ):
        with database.engine().begin() as connection:
            connection.execute(sa.text(statement))
    with reading() as session:
        form = session.exec(
            select(RubricVersion).where(RubricVersion.title == "x", RubricVersion.version == 2)
        ).one()
    assert form.state is VersionState.PUBLISHED


def test_the_migration_settles_what_was_doubled_before_it_refuses_it(any_database: str) -> None:
    schema.roll_back("0006")
    form = (
        "INSERT INTO rubric_version (id, key, version, title, state, document, created_at, published_at) "
        "VALUES ({n}, 'k', {n}, 't', '{state}', '{{}}', '2026-01-01', {at})"
    )
    with database.engine().begin() as connection:
        for n, state in enumerate(("published", "published", "draft", "draft"), start=1):
            at = "'2026-01-01'" if state == "published" else "NULL"
            connection.execute(sa.text(form.format(n=n, state=state, at=at)))
    schema.migrate()
    with reading() as session:
        rows = session.exec(select(RubricVersion).order_by(RubricVersion.id)).all()
    assert [(row.version, row.state.value) for row in rows] == [
        (1, "retired"),
        (2, "published"),
        (4, "draft"),
    ]


def test_the_newest_migration_leaves_every_guard_standing(any_database: str) -> None:
    assert guards_missing() == ()
    with database.engine().begin() as connection:
        table = " ON phrase" if any_database == "postgres" else ""
        connection.execute(sa.text(f"DROP TRIGGER guard_phrase_delete{table}"))
    assert guards_missing() == ("guard_phrase_delete",)
