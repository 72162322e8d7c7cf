"""A recording comes in: probed, hashed, stored whole, and only then a row with its job.

1. The bytes are probed and hashed, call data is checked; whatever is wrong has a name.
2. The bytes go unchanged into the object store under their hash.
3. Row, job and audit event are committed together. Unique constraints decide between two that come
   at once: one becomes the recording, the other a named refusal.

A refused file is kept in quarantine, except one that is here already under the same call: nothing of
it would be lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError

from qm import jobs
from qm.core import audit, objects
from qm.core.actor import Actor, UserRole
from qm.core.clock import now, zone
from qm.core.database import writing
from qm.core.settings import settings
from qm.intake.reads import known as intake
from qm.intake.writes.refused_files import keep_refused
from qm.models import Recording
from qm.people.writes.rosters import Place, place_of
from recorder.calldata import CallData, CallDataInvalid, parse_call_data
from recorder.limits import Limits
from recorder.message import Message, advised
from recorder.probe import probe
from recorder.storage import ByteStream, read_chunks
from recorder.types import AudioInfo, AudioRefused, Refusal

SOURCE = "upload"
"""Source of call data that names none."""

Source = Path | ByteStream
GivenCallData = CallData | CallDataInvalid | Mapping[str, Any]
"""Checked call data, what was found wrong with it, or named fields still to be checked."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one file: a recording, or a refusal with its reason."""

    recording_id: str | None
    quarantine_id: int | None = None
    reason: Refusal | None = None
    detail: str = ""
    """Why it was refused and what to do; a `Message`."""
    existing_id: str | None = None
    """For duplicates: the recording that is here already, where it is of the sender's branch."""
    warnings: tuple[str, ...] = ()


class Duplicate(AudioRefused):
    """The call or its content is here already."""

    def __init__(self, reason: Refusal, detail: Message, *, existing_id: str | None, same_call: bool) -> None:
        super().__init__(reason, detail)
        self.existing_id = existing_id
        self.same_call = same_call
        """Same call and same bytes: sending it again changes nothing."""


def ingest(source: Source, call_data: GivenCallData, *, actor: Actor, filename: str) -> Ingested:
    """Take in one file with its call data. Refusals are answers, not errors; see `Ingested`.

    `call_data` may be raw named fields: what is wrong with them is a refusal too. Raises `StorageError`
    where the object store cannot be reached, and `OSError` where the file cannot be read.
    """
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    jobs.prepare()
    filename = filename.replace("\x00", "")  # PostgreSQL keeps no NUL
    with on_disk(source) as path:
        try:
            return admit(path, call_data, actor=actor, filename=filename)
        except Duplicate as refusal:
            if refusal.same_call:
                return Ingested(None, None, refusal.reason, refusal.detail, refusal.existing_id)
            kept = keep_refused(path, refusal, call_data, actor=actor, filename=filename)
            return Ingested(None, kept, refusal.reason, refusal.detail, refusal.existing_id)
        except AudioRefused as refusal:
            kept = keep_refused(path, refusal, call_data, actor=actor, filename=filename)
            return Ingested(None, kept, refusal.reason, refusal.detail)


def admit(path: Path, call_data: GivenCallData, *, actor: Actor, filename: str) -> Ingested:
    """As `ingest`, for a local file, but a refusal is raised as `AudioRefused` and nothing is kept."""
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    info = probe(path, limits=limits())  # first: what is wrong with the sound is told before its papers
    call = checked(call_data)
    place = place_of(call, actor)
    _refuse_duplicate(call, info, actor)
    key = objects.original_key(info.sha256, info.container)
    objects.store().put(key, path, content_type=objects.content_type_of(info.container), sha256=info.sha256)
    recording = _row(call, info, place, key, actor=actor, filename=filename)
    try:
        with writing() as session:
            session.add(recording)
            session.flush()
            jobs.enqueue(recording.id)
            audit.record(actor, audit.AuditAction.RECORDING_INGESTED, recording.id, source=recording.source)
    except IntegrityError:
        # Somebody was quicker; the bytes are the same or an orphan that `qm doctor` removes.
        _refuse_duplicate(call, info, actor)
        raise
    return Ingested(recording.id, warnings=tuple(recording.warnings))


def checked(call_data: GivenCallData) -> CallData:
    """Call data as a value. Raises `CallDataInvalid` with every fault."""
    if isinstance(call_data, CallDataInvalid):
        raise call_data
    if isinstance(call_data, CallData):
        return call_data
    return parse_call_data(call_data, source=SOURCE, zone=zone())


def limits() -> Limits:
    """What this installation accepts."""
    return Limits(max_duration_s=settings().max_call_minutes * 60.0)


@contextmanager
def on_disk(source: Source) -> Iterator[Path]:
    """The source as a local file; a stream is written to one for as long as the context is open."""
    if isinstance(source, Path):
        yield source
        return
    with objects.workspace() as folder:
        path = folder / "incoming"
        with path.open("wb") as target:
            for chunk in read_chunks(source):
                target.write(chunk)
        yield path


def _refuse_duplicate(call: CallData, info: AudioInfo, actor: Actor) -> None:
    same_call, same_bytes = intake.here(call.source or SOURCE, call.external_id, info.sha256)
    here = same_call or same_bytes
    if here is None:
        return
    same = same_call is not None and same_bytes is not None and same_bytes.id == same_call.id
    reason = Refusal.DUPLICATE_ID if same_call is not None else Refusal.DUPLICATE_CONTENT
    if actor.branch_id not in (None, here.branch_id):
        fact = Message("其他机构已有这通录音或相同的内容")
        detail = advised(fact, Message("请核对通话编号和文件，或联系总部"))
        raise Duplicate(reason, detail, existing_id=None, same_call=same)
    if same_bytes is not None and same_call is None:
        fact = Message("内容与通话 %(call)s 的录音（%(id)s）完全相同", call=here.external_id, id=here.id)
        detail = advised(fact, Message("请核对文件是否选错"))
    elif same:
        detail = Message("这通录音已经入库（%(id)s），无需重复导入", id=here.id)
    else:
        fact = Message("通话编号 %(call)s 已有另一份录音（%(id)s）", call=call.external_id, id=here.id)
        detail = advised(fact, Message("请核对通话编号"))
    raise Duplicate(reason, detail, existing_id=here.id, same_call=same)


def _row(
    call: CallData, info: AudioInfo, place: Place, key: str, *, actor: Actor, filename: str
) -> Recording:
    offset = call.started_at.utcoffset()
    return Recording(
        id=uuid.uuid4().hex,
        source=call.source or SOURCE,
        external_id=call.external_id,
        agent_id=place.agent_id,
        team_id=place.team_id,
        branch_id=place.branch_id,
        started_at=call.started_at,
        utc_offset_min=int(offset.total_seconds() // 60) if offset is not None else 0,
        direction=call.direction.value,
        queue=call.queue[:80],
        caller=call.caller[:40],
        attributes={**call.attributes, **place.attributes},
        filename=filename[-255:],
        sha256=info.sha256,
        size_bytes=info.size_bytes,
        container=info.container,
        codec=info.codec,
        channels=info.channels,
        rate_hz=info.rate_hz,
        duration_s=info.duration_s,
        identical_channels=info.identical_channels,
        warnings=[*info.warnings, *place.warnings],
        object_key=key,
        created_at=now(),
        created_by=actor.user_id,
    )
