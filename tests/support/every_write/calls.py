"""Writes about calls: taking in, hearing, assigning, scoring."""

from __future__ import annotations

import io
from pathlib import Path

from werkzeug.datastructures import FileStorage

from qm.assigning import writes as assignment_writes
from qm.core.actor import Actor
from qm.hearing.writes import channels, personal_data
from qm.intake.writes import ingest as ingest_writes
from qm.intake.writes import listening, refused_files, uploads
from qm.intake.writes import quarantine as quarantine_writes
from qm.jobs.writes import retries
from qm.judging.writes import rejudge as rejudge_writes
from qm.phrases.writes import rescan
from qm.records import writes as record_writes
from qm.reviewing.writes import criterion_scores, evaluations, packs, releases
from qm.reviewing.writes.evaluations import Draft
from qm.upkeep.writes import mend as mend_writes
from qm.upkeep.writes.doctor import Ailment, Trouble
from recorder.types import AudioRefused, Refusal
from tests.support.calls import fields
from tests.support.every_write.written import Write, anywhere, who
from tests.support.house import House

SCORERS = who("inspector", "supervisor")
TAKERS = who("supervisor", "administrator")
ALL_TAKERS = anywhere("supervisor", "administrator")
UNKNOWN_AGENT = "7777"
"""A call of nobody on the roster belongs to the branch of whoever brings it."""


def _bring(actor: Actor, house: House) -> object:
    given = fields(agent_no=UNKNOWN_AGENT)
    return ingest_writes.ingest(house.sound, given, actor=actor, filename="call.wav")


def _admit(actor: Actor, house: House) -> object:
    given = fields(agent_no=UNKNOWN_AGENT)
    return ingest_writes.admit(house.sound, given, actor=actor, filename="call.wav")


def _sent(path: Path, name: str) -> FileStorage:
    return FileStorage(stream=io.BytesIO(path.read_bytes()), filename=name)


def _take_files(actor: Actor, house: House) -> object:
    return uploads.take_files(actor, [_sent(house.sound, "call.wav")], fields(agent_no=UNKNOWN_AGENT))


def _take_manifest(actor: Actor, house: House) -> object:
    lines = ("file,external_id,agent_no,started_at", f"call.wav,1,{UNKNOWN_AGENT},2026-11-02T09:12:31+08:00")
    table = house.sound.with_name("manifest.csv")
    table.write_text("\n".join(lines), "utf-8")
    return uploads.take_manifest(actor, _sent(table, "manifest.csv"), [_sent(house.sound, "call.wav")])


def _refuse(actor: Actor, house: House) -> object:
    refusal = AudioRefused(Refusal.BAD_CALL_DATA, "工号有误")
    return refused_files.keep_refused(house.sound, refusal, fields(), actor=actor, filename="call.wav")


def _rubric_id(house: House) -> int:
    return house.form.id or 0


def _release(actor: Actor, house: House) -> object:
    return releases.release(actor, house.drafted, revision=1)


def _assign(actor: Actor, house: House) -> object:
    inspector = house.people["near inspector"].user_id or 0
    return assignment_writes.assign(actor, recording_ids=[house.call], evaluator_id=inspector)


def _mend(actor: Actor, house: House) -> object:
    return mend_writes.mend(Trouble(Ailment.JOB_MISSING, house.call, "没有任务"), actor=actor)


WRITES = (
    Write(ingest_writes.ingest, _bring, ALL_TAKERS),
    Write(ingest_writes.admit, _admit, ALL_TAKERS),
    Write(uploads.take_files, _take_files, ALL_TAKERS),
    Write(uploads.take_manifest, _take_manifest, ALL_TAKERS),
    Write(refused_files.keep_refused, _refuse, ALL_TAKERS),
    Write(
        quarantine_writes.retry,
        lambda a, h: quarantine_writes.retry(h.refused_id, actor=a, call_data={"agent_no": "8021"}),
        TAKERS,
    ),
    Write(quarantine_writes.discard, lambda a, h: quarantine_writes.discard(h.refused_id, actor=a), TAKERS),
    Write(quarantine_writes.restore, lambda a, h: quarantine_writes.restore(h.discarded_id, actor=a), TAKERS),
    Write(retries.retry_job, lambda a, h: retries.retry_job(a, h.failed_call), TAKERS),
    Write(rescan.retry_failed, lambda a, _h: rescan.retry_failed(a), ALL_TAKERS),
    Write(rescan.rescan, lambda a, _h: rescan.rescan(a), anywhere("supervisor")),
    Write(rejudge_writes.request, lambda a, _h: rejudge_writes.request(a), ALL_TAKERS),
    Write(channels.swap, lambda a, h: channels.swap(a, h.call), SCORERS),
    Write(personal_data.reveal, lambda a, h: personal_data.reveal(a, h.call), SCORERS),
    Write(
        listening.listened,
        lambda a, h: listening.listened(a, h.released_call),
        SCORERS | {"near leader", "near agent"},
    ),
    Write(listening.downloaded, lambda a, h: listening.downloaded(a, h.released_call), SCORERS),
    Write(
        assignment_writes.take_next,
        lambda a, _h: assignment_writes.take_next(a),
        anywhere("inspector", "supervisor"),
    ),
    Write(assignment_writes.assign, _assign, who("supervisor")),
    Write(
        assignment_writes.withdraw,
        lambda a, h: assignment_writes.withdraw(a, h.assignment_id),
        who("supervisor"),
    ),
    Write(evaluations.save, lambda a, h: evaluations.save(a, h.call, Draft(0, _rubric_id(h), ())), SCORERS),
    Write(
        evaluations.save_read,
        lambda a, h: evaluations.save_read(
            a, h.call, _rubric_id(h), lambda _form, form_id: Draft(0, form_id, ())
        ),
        SCORERS,
    ),
    Write(criterion_scores.repair, lambda a, h: criterion_scores.repair(a, h.released), frozenset()),
    Write(releases.release, _release, SCORERS),
    Write(
        releases.take_back,
        lambda a, h: releases.take_back(a, h.released),
        who("supervisor") | {"near inspector"},  # who released it
    ),
    Write(packs.export, lambda a, h: packs.export(a, h.released), SCORERS),
    Write(
        record_writes.acknowledge,
        lambda a, h: record_writes.acknowledge(a, h.released),
        frozenset({"near agent"}),
    ),
    Write(mend_writes.mend, _mend, frozenset()),
)
