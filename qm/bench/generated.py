"""A generated installation that benches share: made once for its numbers, kept in a folder, used again.

The folder's name holds the numbers, the newest migration and `VERSION`: what was made for another schema,
or by another generator, is never taken for this one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from qm.app import seeds
from qm.bench import generated_calls, generated_kinds, generated_people, generated_scores
from qm.bench.generated_people import People
from qm.core import database, statistics
from qm.core.settings import settings
from qm.jobs import engine, schema
from qm.upkeep.reads.health import newest_migration

VERSION = 1
"""Raise it whenever the generated data change."""

_ISOLATED = {"QM_DATABASE_URL": "", "QM_OBJECTS_URL": "", "QM_WORKER_NAME": "bench"}
_MADE = "made.json"
"""Written last: a folder without it was left half-made."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What was made, and who may sign in."""

    recordings: int
    evaluations: int
    people: People
    token: str
    """A machine's token of the supervisor."""
    kinds: generated_kinds.Kinds


@contextmanager
def installation(
    recordings: int, evaluations: int, *, folder: Path | None = None, fresh: bool = False
) -> Iterator[Generated]:
    """Settings and database of the generated installation; this process's own come back afterwards.

    `folder`: where such installations are kept; default `bench` in the data folder. `fresh` makes it anew.
    """
    kept = (folder or settings().data_dir / "bench").resolve() / _name(recordings, evaluations)
    if fresh or not (kept / _MADE).is_file():
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
    with _settings_of(kept):
        database.bind(database.make_engine(settings().resolved_database_url))
        yield _read(kept) or _make(kept, recordings, evaluations)


def _name(recordings: int, evaluations: int) -> str:
    return f"{recordings}-{evaluations}-{newest_migration()}-v{VERSION}"


@contextmanager
def _settings_of(folder: Path) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(_ISOLATED, QM_DATA_DIR=str(folder), QM_LOG_LEVEL="ERROR")
    settings.cache_clear()
    database.unbind()
    try:
        yield
    finally:
        engine.close()
        database.unbind()
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


def _make(folder: Path, recordings: int, evaluations: int) -> Generated:
    schema.migrate()
    seeds.ensure_seeded()
    people = generated_people.add()
    generated_calls.add(people, recordings, of_first_team=evaluations)
    scored = generated_scores.add(people, evaluations)
    kinds = generated_kinds.add(people)
    statistics.refresh()
    made = Generated(recordings, scored, people, generated_kinds.token(people), kinds)
    (folder / _MADE).write_text(json.dumps(asdict(made), ensure_ascii=False), "utf-8")
    return made


def _read(folder: Path) -> Generated | None:
    if not (folder / _MADE).is_file():
        return None
    held = json.loads((folder / _MADE).read_text("utf-8"))
    held["people"] = People(**held["people"])
    held["kinds"] = generated_kinds.Kinds(**held["kinds"])
    return Generated(**held)
