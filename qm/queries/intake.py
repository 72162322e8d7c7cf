"""Is a call, or its content, here already? Asked by ingest, before anybody's permission to see it."""

from __future__ import annotations

from sqlmodel import select

from qm.database import reading
from qm.models import Recording


def by_call(source: str, external_id: str) -> Recording | None:
    """The recording of this call."""
    with reading() as session:
        return session.exec(
            select(Recording).where(Recording.source == source, Recording.external_id == external_id)
        ).first()


def by_content(sha256: str) -> Recording | None:
    """The recording with these bytes."""
    with reading() as session:
        return session.exec(select(Recording).where(Recording.sha256 == sha256)).first()
