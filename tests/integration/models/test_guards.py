"""Seeds, and guards of the database on what may not change."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel, func, select

from qm.app.seeds import ensure_seeded
from qm.core import database
from qm.core.database import reading, writing
from qm.jobs import engine, schema
from qm.models import PhraseLibrary, PhraseRow, RubricVersion, VersionState
from qm.upkeep.reads.health import newest_migration, not_ready_because


@pytest.fixture
def seeded(any_database: str) -> str:
    ensure_seeded()
    return any_database


FORBIDDEN = [
    "UPDATE rubric_version SET document = '{}'",
    "UPDATE rubric_version SET title = 'x'",
    "UPDATE rubric_version SET state = 'draft'",
    "DELETE FROM rubric_version",
    "UPDATE phrase SET text = 'x'",
    "DELETE FROM phrase",
    "UPDATE phrase_library SET state = 'draft'",
    "DELETE FROM phrase_library",
    "UPDATE audit_event SET action = 'x'",
    "DELETE FROM audit_event",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_what_was_published_or_audited_cannot_be_changed_by_sql(seeded: str, statement: str) -> None:
    with pytest.raises(DatabaseError, match="unchangeable"), database.engine().begin() as connection:
        connection.execute(sa.text(statement))


def test_a_published_library_takes_no_more_phrases(seeded: str) -> None:
    with reading() as session:
        phrase = session.exec(select(PhraseRow)).first()
    assert phrase is not None
    copy = PhraseRow(**phrase.model_dump(exclude={"id", "text"}), text="新的短语")
    with pytest.raises(DatabaseError, match="unchangeable"), writing() as session:
        session.add(copy)


def test_a_published_version_can_be_retired(seeded: str) -> None:
    with writing() as session:
        for row in session.exec(select(RubricVersion)).all():
            row.state = VersionState.RETIRED
            session.add(row)
    with reading() as session:
        assert {row.state for row in session.exec(select(RubricVersion)).all()} == {VersionState.RETIRED}


def test_seeding_twice_changes_nothing(seeded: str) -> None:
    def counts() -> list[int]:
        with reading() as session:
            return [
                session.exec(select(func.count()).select_from(t)).one()
                for t in (PhraseRow, PhraseLibrary, RubricVersion)
            ]

    before = counts()
    ensure_seeded()
    assert counts() == before
    assert before[0] > 200
    assert before[1] == 1


def differences() -> list[object]:
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": schema.is_ours})
        return list(compare_metadata(context, SQLModel.metadata))


def test_a_migration_leaves_the_job_engines_tables_alone(any_database: str, tmp_path: Path) -> None:
    if any_database == "sqlite":  # the copy that a test is given has them already
        database.bind(database.make_engine(f"sqlite:///{tmp_path / 'bare.sqlite'}"))
        schema.migrate()
    before = set(sa.inspect(database.engine()).get_table_names())
    engine.prepare()
    if any_database == "sqlite":
        assert set(sa.inspect(database.engine()).get_table_names()) - before == engine.TABLES
    assert differences() == []


def test_models_equal_the_newest_migration_up_and_down(any_database: str) -> None:
    assert differences() == []
    assert not_ready_because() is None
    schema.roll_back("base")
    assert not_ready_because() == "migration_needed"
    schema.migrate()
    assert differences() == []
    assert newest_migration() is not None
