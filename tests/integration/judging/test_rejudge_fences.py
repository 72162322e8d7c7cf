"""Two runs at once: what was judged is written only where it still holds."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlmodel import col, select

from qm.app.seeds import ensure_seeded
from qm.bench.stored_calls import store_calls
from qm.cli.bench import bench as bench_command
from qm.core.actor import SYSTEM
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.hearing.writes import scan as scan_writes
from qm.judging.writes import prescore as prescore_writes
from qm.judging.writes import rejudge as rejudge_writes
from qm.judging.writes import rejudge_store
from qm.judging.writes.rejudge_chunk import judge_chunk
from qm.judging.writes.rejudge_store import RulesChanged, keep_chunk
from qm.models import (
    Evaluation,
    EvaluationKind,
    FindingRow,
    HitRow,
    Recording,
    RecordingStatus,
    RejudgeRun,
    RubricBinding,
    RubricVersion,
    TranscriptRow,
    VersionState,
)
from qm.rules.writes import versions as rule_writes
from qm.worker import pipeline
from tests.support.people import Centre
from transcribe.phrases import PhraseMatcher

HELLO = "key: says_hello\ntitle: 说过你好\nviolated_when: {pattern: {sounds: [您好]}}\n"


def _heard_again(recording_id: str) -> int:
    """The same words as a new transcript, as if another run had heard the call; gives its id."""
    with writing() as session:
        old = session.exec(
            select(TranscriptRow).where(
                TranscriptRow.recording_id == recording_id, col(TranscriptRow.current)
            )
        ).one()
        old.current = False
        session.flush()
        told = old.model_dump(exclude={"id", "current", "created_at"})
        new = TranscriptRow(**told, id=(old.id or 0) + 1000, current=True, created_at=now())
        session.add(new)
        session.execute(sa.delete(FindingRow).where(col(FindingRow.recording_id) == recording_id))
        session.flush()
        return new.id or 0


def _transcripts(recording_id: str) -> set[int]:
    with reading() as session:
        rows = session.exec(select(FindingRow).where(FindingRow.recording_id == recording_id)).all()
        return {row.transcript_id for row in rows}


def _automatic(recording_id: str) -> list[Evaluation]:
    with reading() as session:
        return list(
            session.exec(
                select(Evaluation)
                .where(Evaluation.recording_id == recording_id, Evaluation.kind == EvaluationKind.AUTOMATIC)
                .order_by(col(Evaluation.updated_at), col(Evaluation.id))
            ).all()
        )


def test_an_older_run_leaves_what_a_newer_one_has_written(any_database: str) -> None:
    ensure_seeded()
    (call,) = store_calls(1)
    older = judge_chunk([call])
    transcript_id = _heard_again(call)
    newer = judge_chunk([call])
    assert keep_chunk(newer).changed == 1
    kept = keep_chunk(older)
    assert (kept.changed, kept.heard_anew) == (0, (call,))
    assert _transcripts(call) == {transcript_id}
    assert [row.transcript_id for row in _automatic(call)] == [transcript_id]


def test_a_scan_that_was_overtaken_scans_the_newer_transcript(
    any_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_seeded()
    (call,) = store_calls(1)
    compiled, newer = scan_writes.matcher, []

    def while_heard_again(library_id: int, branch_id: int | None) -> PhraseMatcher:
        if not newer:
            newer.append(_heard_again(call))
        return compiled(library_id, branch_id)

    monkeypatch.setattr(scan_writes, "matcher", while_heard_again)
    scan_writes.scan(call)
    with reading() as session:
        rows = session.exec(select(HitRow).where(HitRow.recording_id == call)).all()
    assert {row.transcript_id for row in rows} == set(newer)


def test_of_two_runs_that_judged_the_same_the_later_to_write_gives_way(any_database: str) -> None:
    ensure_seeded()
    calls = store_calls(2)
    first, second = judge_chunk(calls), judge_chunk(calls)
    assert keep_chunk(first).changed == 2
    kept = keep_chunk(second)
    assert (kept.changed, kept.judged_anew) == (0, tuple(sorted(calls)))
    assert [row.revision for call in calls for row in _automatic(call)] == [0, 0]


def test_what_was_judged_by_rules_no_longer_in_force_is_judged_again(any_database: str) -> None:
    ensure_seeded()
    calls = store_calls(3)
    older = judge_chunk(calls)
    rule_writes.create(SYSTEM, document=HELLO)
    rule_writes.publish(SYSTEM, "says_hello")
    with pytest.raises(RulesChanged):
        keep_chunk(older)
    with reading() as session:
        assert session.exec(select(FindingRow)).all() == []


def test_a_run_goes_on_with_rules_published_while_it_runs(
    sqlite: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_seeded()
    calls = store_calls(3)
    published = False

    def judged_and_then_published(ids: list[str]) -> object:
        nonlocal published
        chunk = judge_chunk(ids)
        if not published:
            published = True
            rule_writes.create(SYSTEM, document=HELLO)
            rule_writes.publish(SYSTEM, "says_hello")
        return chunk

    monkeypatch.setattr(rejudge_writes, "judge_chunk", judged_and_then_published)
    assert rejudge_writes.rejudge(processes=1).done == 3
    with reading() as session:
        rows = session.exec(select(FindingRow).where(FindingRow.rule_key == "says_hello")).all()
    assert {row.recording_id for row in rows} == set(calls)


def test_prescore_drops_what_it_judged_from_a_transcript_replaced_meanwhile(
    sqlite: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_seeded()
    (call,) = store_calls(1)
    with writing() as session:
        recording = session.get(Recording, call)
        assert recording is not None
        recording.status = RecordingStatus.SCANNED

    def judged_and_then_heard(ids: list[str]) -> object:
        chunk = judge_chunk(ids)
        _heard_again(call)
        return chunk

    monkeypatch.setattr(prescore_writes, "judge_chunk", judged_and_then_heard)
    pipeline.prescore(call)
    assert _transcripts(call) == set()
    with reading() as session:
        waiting = session.get(Recording, call)
    assert waiting is not None
    assert waiting.status is RecordingStatus.SCANNED


def test_a_form_bound_later_alone_makes_a_new_automatic_evaluation(centre: Centre) -> None:
    ensure_seeded()
    (call,) = store_calls(1)
    rejudge_writes.rejudge(processes=1)
    assert len(_automatic(call)) == 1
    with writing() as session:
        general = session.exec(
            select(RubricVersion).where(
                RubricVersion.state == VersionState.PUBLISHED, RubricVersion.key == "phone_banking"
            )
        ).one()
        other = session.exec(
            select(RubricVersion).where(
                RubricVersion.state == VersionState.PUBLISHED, RubricVersion.key != "phone_banking"
            )
        ).first()
        assert other is not None
        session.add(
            RubricBinding(
                rubric_key=other.key, from_day=(now() - timedelta(days=400)).date(), created_at=now()
            )
        )
    tally = rejudge_writes.rejudge(processes=1)
    assert tally.changed == 0
    assert [row.rubric_id for row in _automatic(call)] == [general.id, other.id]
    revisions = [row.revision for row in _automatic(call)]
    rejudge_writes.rejudge(processes=1)
    assert [row.revision for row in _automatic(call)] == revisions
    with writing() as session:
        session.execute(sa.delete(RubricBinding))
    rejudge_writes.rejudge(processes=1)
    assert _automatic(call)[-1].rubric_id == general.id


def test_a_run_says_that_it_lives_while_a_chunk_takes_long(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = rejudge_writes.request(centre.actors["supervisor"])
    rejudge_writes.claim()
    monkeypatch.setattr(rejudge_writes, "BEAT_EVERY_S", 0.01)
    with writing() as session:
        row = session.get(RejudgeRun, run.id)
        assert row is not None
        row.updated_at = now() - rejudge_writes.SILENT_AFTER - timedelta(seconds=1)

    def slow(**_more: object) -> rejudge_writes.Tally:
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            if not rejudge_writes.waiting():
                return rejudge_writes.Tally(0, 0, 0)
            time.sleep(0.01)
        raise AssertionError("it still looks dead")

    monkeypatch.setattr(rejudge_writes, "rejudge", slow)
    rejudge_writes.perform(run.id or 0, processes=1)


def test_many_calls_on_processes_of_their_own_give_what_one_after_the_other_gives(sqlite: None) -> None:
    ensure_seeded()
    calls = store_calls(40, seed=5)
    rejudge_writes.CHUNK, kept = 9, rejudge_writes.CHUNK
    try:
        rejudge_writes.rejudge(processes=2)
    finally:
        rejudge_writes.CHUNK = kept
    for call in calls:
        again = judge_chunk([call])
        assert again.calls[0].findings == ()
        assert again.calls[0].outdated == ()
        assert rejudge_store.keep_chunk(again).changed == 0


def test_the_bench_tells_seconds_and_growth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    answer = CliRunner().invoke(bench_command, ["rejudge", "20", "40", "--json"])
    assert answer.exit_code == 0, answer.output
    told = answer.output[answer.output.index("{") :]
    for key in ("first_s", "first_cpu_s", "again_s", "calls_doubled", "rules_doubled"):
        assert f'"{key}"' in told
    assert '"first_changed": 20' in told
    assert '"again_changed": 0' in told
