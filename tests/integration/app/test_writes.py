"""Every write there is, called as every role of the own and of another branch: it asks for itself who acts.

Writes are found in the code (`every_write.writes`): one that the table does not call fails the first test.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from qm.assigning import writes as assignment_writes
from qm.core import database
from qm.core.actor import SYSTEM, Actor
from qm.core.database import writing
from qm.core.errors import Forbidden, NotFound
from qm.core.settings import settings
from qm.intake.writes import listening
from qm.people.writes import tokens as token_writes
from qm.records import writes as record_writes
from tests.support.every_write import calls as written_calls
from tests.support.every_write import library as written_library
from tests.support.every_write import people as written_people
from tests.support.every_write.writes import writes
from tests.support.every_write.written import Write
from tests.support.house import House, build_house

TABLE = (*written_calls.WRITES, *written_people.WRITES, *written_library.WRITES)
ROAD = "a step of a recording's road"
RUN = "the worker's, for a run that somebody asked for"
FIRST = "what an installation begins with, before anybody is here"
OF_NOBODY = {
    "app.demo.ensure_people": "the demonstration's people, by the command line",
    "app.demo_scores.assign_calls": "the demonstration's, by the command line; acts as its people",
    "app.demo_scores.leave_one_scored": "the demonstration's, by the command line; acts as its people",
    "app.seeds.ensure_seeded": FIRST,
    "core.audit.record": "the audit beside each write; whoever writes was asked already",
    "core.statistics.refresh": "what the database's planner knows, by the worker and the command line",
    "hearing.writes.hear.transcribe": ROAD,
    "hearing.writes.personal_data.mask_stored": "the command line's and the road's",
    "hearing.writes.scan.scan": ROAD,
    "intake.writes.status.mark_failed": ROAD,
    "intake.writes.store.store_derivatives": ROAD,
    "jobs.writes.background_runs.carry_out": RUN,
    "judging.writes.learning_runs.work": RUN,
    "judging.writes.prescore.prescore": ROAD,
    "judging.writes.rejudge.claim": RUN,
    "judging.writes.rejudge.perform": RUN,
    "judging.writes.rejudge.rejudge": RUN,
    "judging.writes.rejudge_store.keep_chunk": "what the worker judged, in its run",
    "people.writes.sign_in.sign_in": "nobody is signed in yet; it asks for the password",
    "people.writes.token_use.token_used": "notes a use, after the token was accepted",
    "rules.writes.seeds.seed_rules": FIRST,
    "trials.writes.runs.work": RUN,
    "upkeep.writes.retention.purge": "the worker's, daily",
    "worker.pipeline.prescore": ROAD,
    "worker.pipeline.scan": ROAD,
}
"""Writes by no person, and why: by module and name."""


NEED_A_PERSON = (
    record_writes.acknowledge,
    assignment_writes.take_next,
    listening.downloaded,
    listening.listened,
    token_writes.issue_token,
)
"""What the system cannot do: it has no calls of its own, no account and no ears."""
each_write = pytest.mark.parametrize(
    "item", TABLE, ids=lambda item: f"{item.function.__module__.rpartition('.')[2]}.{item.function.__name__}"
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[House]:
    """One database for all tests of this module: each act is rolled back."""
    folder = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QM_DATA_DIR", str(folder))
        patch.setenv("QM_SECRET_KEY", "only for tests")
        settings.cache_clear()
        engine = database.make_engine(settings().resolved_database_url)
        shutil.copy(migrated_sqlite, str(engine.url.database))
        database.bind(engine)
        yield build_house(folder)
        database.unbind()
    settings.cache_clear()


def tried(item: Write, actor: Actor, house: House) -> tuple[Exception | None, int]:
    """What the write raised, and how many rows it changed, in the database or in waiting; then undone."""
    raised: Exception | None = None
    with writing() as session:
        item.before(house)
        session.flush()
        before = _changes(session)
        try:
            item.act(actor, house)
            session.flush()
        except Exception as error:  # noqa: BLE001 - whatever it raises is told by the caller
            raised = error
        changed = _changes(session) - before + len(session.new) + len(session.deleted)
        session.rollback()
    return raised, changed


def _changes(session: Session) -> int:
    """Rows that this connection has changed since it was opened."""
    return int(session.connection().connection.dbapi_connection.total_changes)  # type: ignore[union-attr]


def name_of(function: Callable[..., object]) -> str:
    return f"{function.__module__.removeprefix('qm.')}.{function.__name__}"


def test_the_table_calls_every_write_there_is() -> None:
    found = writes()
    assert len(found) > 100, "the search itself is broken"
    called = {item.function for item in TABLE}
    lacking = {name_of(f) for f, acts in found.items() if acts and f not in called}
    assert lacking - {"core.audit.record"} == set(), "say in the table how, and who may"
    assert called <= found.keys(), "the table calls what writes nothing"


def test_a_write_that_asks_nobody_is_named_with_its_reason() -> None:
    silent = {name_of(f) for f, acts in writes().items() if not acts} | {"core.audit.record"}
    assert silent - OF_NOBODY.keys() == set(), "it takes no actor: whose act is it?"
    assert OF_NOBODY.keys() - silent == set()


@each_write
def test_a_write_lets_in_whom_the_table_names_and_nobody_else(house: House, item: Write) -> None:
    """Whoever may changes something; whoever may not is told so, and not a row is touched."""
    wrong = []
    for name, actor in house.people.items():
        raised, changed = tried(item, actor, house)
        refused = isinstance(raised, Forbidden | NotFound) and not changed
        done = raised is None and changed > 0
        if not (done if name in item.may else refused):
            wrong.append(f"{name}: {raised!r}, {changed} rows")
    assert wrong == []


@each_write
def test_the_system_may_whatever_needs_no_person(house: House, item: Write) -> None:
    raised, changed = tried(item, SYSTEM, house)
    done = raised is None and changed > 0
    assert done != (item.function in NEED_A_PERSON), raised
