"""Step `scan`: the published phrase library over what was heard, and the call's keywords."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, select

from qm.core import objects
from qm.core.database import reading, writing
from qm.core.errors import Conflict
from qm.core.settings import settings
from qm.hearing.reads import stored
from qm.hearing.reads.personal_data import whole
from qm.hearing.writes import personal_data
from qm.hearing.writes.engine import Answers, HearingRequest, Prove
from qm.intake.writes.status import info_of, load, mark
from qm.models import Agent, HitRow, PhraseLibrary, PhraseRow, Recording, RecordingStatus, TranscriptRow
from qm.phrases.reads import library as phrase_reads
from recorder.storage import ObjectMissing
from transcribe.keywords import keywords
from transcribe.masking import masked_hit
from transcribe.phrases import PhraseMatcher, Question
from transcribe.types import EngineUnavailable, Hit

KEYWORDS = 8
_HEARD_CHARS = 300
_MATCHERS_KEPT = 8
"""One for all branches without phrases of their own, and one for each other branch."""
_lock = threading.Lock()

log = structlog.get_logger()


class NoPhraseLibrary(Conflict):
    """There is no published phrase library."""

    message = "还没有已发布的短语库。请在“短语库”页面发布一个版本，然后重试。"


def scan(recording_id: str, *, prove: Prove | None = None) -> None:
    """Find the published library's phrases in the current transcript; earlier hits are replaced.

    A transcript that was replaced meanwhile is left to its successor, which is scanned instead.
    With `prove`, what the text leaves in doubt is put to the sound; where there is no sound or no engine
    that listens, the text alone decides. Raises `RecordingGone`, `NotHeardYet`, `NoPhraseLibrary`.
    """
    personal_data.mask_stored(recording_id)
    with reading() as session:
        recording = load(session, recording_id)
        row = current(session, recording_id)
        agent = session.get(Agent, recording.agent_id) if recording.agent_id else None
        library = phrase_reads.published()
    if library is None or library.id is None:
        raise NoPhraseLibrary
    shown, said = stored.load_transcript(row.document), whole(row)
    number = agent.number if agent else str(recording.attributes.get("agent_no", "")) or None
    prover = _Sound(recording, prove) if prove else None
    hits = matcher(library.id, recording.branch_id).scan(said, agent_no=number, prover=prover)
    words = keywords(shown, KEYWORDS, cache_dir=settings().data_dir / "words")
    with writing() as session:
        overtaken = current(session, recording_id).id != row.id
        if not overtaken:
            _replace_hits(session, recording_id, row, library, tuple(masked_hit(hit, shown) for hit in hits))
            marked = mark(session, recording_id, RecordingStatus.SCANNED)
            marked.keywords = [word.word for word in words]
    if overtaken:
        scan(recording_id, prove=prove)


@dataclass(frozen=True, slots=True)
class _Sound:
    """Second listening to a recording; silent where its sound is gone or the engine cannot run now."""

    recording: Recording
    ask: Prove

    def prove(self, questions: Sequence[Question]) -> Answers:
        """See `PhraseProver.prove`."""
        if not questions:
            return ()
        recording = self.recording
        try:
            with objects.fetched(recording.object_key) as path:
                return self.ask(HearingRequest(path, info_of(recording), recording.roles_swapped), questions)
        except (ObjectMissing, EngineUnavailable) as error:
            log.info("scanned_by_text_alone", recording_id=recording.id, reason=type(error).__name__)
            return [None] * len(questions)


def current(session: Session, recording_id: str) -> TranscriptRow:
    """The current transcript's row. Raises `NotHeardYet`."""
    found = session.exec(
        select(TranscriptRow).where(TranscriptRow.recording_id == recording_id, col(TranscriptRow.current))
    ).first()
    if found is None:
        raise stored.NotHeardYet
    return found


def matcher(library_id: int, branch_id: int | None = None) -> PhraseMatcher:
    """The compiled library of one version for a branch's calls: the centre's groups and the branch's own.

    A published version never changes, so it is kept; branches without groups of their own share one.
    """
    with reading() as session:
        own = session.exec(
            select(PhraseRow.id)
            .where(PhraseRow.library_id == library_id, PhraseRow.branch_id == branch_id)
            .limit(1)
        ).first()
    with _lock:
        return _compiled(library_id, branch_id if own is not None else None)


@lru_cache(maxsize=_MATCHERS_KEPT)
def _compiled(library_id: int, branch_id: int | None) -> PhraseMatcher:
    with reading() as session:
        library = session.get(PhraseLibrary, library_id)
    rows = [row for row in phrase_reads.rows(library) if row.branch_id in (None, branch_id)]
    return PhraseMatcher(phrase for group in phrase_reads.as_sets(rows) for phrase in group.phrases)


def _replace_hits(
    session: Session,
    recording_id: str,
    transcript: TranscriptRow,
    library: PhraseLibrary,
    hits: tuple[Hit, ...],
) -> None:
    session.connection().execute(sa.delete(HitRow).where(col(HitRow.recording_id) == recording_id))
    rows = [
        stored.hit_row(
            hit, recording_id=recording_id, transcript_id=transcript.id or 0, library_id=library.id or 0
        )
        for hit in hits
    ]
    for row in rows:
        row.heard = row.heard[:_HEARD_CHARS]
        row.end_s = max(row.start_s, row.end_s)
    session.add_all(rows)
