"""The jobs page asks every two seconds: its counts are kept, and its list follows an index."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlmodel import delete, select
from time_machine import TimeMachineFixture

from qm import jobs
from qm.cli import cli
from qm.core import database, statistics
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.settings import settings
from qm.jobs import Step, mirror, schema, tally
from qm.jobs import reads as job_reads
from qm.models import Job, JobState, Recording
from qm.worker import housekeeping
from tests.support.calls import sound
from tests.support.people import Centre, build_centre
from tests.support.scored import add_call
from tests.support.statements import asked, plan


@pytest.fixture
def busy(any_database: str) -> Centre:
    """Jobs of two branches in every state, brought there by the transitions that the application has."""
    centre = build_centre()
    jobs.prepare()
    for agent_id in (centre.agent_id, centre.far_agent_id):
        names = [enqueued(agent_id) for _ in range(6)]
        for name in names[1:]:
            mirror.begin(name, Step.SCAN, worker="w")
        mirror.wait(names[2], "?")
        mirror.fail(names[3], "?")
        mirror.finish(names[4])
        mirror.fail(names[5], "?")
        with writing():
            jobs.retry(names[5])
    return centre


def enqueued(agent_id: int) -> str:
    recording_id = add_call(agent_id)
    with writing():
        return jobs.enqueue(recording_id)


def recounted(actor: Actor) -> dict[JobState, int]:
    with reading() as session:
        rows = session.exec(select(Job)).all()
    found = Counter(row.state for row in rows if actor.branch_id in (None, row.branch_id))
    return {state: found[state] for state in JobState}


def test_kept_counts_equal_what_is_there_after_every_transition(busy: Centre) -> None:
    for name in ("supervisor", "headquarters", "administrator"):
        actor = busy.actors[name]
        assert job_reads.counts(actor) == recounted(actor)
    assert job_reads.counts(busy.actors["supervisor"]) == {
        JobState.QUEUED: 2, JobState.RUNNING: 1, JobState.WAITING: 1, JobState.DONE: 1, JobState.FAILED: 1,
    }  # fmt: skip


def test_a_recording_that_goes_takes_its_job_out_of_the_counts(busy: Centre) -> None:
    with writing() as session:
        session.exec(delete(Recording).where(Recording.branch_id == busy.far_branch_id))
    assert sum(job_reads.counts(busy.actors["headquarters"]).values()) == 6
    assert job_reads.counts(busy.actors["supervisor"]) == recounted(busy.actors["supervisor"])


def test_folding_changes_no_count_and_leaves_a_row_a_branch_and_state(busy: Centre) -> None:
    before = {name: job_reads.counts(busy.actors[name]) for name in ("supervisor", "headquarters")}
    assert tally.fold() == 0, "too few rows to be worth a write"
    assert tally.fold(least=1) > 10
    assert {name: job_reads.counts(busy.actors[name]) for name in before} == before
    assert tally.fold(least=1) == 10, "two branches, five states"


def test_counting_reads_no_job(busy: Centre) -> None:
    with asked() as statements:
        job_reads.counts(busy.actors["supervisor"])
    assert [statement for statement, _ in statements if "FROM job " in statement or "JOIN" in statement] == []


def test_jobs_from_before_are_counted_by_the_migration(any_database: str) -> None:
    build_centre()
    schema.roll_back("0008")
    columns = "id, recording_id, state, step, progress, attempts, error, worker, created_at, updated_at"
    moment = "'2026-01-01 00:00:00'"
    with database.engine().begin() as connection:
        for number, (branch_id, state) in enumerate(((1, "done"), (1, "done"), (2, "failed"))):
            connection.execute(sa.text(old_recording(number, branch_id)))
            connection.execute(
                sa.text(
                    f"INSERT INTO job ({columns}) VALUES ('r{number}', 'r{number}', '{state}', "
                    f"'scan', 1, 0, '', '', {moment}, {moment})"
                )
            )
    schema.migrate()
    everything = Actor(1, "x", "x", UserRole.SUPERVISOR)
    assert job_reads.counts(everything)[JobState.DONE] == 2
    assert job_reads.counts(Actor(1, "x", "x", UserRole.SUPERVISOR, branch_id=2)) == {
        state: int(state is JobState.FAILED) for state in JobState
    }
    with writing() as session:
        session.get_one(Job, "r0").state = JobState.FAILED
    assert job_reads.counts(everything)[JobState.FAILED] == 2


def old_recording(number: int, branch_id: int) -> str:
    moment = "'2026-01-01 00:00:00'"
    return (
        "INSERT INTO recording (id, source, external_id, branch_id, started_at, utc_offset_min, direction, "
        "queue, caller, attributes, filename, sha256, size_bytes, container, codec, channels, rate_hz, "
        "duration_s, identical_channels, roles_swapped, warnings, object_key, status, keywords, created_at) "
        f"VALUES ('r{number}', 's', 'r{number}', {branch_id}, {moment}, 480, '', '', '', '{{}}', 'f', "
        f"'h{number}', 1, 'wav', 'pcm', 2, 8000, 1, FALSE, FALSE, '[]', 'o{number}', 'ready', '[]', {moment})"
    )


@pytest.mark.parametrize("measured", [False, True])
@pytest.mark.parametrize(
    ("person", "index"), [("supervisor", "ix_job_branch_updated"), ("headquarters", "ix_job_updated_at")]
)
def test_the_list_follows_an_index_of_what_changed_last(
    centre: Centre, person: str, index: str, measured: bool
) -> None:
    jobs.prepare()
    for _ in range(5):
        for agent_id in (centre.agent_id, centre.far_agent_id):
            enqueued(agent_id)
    if measured:
        statistics.refresh()
        database.engine().dispose()
    with asked() as statements:
        job_reads.listed(centre.actors[person], limit=2)
    steps = plan(*statements[-1])
    assert index in steps[0], steps
    assert "USE TEMP B-TREE FOR ORDER BY" not in steps


def test_a_branch_sees_its_own_jobs_last_changed_first(busy: Centre) -> None:
    lines = job_reads.listed(busy.actors["supervisor"])
    assert len(lines) == 6
    assert [line.updated_at for line in lines] == sorted((line.updated_at for line in lines), reverse=True)
    assert {line.recording_id for line in lines} == {
        line.recording_id for line in job_reads.listed(busy.actors["inspector"])
    }


def test_a_worker_folds_the_counts_and_takes_statistics(
    centre: Centre, monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachineFixture
) -> None:
    worker = housekeeping.Housekeeping("w", settings())
    done: list[str] = []

    def fold() -> None:
        done.append("folded")
        if done.count("folded") == 3:
            worker._stop.set()

    monkeypatch.setattr(housekeeping.beats, "BEAT_EVERY_S", 0.0)
    monkeypatch.setattr(housekeeping, "FOLD_EVERY_BEATS", 2)
    monkeypatch.setattr(housekeeping.tally, "fold", fold)
    monkeypatch.setattr(housekeeping.statistics, "refresh", lambda: done.append("measured"))
    worker._run()
    assert done.count("measured") == 1, "once an hour"
    time_machine.move_to(now() + housekeeping.COUNT_EVERY)
    worker._count()
    assert done.count("measured") == 2


def test_taking_in_a_folder_ends_with_statistics(centre: Centre, tmp_path: Path) -> None:
    path = sound(tmp_path)
    ran = CliRunner().invoke(cli, ["ingest", str(path), "--agent", "8021"])
    assert ran.exit_code == 0, ran.output
    with reading() as session:
        found = session.connection().execute(sa.text("SELECT tbl FROM sqlite_stat1")).scalars().all()
    assert {"recording", "job"} <= set(found)
