"""Writes about calls: taking in, hearing, assigning, scoring."""

from __future__ import annotations

import io
from pathlib import Path

from werkzeug.datastructures import FileStorage

from qm.assigning import writes as assignments
from qm.core.actor import Actor
from qm.hearing.writes import channels, personal_data
from qm.intake.writes import ingest, listening, quarantine, refused_files, uploads
from qm.jobs.writes import retries
from qm.judging.writes import rejudge
from qm.phrases.writes import rescan as reruns
from qm.records import writes as acknowledge
from qm.reviewing.writes import criterion_scores, evaluations, packs, releases
from qm.reviewing.writes.evaluations import Draft
from qm.upkeep.writes import mend as doctor_mend
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
    return ingest.ingest(house.sound, given, actor=actor, filename="call.wav")


def _admit(actor: Actor, house: House) -> object:
    given = fields(agent_no=UNKNOWN_AGENT)
    return ingest.admit(house.sound, given, actor=actor, filename="call.wav")


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
    return assignments.assign(actor, recording_ids=[house.call], evaluator_id=inspector)


def _mend(actor: Actor, house: House) -> object:
    return doctor_mend.mend(Trouble(Ailment.JOB_MISSING, house.call, "没有任务"), actor=actor)


WRITES = (
    Write(ingest.ingest, _bring, ALL_TAKERS),
    Write(ingest.admit, _admit, ALL_TAKERS),
    Write(uploads.take_files, _take_files, ALL_TAKERS),
    Write(uploads.take_manifest, _take_manifest, ALL_TAKERS),
    Write(refused_files.keep_refused, _refuse, ALL_TAKERS),
    Write(
        quarantine.retry,
        lambda a, h: quarantine.retry(h.refused_id, actor=a, call_data={"agent_no": "8021"}),
        TAKERS,
    ),
    Write(quarantine.discard, lambda a, h: quarantine.discard(h.refused_id, actor=a), TAKERS),
    Write(quarantine.restore, lambda a, h: quarantine.restore(h.discarded_id, actor=a), TAKERS),
    Write(retries.retry_job, lambda a, h: retries.retry_job(a, h.failed_call), TAKERS),
    Write(reruns.retry_failed, lambda a, _h: reruns.retry_failed(a), ALL_TAKERS),
    Write(reruns.rescan, lambda a, _h: reruns.rescan(a), anywhere("supervisor")),
    Write(rejudge.request, lambda a, _h: rejudge.request(a), ALL_TAKERS),
    Write(channels.swap, lambda a, h: channels.swap(a, h.call), SCORERS),
    Write(personal_data.reveal, lambda a, h: personal_data.reveal(a, h.call), SCORERS),
    Write(
        listening.listened,
        lambda a, h: listening.listened(a, h.released_call),
        SCORERS | {"near leader", "near agent"},
    ),
    Write(listening.downloaded, lambda a, h: listening.downloaded(a, h.released_call), SCORERS),
    Write(assignments.take_next, lambda a, _h: assignments.take_next(a), anywhere("inspector", "supervisor")),
    Write(assignments.assign, _assign, who("supervisor")),
    Write(assignments.withdraw, lambda a, h: assignments.withdraw(a, h.assignment_id), who("supervisor")),
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
        acknowledge.acknowledge,
        lambda a, h: acknowledge.acknowledge(a, h.released),
        frozenset({"near agent"}),
    ),
    Write(doctor_mend.mend, _mend, frozenset()),
)
