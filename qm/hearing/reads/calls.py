"""One call with all that was heard and found in it, read from the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta, timezone

from sqlmodel import col, func, select

from qm.core.database import reading
from qm.core.visibility import by_a_person
from qm.hearing.reads import stored
from qm.hearing.reads.call_build import build_call, empty_call
from qm.hearing.reads.call_views import CallHeader, CallView
from qm.hearing.reads.personal_data import secrets_of, whole
from qm.models import (
    Agent,
    Evaluation,
    FindingRow,
    HitRow,
    PhraseRow,
    Recording,
    Team,
    TranscriptRow,
)
from recorder.types import Role
from scoring.types import Finding, Rubric
from transcribe.pii import PiiKind
from transcribe.types import PhraseKind


@dataclass(frozen=True, slots=True)
class HeardCall:
    """A call's view with what judging it needs besides."""

    view: CallView
    findings: tuple[Finding, ...]
    call_data: dict[str, str]
    transcript_id: int | None
    library_id: int | None


def masked(number: str) -> str:
    """A telephone number of which only the ends are shown; short ones keep their last two digits."""
    if len(number) >= 9:
        return f"{number[:3]}****{number[-4:]}"
    return f"****{number[-2:]}" if number else ""


def heard_call(
    recording: Recording,
    transcript_id: int | None = None,
    *,
    rubric: Rubric | None = None,
    revealed: bool = False,
) -> HeardCall:
    """A call with one transcript: the named one, else the current one, else none yet.

    With a form, only findings of the rules it asks become moments: what another form would call
    missing is nobody's fault here. `revealed` puts personal numbers back: only after
    `hearing.writes.personal_data.reveal`.
    """
    with reading() as session:
        agent = session.get(Agent, recording.agent_id) if recording.agent_id else None
        team = session.get(Team, recording.team_id) if recording.team_id else None
        call_data = stored.call_data_of(
            recording, agent_no=agent.number if agent else "", team=team.name if team else ""
        )
        header = _header(recording, agent, team)
        transcript = _transcript(recording.id, transcript_id)
        if transcript is None:
            return HeardCall(empty_call(header), (), call_data, None, None)
        hits = session.exec(
            select(HitRow).where(HitRow.transcript_id == transcript.id).order_by(col(HitRow.start_s))
        ).all()
        findings = session.exec(select(FindingRow).where(FindingRow.transcript_id == transcript.id)).all()
        secrets = secrets_of(transcript.id)
    libraries = [row.library_id for row in hits] + [row.library_id for row in findings]
    library_id = max(libraries, default=None)
    told = tuple(stored.load_finding(row) for row in findings)
    view = build_call(
        header,
        whole(transcript) if revealed else stored.load_transcript(transcript.document),
        [stored.load_hit(row) for row in hits],
        told if rubric is None else _asked(told, rubric),
        _group_names(library_id),
    )
    private = len({secret.number for secret in secrets if secret.kind is not PiiKind.CARD_TAIL})
    view = replace(view, private=private, revealed=revealed)
    return HeardCall(view, told, call_data, transcript.id, library_id)


def _asked(told: Sequence[Finding], rubric: Rubric) -> list[Finding]:
    rules = {criterion.rule for criterion in rubric.criteria}
    return [finding for finding in told if finding.rule_key in rules]


def forbidden_counts(recording_ids: Sequence[str]) -> dict[str, int]:
    """How many forbidden phrases were found in each of these calls; calls without any are left out."""
    with reading() as session:
        rows = session.exec(
            select(HitRow.recording_id, func.count())
            .where(
                col(HitRow.recording_id).in_(recording_ids),
                HitRow.kind == PhraseKind.FORBIDDEN,
                col(HitRow.negated).is_(False),
            )
            .group_by(HitRow.recording_id)
        ).all()
    return dict(rows)


def human_states(recording_ids: Sequence[str]) -> dict[str, Evaluation]:
    """The human evaluation of each of these calls that has one."""
    with reading() as session:
        rows = session.exec(
            select(Evaluation).where(col(Evaluation.recording_id).in_(recording_ids), by_a_person())
        ).all()
    return {row.recording_id: row for row in rows}


def _transcript(recording_id: str, transcript_id: int | None) -> TranscriptRow | None:
    chosen = col(TranscriptRow.current) if transcript_id is None else col(TranscriptRow.id) == transcript_id
    with reading() as session:
        return session.exec(
            select(TranscriptRow).where(TranscriptRow.recording_id == recording_id, chosen)
        ).first()


def _group_names(library_id: int | None) -> dict[str, str]:
    if library_id is None:
        return {}
    with reading() as session:
        rows = session.exec(
            select(PhraseRow.group, PhraseRow.group_name).where(PhraseRow.library_id == library_id).distinct()
        ).all()
    return dict(rows)


def _header(recording: Recording, agent: Agent | None, team: Team | None) -> CallHeader:
    apart = recording.channels == 2 and not recording.identical_channels
    left = Role.CUSTOMER if recording.roles_swapped else Role.AGENT
    return CallHeader(
        recording_id=recording.id,
        agent_id=recording.agent_id,
        agent_name=agent.name if agent else "",
        agent_no=agent.number if agent else "",
        team=team.name if team else "",
        queue=recording.queue,
        direction=recording.direction,
        caller=masked(recording.caller),
        started_at=recording.started_at.astimezone(timezone(timedelta(minutes=recording.utc_offset_min))),
        duration_s=recording.duration_s,
        speakers_apart=apart,
        left_role=left if apart else Role.UNKNOWN,
        warnings=tuple(recording.warnings),
        keywords=tuple(recording.keywords),
    )
