"""The kept counts of jobs: triggers add a row a change (migration 0012), this folds them together."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa
from sqlmodel import col

from qm.core.database import reading, writing
from qm.models import JobTally

FOLD_FROM = 200
"""Rows from which on folding is worth a write."""


def fold(*, least: int = FOLD_FROM) -> int:
    """Replace the rows by one a branch and state, where there are `least`; gives how many there were.

    What is read is what is deleted, in one statement: rows that come meanwhile stay for the next time, and
    two that fold at once do not count twice.
    """
    with reading() as session:
        rows = session.connection().execute(sa.select(sa.func.count()).select_from(JobTally)).scalar_one()
    if rows < least:
        return 0
    with writing() as session:
        run = session.connection().execute
        taken = sa.delete(JobTally).returning(
            col(JobTally.branch_id), col(JobTally.state), col(JobTally.number)
        )
        sums: Counter[tuple[object, object]] = Counter()
        for branch_id, state, number in run(taken):
            sums[branch_id, state] += number
        kept = [
            {"branch_id": branch_id, "state": state, "number": number}
            for (branch_id, state), number in sums.items()
            if number
        ]
        if kept:
            run(sa.insert(JobTally), kept)
        return rows
