"""A process that binds one database after another keeps none of them."""

from __future__ import annotations

import gc
from pathlib import Path

from sqlalchemy import Table

from qm.core import database
from qm.core.database import writing
from qm.jobs import schema
from qm.models import Branch


def _tables() -> int:
    gc.collect()
    return sum(isinstance(item, Table) for item in gc.get_objects())


def test_what_migrating_makes_goes_with_its_database(tmp_path: Path, config: object) -> None:
    counts = []
    for number in range(3):
        database.bind(database.make_engine(f"sqlite:///{tmp_path / str(number)}.sqlite"))
        schema.migrate()
        with writing() as session:
            session.add(Branch(name="总行中心"))
        database.unbind()
        counts.append(_tables())
    assert counts[2] == counts[1]
