"""Runs that judge every call anew, as the pages of rules show them."""

from __future__ import annotations

from sqlmodel import col, select

from qm.core.database import reading
from qm.models import RejudgeRun


def latest() -> RejudgeRun | None:
    """The newest run, whatever became of it."""
    with reading() as session:
        return session.exec(select(RejudgeRun).order_by(col(RejudgeRun.id).desc())).first()
