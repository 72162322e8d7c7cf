"""Judging stored calls again: the same as one by one, and nothing written where nothing changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlmodel import col, select

from qm.app.seeds import ensure_seeded
from qm.bench.stored_calls import store_calls
from qm.cli.rejudge import rejudge as command
from qm.core.actor import SYSTEM
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.errors import Forbidden
from qm.judging.writes import rejudge as rejudge_writes
from qm.models import (
    AnswerRow,
    Evaluation,
    EvaluationKind,
    EvidenceRow,
    FindingRow,
    JobState,
    RejudgeRun,
    ShadowFinding,
)
from qm.rules.reads import rejudge_runs
from qm.rules.writes import versions as rule_writes
from qm.worker import pipeline
from tests.support.heard import bring_in
from tests.support.people import Centre

NAMES = ("p01_card_loss", "p02_rude_transfer", "p05_dead_air")
NEVER = """key: says_hello
title: 说过你好
violated_when:
  pattern:
    sounds: [您好]
"""


def _findings() -> dict[tuple[str, str], tuple[object, ...]]:
    with reading() as session:
        return {
            (row.recording_id, row.rule_key): (row.rule_version, row.verdict, row.evidence, row.explanation)
            for row in session.exec(select(FindingRow)).all()
        }


def _evaluations() -> dict[str, tuple[object, ...]]:
    """What automatic evaluations say, without ids and times."""
    with reading() as session:
        found = {}
        for row in session.exec(select(Evaluation).where(Evaluation.kind == EvaluationKind.AUTOMATIC)).all():
            answers = session.exec(
                select(AnswerRow).where(AnswerRow.evaluation_id == row.id).order_by(col(AnswerRow.criterion))
            ).all()
            said = []
            for answer in answers:
                proofs = session.exec(
                    select(EvidenceRow)
                    .where(EvidenceRow.answer_id == answer.id)
                    .order_by(col(EvidenceRow.id))
                ).all()
                spans = [(p.start_s, p.end_s, p.role, p.text, p.source) for p in proofs]
                said.append(
                    (
                        answer.criterion,
                        answer.options,
                        answer.not_applicable,
                        answer.occurrences,
                        answer.comment,
                        spans,
                    )
                )
            found[row.recording_id] = (
                row.total,
                row.lost_total,
                row.vetoes,
                row.critical_errors,
                row.agent_id,
                said,
            )
        return found


def test_judging_many_again_gives_what_judging_each_gives(centre: Centre) -> None:
    for name in NAMES:
        bring_in(name)
    one_by_one = _findings(), _evaluations()
    with writing() as session:
        for row in session.exec(select(Evaluation)).all():
            session.delete(row)
        for finding in session.exec(select(FindingRow)).all():
            session.delete(finding)
    tally = rejudge_writes.rejudge(processes=1)
    assert (tally.total, tally.done, tally.changed) == (3, 3, 3)
    assert (_findings(), _evaluations()) == one_by_one


def test_a_second_run_finds_nothing_to_change(any_database: str) -> None:
    ensure_seeded()
    store_calls(7)
    assert rejudge_writes.rejudge(processes=1).changed == 7
    before = _findings(), _evaluations()
    with reading() as session:
        revisions = sorted(session.exec(select(Evaluation.id, Evaluation.revision)).all())
    assert rejudge_writes.rejudge(processes=1).changed == 0
    assert (_findings(), _evaluations()) == before
    with reading() as session:
        assert sorted(session.exec(select(Evaluation.id, Evaluation.revision)).all()) == revisions


def test_a_new_version_reaches_old_calls_and_a_retired_rule_leaves_them(centre: Centre) -> None:
    recording_id = bring_in("p01_card_loss")
    rule_writes.create(SYSTEM, document=NEVER)
    rule_writes.publish(SYSTEM, "says_hello")
    assert (recording_id, "says_hello") not in _findings()
    assert rejudge_writes.rejudge(processes=1).changed == 1
    assert _findings()[recording_id, "says_hello"][:2] == (1, "not_met")
    rule_writes.retire(SYSTEM, "says_hello")
    rejudge_writes.rejudge(processes=1)
    assert (recording_id, "says_hello") not in _findings()


def test_a_draft_in_shadow_collects_from_old_calls_too(centre: Centre) -> None:
    recording_id = bring_in("p01_card_loss")
    before = _findings()
    rule_writes.create(SYSTEM, document=NEVER)
    rule_writes.set_shadow(SYSTEM, "says_hello", on=True)
    assert rejudge_writes.rejudge(processes=1).changed == 0
    with reading() as session:
        assert session.exec(select(ShadowFinding)).one().recording_id == recording_id
    assert _findings() == before


def test_processes_of_their_own_give_the_same(sqlite: None) -> None:
    ensure_seeded()
    store_calls(5)
    seen: list[int] = []
    assert rejudge_writes.rejudge(processes=1).changed == 5
    rejudge_writes.CHUNK, kept = 2, rejudge_writes.CHUNK
    try:
        tally = rejudge_writes.rejudge(processes=2, progress=lambda tally: seen.append(tally.done))
    finally:
        rejudge_writes.CHUNK = kept
    assert (tally.done, tally.changed) == (5, 0)
    assert seen == [2, 4, 5]


def test_the_human_evaluation_is_left_alone(centre: Centre) -> None:
    recording_id = bring_in("p02_rude_transfer")
    with writing() as session:
        automatic = session.exec(select(Evaluation)).one()
        human = Evaluation(
            recording_id=recording_id,
            rubric_id=automatic.rubric_id,
            kind=EvaluationKind.HUMAN,
            created_at=now(),
            updated_at=now(),
        )
        session.add(human)
    before = human.model_dump()
    rule_writes.create(SYSTEM, document=NEVER)
    rule_writes.publish(SYSTEM, "says_hello")
    rejudge_writes.rejudge(processes=1)
    with reading() as session:
        after = session.get(Evaluation, human.id)
    assert after is not None
    assert after.model_dump() == before


def test_a_run_is_asked_for_once_claimed_once_and_ends_with_its_figures(centre: Centre) -> None:
    bring_in("p01_card_loss")
    supervisor = centre.actors["headquarters"]
    run = rejudge_writes.request(supervisor)
    assert rejudge_writes.request(supervisor).id == run.id
    assert rejudge_writes.claim() == run.id
    assert rejudge_writes.claim() is None
    rejudge_writes.perform(run.id or 0, processes=1)
    ended = rejudge_runs.latest()
    assert ended is not None
    assert (ended.state, ended.done, ended.total) == (JobState.DONE, 1, 1)
    assert rejudge_writes.request(supervisor).id != run.id


def test_a_run_that_fell_silent_is_taken_up_again(centre: Centre) -> None:
    run = rejudge_writes.request(centre.actors["headquarters"])
    assert rejudge_writes.claim() == run.id
    with writing() as session:
        row = session.get(RejudgeRun, run.id)
        assert row is not None
        row.updated_at = now() - rejudge_writes.SILENT_AFTER - timedelta(seconds=1)
        session.add(row)
    assert rejudge_writes.waiting()
    assert rejudge_writes.claim() == run.id


def test_a_run_that_fails_says_so_in_words(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    run = rejudge_writes.request(centre.actors["headquarters"])
    rejudge_writes.claim()
    with writing() as session:
        for row in session.exec(select(RejudgeRun)).all():
            row.total = 1
            session.add(row)

    def broken(**_more: object) -> None:
        raise RuntimeError("磁盘已满")

    monkeypatch.setattr(rejudge_writes, "rejudge", broken)
    with pytest.raises(RuntimeError):
        rejudge_writes.perform(run.id or 0, processes=1)
    ended = rejudge_runs.latest()
    assert ended is not None
    assert ended.state is JobState.FAILED
    assert "磁盘已满" in ended.error


def test_inspectors_may_not_ask_for_it(centre: Centre) -> None:
    with pytest.raises(Forbidden):
        rejudge_writes.request(centre.actors["inspector"])


def test_the_command_says_how_many_changed(centre: Centre) -> None:
    bring_in("p01_card_loss")
    pipeline.prescore(store_one())
    answer = CliRunner().invoke(command, ["--processes", "1"])
    assert answer.exit_code == 0, answer.output
    assert "2 通，0 通结论有变" in answer.output


def store_one() -> str:
    """One more stored call."""
    return store_calls(1)[0]
