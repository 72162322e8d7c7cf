"""Swapping who is on which channel, by one click, before a call's evaluation is released."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import select

from qm import jobs
from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.database import writing
from qm.core.errors import Conflict
from qm.core.visibility import by_a_person, recording_for
from qm.hearing.reads.personal_data import whole
from qm.hearing.writes.hear import keep_transcript
from qm.models import Evaluation, EvaluationState, TranscriptRow
from recorder.types import Role
from transcribe.types import Acoustics, Transcript

_OTHER = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT, Role.UNKNOWN: Role.UNKNOWN}


class OneChannel(Conflict):
    """There is nothing to swap."""

    message = "这通录音只有一个声道，不能互换。"


class JudgedAlready(Conflict):
    """A released evaluation rests on the roles as they are."""

    message = "这通录音的评分已经发布，不能再互换声道。请先撤回评分。"


def swap(actor: Actor, recording_id: str) -> None:
    """Agent and customer change places in the recording and its transcript; phrases are searched anew.

    Raises `NotFound`, `OneChannel`, `JudgedAlready`.
    """
    actor.require(UserRole.INSPECTOR, UserRole.SUPERVISOR)
    jobs.prepare()
    with writing() as session:
        recording = recording_for(actor, recording_id)
        if recording.channels != 2 or recording.identical_channels:
            raise OneChannel
        draft = session.exec(
            select(Evaluation).where(Evaluation.recording_id == recording_id, by_a_person())
        ).first()
        if draft is not None and draft.state is not EvaluationState.DRAFT:
            raise JudgedAlready
        recording.roles_swapped = not recording.roles_swapped
        session.add(recording)
        row = session.exec(
            select(TranscriptRow).where(TranscriptRow.recording_id == recording_id, TranscriptRow.current)
        ).first()
        if row is not None:
            kept = keep_transcript(session, recording_id, swapped(whole(row)))
            if draft is not None:
                draft.transcript_id = kept.id
                session.add(draft)
            jobs.enqueue(recording_id, step_from=jobs.Step.SCAN)
        audit.record(actor, audit.AuditAction.CHANNELS_SWAPPED, recording_id, swapped=recording.roles_swapped)


def swapped(transcript: Transcript) -> Transcript:
    """The same hearing with agent and customer exchanged."""
    heard = transcript.acoustics
    return replace(
        transcript,
        utterances=tuple(replace(said, role=_OTHER[said.role]) for said in transcript.utterances),
        unheard={_OTHER[role]: spans for role, spans in transcript.unheard.items()},
        acoustics=Acoustics(
            voiced={_OTHER[role]: spans for role, spans in heard.voiced.items()},
            dead_air=heard.dead_air,
            overlaps=tuple(replace(o, interrupter=_OTHER[o.interrupter]) for o in heard.overlaps),
            talk_share={_OTHER[role]: figure for role, figure in heard.talk_share.items()},
            speech_rate={_OTHER[role]: figure for role, figure in heard.speech_rate.items()},
            loudness_db={_OTHER[role]: figure for role, figure in heard.loudness_db.items()},
        ),
    )
