"""What-if runs: asked for here, carried out by a worker in batches, each kept at once.

A run that was broken off by a crash is continued from the last batch.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import select

from qm import jobs
from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.errors import Conflict, InvalidInput
from qm.core.ownership import holds_for, home
from qm.jobs.writes import background_runs
from qm.models import JobState, RuleVersion, VersionState, WhatIfCall, WhatIfRun
from qm.rubrics.reads.versions import version
from qm.rules.reads import versions as rule_reads
from qm.trials.reads import whatif as whatif_reads
from qm.trials.writes.cases import lines_of
from recorder.message import Message
from scoring import rules
from scoring.rubric import rubric_from_dict, validate

BATCH = 100
CANCELLED = Message("已取消。已算出的结果保留，可以继续。")
BROKEN = "试算出错（%(error)s）。请点“继续”；若仍失败，请告诉管理员。"


class PeriodEmpty(InvalidInput):
    """Nothing to try on."""

    message = "这段时间里没有用这张评分表评过的通话。请换一段时间，或换一张评分表。"


class PeriodBackwards(InvalidInput):
    """The period ends before it begins."""

    message = "结束日期早于开始日期，请改正后再试算。"


class FormFaulty(Conflict):
    """A draft with faults cannot be scored."""

    message = "这份草稿还有 %(count)d 处要改，改好后才能试算。"


class StillRunning(Conflict):
    """Somebody else carries this run out."""

    message = "这次试算正在进行，无需重新开始。"


def start(
    actor: Actor, rubric_id: int, *, from_at: datetime, to_at: datetime, with_rule_drafts: bool = False
) -> WhatIfRun:
    """Ask a worker for a run.

    Raises `NotFound`, `PeriodBackwards`, `PeriodEmpty`, `FormFaulty`, `Forbidden`.
    """
    actor.require(UserRole.SUPERVISOR)
    if from_at >= to_at:
        raise PeriodBackwards
    jobs.prepare()
    with writing() as session:
        row = version(rubric_id, actor)
        problems = validate(rubric_from_dict(row.document))
        if problems:
            raise FormFaulty(count=len(problems))
        total = len(whatif_reads.evaluation_ids(actor, row.key, from_at, to_at))
        if not total:
            raise PeriodEmpty
        run = WhatIfRun(
            rubric_id=rubric_id,
            with_rule_drafts=with_rule_drafts,
            from_at=from_at,
            to_at=to_at,
            document=row.document,
            state=JobState.QUEUED,
            total=total,
            requested_by=actor.user_id,
            created_at=now(),
            updated_at=now(),
        )
        session.add(run)
        session.flush()
        audit.record(actor, audit.AuditAction.WHATIF_STARTED, run.id, key=row.key, version=row.version)
        jobs.enqueue_task(session, jobs.BackgroundTask.WHATIF, run.id or 0)
        return run


def resume(actor: Actor, run_id: int) -> None:
    """Go on with a run that failed or was cancelled. Raises `NotFound`, `StillRunning`, `Forbidden`."""
    actor.require(UserRole.SUPERVISOR)
    whatif_reads.run_for(actor, run_id)
    jobs.prepare()
    with writing() as session:
        if not background_runs.queue_again(session, WhatIfRun, run_id):
            raise StillRunning
        jobs.enqueue_task(session, jobs.BackgroundTask.WHATIF, run_id)


def cancel(actor: Actor, run_id: int) -> None:
    """Stop a run after the batch it is at; what it has found stays. Raises `NotFound`, `Forbidden`."""
    actor.require(UserRole.SUPERVISOR)
    whatif_reads.run_for(actor, run_id)
    with writing() as session:
        background_runs.cancel(session, WhatIfRun, run_id, CANCELLED)


def work(run_id: int) -> None:
    """Carry a run out, from where it stands, by `background_runs.carry_out`."""
    background_runs.carry_out(WhatIfRun, run_id, _try, failed=BROKEN)


def _try(run_id: int) -> None:
    run = whatif_reads.run_of(run_id)
    key = version(run.rubric_id).key
    new = rubric_from_dict(run.document)
    program = _program(background_runs.asker(run)) if run.with_rule_drafts else None
    asked = whatif_reads.evaluation_ids(background_runs.asker(run), key, run.from_at, run.to_at)
    with reading() as session:
        done = set(session.exec(select(WhatIfCall.evaluation_id).where(WhatIfCall.run_id == run_id)).all())
    todo = [item for item in asked if item not in done]
    at = run.done
    for start_at in range(0, len(todo), BATCH):
        batch = todo[start_at : start_at + BATCH]
        with reading() as session:
            lines = lines_of(session, run_id, batch, new, program)
        with writing() as session:
            so_far = len(done) + start_at + len(batch)
            background_runs.go_on(session, WhatIfRun, run_id, before=at, done=so_far, total=len(asked))
            session.add_all(lines)
        at = so_far


def _program(actor: Actor) -> rules.Program:
    """The rules in force where the asker is at home, with each of their drafts in place of its version."""
    branch_id = home(actor)
    with reading() as session:
        drafts = session.exec(
            select(RuleVersion).where(
                RuleVersion.state == VersionState.DRAFT, holds_for(branch_id, RuleVersion.branch_id)
            )
        ).all()
    taken = {row.key: row for row in (*rule_reads.in_force_for(branch_id), *drafts)}
    return rules.Program(tuple(rule_reads.rule_of(row) for row in taken.values()))
