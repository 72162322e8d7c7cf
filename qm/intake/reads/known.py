"""Is a call, or its content, here already? Asked by ingest, before anybody's permission to see it."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from qm.core.database import reading
from qm.models import Recording


class Here(NamedTuple):
    """What is here already of a file that comes in."""

    by_call: Recording | None
    by_content: Recording | None


def here(source: str, external_id: str, sha256: str) -> Here:
    """The recording of this call, and the one with these bytes; often the same.

    One statement, hence one moment: asked one after the other, a recording that comes in between would be
    found by its content alone, and who sends a call twice at once would be told of the wrong duplicate.
    """
    is_call = sa.and_(col(Recording.source) == source, col(Recording.external_id) == external_id)
    with reading() as session:
        found = session.exec(select(Recording).where(sa.or_(is_call, col(Recording.sha256) == sha256))).all()
    by_call = (row for row in found if (row.source, row.external_id) == (source, external_id))
    return Here(next(by_call, None), next((row for row in found if row.sha256 == sha256), None))
