"""What a new installation starts with: the phrase library, rubrics and rules, as published versions 1."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, select

from qm.core import audit
from qm.core.actor import SYSTEM
from qm.core.clock import now
from qm.core.database import writing
from qm.models import PhraseLibrary, PhraseRow, RubricVersion, VersionState
from qm.rules.writes.seeds import seed_rules
from scoring.rubric import rubric_to_dict, seeded
from transcribe.phrases import library


def ensure_seeded() -> None:
    """Add what is missing; running it again changes nothing."""
    with writing() as session:
        if session.exec(select(PhraseLibrary)).first() is None:
            _seed_phrases(session)
        seed_rules(session)
        for rubric in seeded():
            if session.exec(select(RubricVersion).where(RubricVersion.key == rubric.key)).first() is None:
                row = RubricVersion(
                    key=rubric.key,
                    version=rubric.version,
                    title=rubric.title,
                    state=VersionState.PUBLISHED,
                    document=rubric_to_dict(rubric),
                    created_at=now(),
                    published_at=now(),
                )
                session.add(row)
                session.flush()
                audit.record(SYSTEM, audit.AuditAction.RUBRIC_PUBLISHED, row.id, key=rubric.key)


def _seed_phrases(session: Session) -> None:
    row = PhraseLibrary(version=1, state=VersionState.DRAFT, note="初始短语库", created_at=now())
    session.add(row)
    session.flush()
    phrases = [
        {
            "library_id": row.id,
            "group": group.key,
            "group_name": group.name,
            "kind": phrase.kind,
            "role": phrase.role,
            "text": phrase.text,
        }
        for group in library.seed()
        for phrase in group.phrases
    ]
    session.connection().execute(sa.insert(PhraseRow), phrases)  # first: a published library takes no more
    row.state = VersionState.PUBLISHED
    row.published_at = now()
    session.add(row)
    audit.record(SYSTEM, audit.AuditAction.PHRASE_LIBRARY_PUBLISHED, row.id, version=1)
