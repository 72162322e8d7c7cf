"""Step `prescore`: rules answer what they have evidence for; a person decides the rest."""

from __future__ import annotations

from qm.core.database import reading, writing
from qm.hearing.reads import stored
from qm.hearing.writes.scan import NoPhraseLibrary
from qm.intake.writes.status import load, mark
from qm.judging.writes.rejudge_chunk import judge_chunk
from qm.judging.writes.rejudge_store import RulesChanged, keep_chunk
from qm.models import RecordingStatus

_TRIES = 5
"""Rules are rarely published many times while one call is judged."""


def prescore(recording_id: str) -> None:
    """Judge the scanned call by every rule and suggest answers; earlier findings are replaced.

    What was judged is dropped where the call was heard or scanned anew meanwhile: that run judges it too.
    Raises `RecordingGone`, `NotHeardYet`, `NoPhraseLibrary`, `NoRubric`, `RulesChanged`.
    """
    for left in reversed(range(_TRIES)):
        chunk = judge_chunk([recording_id])
        if not chunk.calls:
            with reading() as session:
                load(session, recording_id)
            raise stored.NotHeardYet
        if not chunk.calls[0].library_id:
            raise NoPhraseLibrary
        try:
            with writing() as session:
                kept = keep_chunk(chunk)
                if not (kept.heard_anew or kept.judged_anew):
                    mark(session, recording_id, RecordingStatus.READY)
        except RulesChanged:
            if not left:
                raise
            continue
        if not kept.judged_anew:
            return
