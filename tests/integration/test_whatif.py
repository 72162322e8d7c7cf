"""Trying forms on stored scores, and telling past scores anew with a reason and a ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Thread

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select

from qm import database
from qm.actor import SYSTEM
from qm.clock import now
from qm.database import reading, writing
from qm.errors import NotFound
from qm.models import (
    Evaluation,
    EvaluationKind,
    EvaluationState,
    FindingRow,
    Job,
    JobState,
    RestatedScore,
    RubricVersion,
    VersionState,
    WhatIfCall,
    WhatIfRun,
)
from qm.queries import whatif as queries
from qm.queries.evaluations import answers_of, evaluation_view, rubric_of
from qm.services import rubric_drafts, rules, whatif_restate, whatif_runs
from qm.services import rubric_drafts_edit as edits
from qm.services.rubric_drafts_edit import Edit
from qm.services.seeds import ensure_seeded
from scoring.arithmetic import score
from scoring.rubric import rubric_from_dict
from scoring.types import Answer, CriterionKind, Rubric
from scoring.whatif import Case, what_if
from tests.support.heard import bring_in
from tests.support.people import Centre
from tests.support.scored import add_scored

Client = Callable[[str], FlaskClient]


@pytest.fixture
def scored(centre: Centre) -> list[int]:
    """Six released evaluations of two agents, one vetoed, and a draft nobody has released."""
    found = [
        add_scored(centre.agent_id),
        add_scored(centre.agent_id, faults={"greeting": "none"}),
        add_scored(centre.agent_id, faults={"greeting": "partial"}),
        add_scored(centre.teammate_id, faults={"greeting": "none"}),
        add_scored(centre.teammate_id),
        add_scored(centre.teammate_id, state=EvaluationState.ACKNOWLEDGED),
    ]
    add_scored(centre.agent_id, state=EvaluationState.DRAFT)
    return [item.evaluation_id for item in found]


def drafted(centre: Centre, *steps: Edit) -> int:
    """A draft of the general form with these edits."""
    supervisor = centre.actors["supervisor"]
    with reading() as session:
        source = session.exec(
            select(RubricVersion)
            .where(RubricVersion.key == "phone_banking")
            .order_by(col(RubricVersion.version).desc())
        ).first()
    assert source is not None
    row = rubric_drafts.copy(supervisor, source.id or 0)
    for step in steps:
        rubric_drafts.change(supervisor, row.id or 0, step, what="改")
    return row.id or 0


def cheaper(rubric: Rubric) -> Rubric:
    """The greeting's partial answer is worth nothing."""
    greeting = edits.criterion_of(rubric, "greeting")
    options = tuple(replace(o, points=Decimal(0)) if o.key == "partial" else o for o in greeting.options)
    return edits.put_criterion(rubric, replace(greeting, options=options))


def period() -> tuple[datetime, datetime]:
    return now() - timedelta(days=30), now() + timedelta(days=1)


def tried(centre: Centre, rubric_id: int, person: str = "supervisor") -> WhatIfRun:
    """A run, carried out."""
    from_at, to_at = period()
    run = whatif_runs.start(centre.actors[person], rubric_id, from_at=from_at, to_at=to_at)
    whatif_runs.work(run.id or 0)
    return queries.run_of(run.id or 0)


def test_a_run_finds_exactly_what_the_library_finds(centre: Centre, scored: list[int]) -> None:
    draft = drafted(centre, cheaper)
    run = tried(centre, draft)
    assert (run.state, run.done, run.total) == (JobState.DONE, 6, 6)
    with reading() as session:
        lines = {
            line.evaluation_id: line
            for line in session.exec(select(WhatIfCall).where(WhatIfCall.run_id == run.id)).all()
        }
        old_id = session.exec(select(Evaluation.rubric_id).where(Evaluation.id == scored[0])).one()
    assert sorted(lines) == sorted(scored)
    data = {"queue": "转账", "direction": "inbound"}
    for evaluation_id, line in lines.items():
        answers = tuple(answers_of(evaluation_id))
        case = Case("x", "", answers, answers, data)
        expected = what_if(rubric_of(old_id), rubric_of(draft), [case]).calls[0]
        assert (line.before, line.after, line.changed) == (
            expected.before.total, expected.after.total, expected.changes,
        )  # fmt: skip
    assert [lines[n].changed for n in scored] == [False, False, True, False, False, False]


def test_the_page_tells_averages_agents_flips_and_opens_each_call(
    client_of: Client, centre: Centre, scored: list[int]
) -> None:
    run = tried(centre, drafted(centre, edits.remove_criterion("greeting")))
    view = queries.view(SYSTEM, run.id or 0)
    human = next(side for side in view.sides if side.kind is EvaluationKind.HUMAN)
    assert human.shift is not None
    assert human.shift.change.mean == pytest.approx(human.shift.after.mean - human.shift.before.mean)
    assert {item.agent_id for item in human.agents} == {centre.agent_id, centre.teammate_id}
    assert [(flip.criterion, flip.human) for flip in view.flips] == [("greeting", 6)]
    text = client_of("supervisor").get(f"/manage/whatif/{run.id}").text
    assert f"6 份评分中有 {len(view.calls)} 份会变" in text
    assert all(item.row.before != item.row.after for item in view.calls), "100 → 100 is no change"
    for item in view.calls:
        assert f"/{item.recording_id}" in text
    assert "删去“" in text


def test_automatic_evaluations_are_answered_anew_from_stored_findings_and_kept_apart(centre: Centre) -> None:
    bring_in("p02_rude_transfer")
    run = tried_all(centre, drafted(centre, lambda r: edits.move_section(r.sections[0].key, 1)(r)))
    automatic = next(s for s in queries.view(SYSTEM, run.id or 0).sides if s.kind is EvaluationKind.AUTOMATIC)
    assert (automatic.n, automatic.changed) == (1, 0), "moving a section changes no answer and no score"
    unbound = replace_rule("forbidden_speech")
    run = tried_all(centre, drafted(centre, unbound))
    view = queries.view(SYSTEM, run.id or 0)
    assert [flip.criterion for flip in view.flips] == ["forbidden_speech"]
    assert view.calls[0].row.flips[0]["evidence"]["text"]


def test_a_rule_draft_is_tried_without_touching_what_is_stored(centre: Centre) -> None:
    recording_id = bring_in("p02_rude_transfer")
    person = centre.actors["headquarters"]
    with reading() as session:
        form = session.exec(select(RubricVersion).where(RubricVersion.key == "phone_banking")).one()
    rule = edits.criterion_of(rubric_of(form.id or 0), "forbidden_speech").rule
    assert rule is not None
    row = rules.start_draft(person, rule)
    harmless = f"key: {rule}\ntitle: 改过的规则\nviolated_when:\n  pattern:\n    sounds: [不会有人说的话]\n"
    rules.save_draft(person, rule, document=harmless, fixtures="")
    before = stored_findings(recording_id)
    run = whatif_runs.start(
        person,
        form.id or 0,
        from_at=now() - timedelta(days=3650),
        to_at=now() + timedelta(days=3650),
        with_rule_drafts=True,
    )
    whatif_runs.work(run.id or 0)
    view = queries.view(SYSTEM, run.id or 0)
    assert view.run.error == ""
    assert "forbidden_speech" in {flip.criterion for flip in view.flips}
    assert view.form_changes == ()
    assert stored_findings(recording_id) == before
    assert row.version > 1


def stored_findings(recording_id: str) -> dict[str, str]:
    with reading() as session:
        rows = session.exec(select(FindingRow).where(FindingRow.recording_id == recording_id)).all()
    return {row.rule_key: row.verdict.value for row in rows}


def replace_rule(key: str) -> Edit:
    return lambda r: edits.put_criterion(r, replace(edits.criterion_of(r, key), rule=None))


def tried_all(centre: Centre, rubric_id: int) -> WhatIfRun:
    run = whatif_runs.start(
        centre.actors["headquarters"],
        rubric_id,
        from_at=now() - timedelta(days=3650),
        to_at=now() + timedelta(days=3650),
    )
    whatif_runs.work(run.id or 0)
    return queries.run_of(run.id or 0)


def test_a_run_broken_off_goes_on_where_it_stood(
    centre: Centre, scored: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = drafted(centre, cheaper)
    monkeypatch.setattr(whatif_runs, "BATCH", 2)
    real, calls = whatif_runs.lines_of, []

    def breaks(*args: object) -> list[WhatIfCall]:
        calls.append(args)
        if len(calls) == 2:
            raise OSError("power cut")
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(whatif_runs, "lines_of", breaks)
    run = tried(centre, draft)
    assert (run.state, run.done) == (JobState.FAILED, 2)
    assert "继续" in run.error
    whatif_runs.resume(centre.actors["supervisor"], run.id or 0)
    whatif_runs.work(run.id or 0)
    again = queries.run_of(run.id or 0)
    assert (again.state, again.done) == (JobState.DONE, 6)
    assert len(calls) == 4, "what was kept is not computed again"


def test_two_workers_never_carry_out_one_run(centre: Centre, scored: list[int]) -> None:
    run = tried(centre, drafted(centre, cheaper))
    whatif_runs.work(run.id or 0)
    with pytest.raises(whatif_runs.StillRunning):
        whatif_runs.resume(centre.actors["supervisor"], run.id or 0)


def test_a_cancelled_run_stops_after_its_batch_and_can_be_continued(
    client_of: Client, centre: Centre, scored: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whatif_runs, "BATCH", 2)
    real, calls = whatif_runs.lines_of, []
    client = client_of("supervisor")

    def cancels(*args: object) -> list[WhatIfCall]:
        calls.append(args)
        if len(calls) == 2:
            asked = Thread(target=client.post, args=(f"/manage/whatif/{args[1]}/cancel",))
            asked.start()
            asked.join()
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(whatif_runs, "lines_of", cancels)
    run = tried(centre, drafted(centre, cheaper))
    assert (run.state, run.done, len(calls)) == (JobState.FAILED, 2, 2)
    assert run.error.startswith("已取消")
    client.post(f"/manage/whatif/{run.id}/resume")
    whatif_runs.work(run.id or 0)
    again = queries.run_of(run.id or 0)
    assert (again.state, again.done) == (JobState.DONE, 6)


def test_only_calls_that_the_asker_may_see_are_tried(centre: Centre, scored: list[int]) -> None:
    add_scored(centre.far_agent_id)
    draft = drafted(centre, cheaper)
    assert tried(centre, draft, "supervisor").total == 6
    assert tried(centre, draft, "headquarters").total == 7


def test_a_faulty_draft_and_an_empty_period_are_refused_in_words(
    client_of: Client, centre: Centre, scored: list[int]
) -> None:
    faulty = drafted(centre, edits.add_section("空"))
    client = client_of("supervisor")
    days = {"from_day": "2020-01-01", "to_day": "2099-12-31"}
    assert "处要改" in client.post("/manage/whatif", data={"rubric": faulty, **days}).text
    rubric_drafts.undo(centre.actors["supervisor"], faulty)
    early = {"from_day": "2000-01-01", "to_day": "2000-01-02"}
    assert "没有用这张评分表评过" in client.post("/manage/whatif", data={"rubric": faulty, **early}).text
    late = {"from_day": "2026-01-02", "to_day": "2026-01-01"}
    assert client.post("/manage/whatif", data={"rubric": faulty, **late}).status_code == 422
    assert client.post("/manage/whatif", data={"rubric": faulty, "from_day": "x"}).status_code == 422
    assert client.post("/manage/whatif", data={"rubric": 10**30, **days}).status_code == 404


def test_a_run_started_on_the_page_waits_for_a_worker_and_shows_how_far_it_is(
    client_of: Client, centre: Centre, scored: list[int]
) -> None:
    draft = drafted(centre, cheaper)
    client = client_of("supervisor")
    data = {"rubric": draft, "from_day": "2020-01-01", "to_day": "2099-12-31"}
    where = client.post("/manage/whatif", data=data).headers["Location"]
    run_id = int(where.rpartition("/")[2])
    assert queries.run_of(run_id).state is JobState.QUEUED, "a request never waits for the work"
    waiting = client.get(where, headers={"HX-Request": "true"}).text
    assert "hx-trigger" in waiting
    assert "<progress" in waiting
    assert f"/manage/whatif/{run_id}/cancel" in waiting
    whatif_runs.work(run_id)
    text = client.get(where, headers={"HX-Request": "true"}).text
    assert text.lstrip().startswith('<div id="run"')
    assert "hx-trigger" not in text, "polling stops when the work is done"


def test_restating_publishes_and_keeps_every_old_score_in_the_ledger(
    client_of: Client, centre: Centre, scored: list[int]
) -> None:
    before = {n: total_of(n) for n in scored}
    draft = drafted(centre, cheaper)
    run = tried(centre, draft)
    client = client_of("supervisor")
    assert "写明重述的理由" in client.post(f"/manage/whatif/{run.id}/restate", data={"reason": "x"}).text
    assert {n: total_of(n) for n in scored} == before
    answer = client.post(f"/manage/whatif/{run.id}/restate", data={"reason": "问候只算完整的"})
    assert "/manage/whatif/ledger/" in answer.headers["Location"]
    with reading() as session:
        entries = session.exec(select(RestatedScore)).all()
        row = session.get(RubricVersion, draft)
    assert row is not None
    assert row.state is VersionState.PUBLISHED
    assert {e.evaluation_id: e.old_total for e in entries} == before
    for entry in entries:
        told = score(
            rubric_of(entry.old_rubric_id),
            whatif_restate.old_answers(entry),
            {"queue": "转账", "direction": "inbound"},
        )
        assert told.total == entry.old_total, "the old score can be recomputed from the ledger"
        assert entry.new_total == total_of(entry.evaluation_id)
    assert total_of(scored[2]) < before[scored[2]]
    ledger = client.get(answer.headers["Location"]).text
    assert "问候只算完整的" in ledger


def total_of(evaluation_id: int) -> Decimal:
    with reading() as session:
        total = session.exec(select(Evaluation.total).where(Evaluation.id == evaluation_id)).one()
    assert total is not None
    return total


def test_the_agent_sees_the_old_score_beside_the_new_one(
    client_of: Client, centre: Centre, scored: list[int]
) -> None:
    old = total_of(scored[2])
    run = tried(centre, drafted(centre, cheaper))
    whatif_restate.restate(centre.actors["supervisor"], run.id or 0, reason="统一口径")
    view = evaluation_view(centre.actors["agent"], scored[2])
    assert [item.old_total for item in view.restated] == [old]
    text = client_of("agent").get(f"/mine/evaluations/{scored[2]}").text
    assert f"原分数 {old.normalize():f}" in text
    assert "统一口径" in text
    listed = client_of("agent").get("/mine/").text
    assert f"<s>{old}</s>" in listed
    assert "重述理由：统一口径" in listed


def test_evaluations_that_lack_answers_are_left_as_they_were(centre: Centre, scored: list[int]) -> None:
    before = {n: total_of(n) for n in scored}

    def asked(rubric: Rubric) -> Rubric:
        added = edits.add_criterion(rubric.sections[0].key, CriterionKind.YES_NO)(rubric)
        fresh = added.sections[0].criteria[-1]
        return edits.put_criterion(added, replace(fresh, title="新问的"))

    run = tried(centre, drafted(centre, asked))
    done = whatif_restate.restate(centre.actors["supervisor"], run.id or 0, reason="增加一项")
    assert (done.scores, done.left) == (0, 6)
    assert {n: total_of(n) for n in scored} == before


def test_answers_to_questions_that_are_gone_move_to_the_ledger(centre: Centre, scored: list[int]) -> None:
    run = tried(centre, drafted(centre, edits.remove_criterion("greeting")))
    whatif_restate.restate(centre.actors["supervisor"], run.id or 0, reason="不再考核问候")
    assert "greeting" not in {answer.criterion for answer in answers_of(scored[0])}
    with reading() as session:
        entry = session.exec(select(RestatedScore).where(RestatedScore.evaluation_id == scored[0])).one()
    kept: list[Answer] = list(whatif_restate.old_answers(entry))
    assert "greeting" in {answer.criterion for answer in kept}


def test_a_form_changed_after_its_trial_is_not_restated(centre: Centre, scored: list[int]) -> None:
    draft = drafted(centre, cheaper)
    run = tried(centre, draft)
    rubric_drafts.change(
        centre.actors["supervisor"], draft, lambda r: replace(r, guidance="又改了"), what="改"
    )
    with pytest.raises(whatif_restate.NotTried):
        whatif_restate.restate(centre.actors["supervisor"], run.id or 0, reason="理由充分")


def test_automatic_evaluations_are_queued_and_the_old_ones_stay(centre: Centre) -> None:
    recording_id = bring_in("p02_rude_transfer")
    run = tried_all(centre, drafted(centre, cheaper))
    with writing() as session:
        for job in session.exec(select(Job)).all():
            session.delete(job)
    done = whatif_restate.restate(centre.actors["headquarters"], run.id or 0, reason="统一口径")
    assert done.automatic == 1
    with reading() as session:
        job = session.exec(select(Job).where(Job.recording_id == recording_id)).one()
        kept = session.exec(select(Evaluation).where(Evaluation.kind == EvaluationKind.AUTOMATIC)).all()
    assert job.step == "prescore"
    assert len(kept) == 1


@pytest.mark.parametrize("statement", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}"])
def test_the_database_keeps_the_ledger_from_change(centre: Centre, scored: list[int], statement: str) -> None:
    run = tried(centre, drafted(centre, cheaper))
    whatif_restate.restate(centre.actors["supervisor"], run.id or 0, reason="统一口径")
    for table, text in (
        ("restatement", statement),
        ("restated_score", statement.replace("reason = 'x'", "old_total = '100'")),
    ):
        with (
            pytest.raises(DatabaseError, match="unchangeable"),
            database.engine().begin() as connection,
        ):
            connection.execute(sa.text(text.format(table)))


def test_versions_compare_equal_after_their_documents_are_read(centre: Centre, scored: list[int]) -> None:
    run = tried(centre, drafted(centre, cheaper))
    view = queries.view(SYSTEM, run.id or 0)
    assert view.same_as_stored
    assert rubric_from_dict(run.document) == view.rubric


def test_another_branch_sees_no_run_of_this_one(centre: Centre) -> None:
    """A run names agents and scores of the branch that asked for it."""
    ensure_seeded()
    with writing() as session:
        form = session.exec(select(RubricVersion)).first()
        assert form is not None
        run = WhatIfRun(
            rubric_id=form.id or 0, from_at=now() - timedelta(days=1), to_at=now(), document=form.document,
            state=JobState.DONE, requested_by=centre.actors["supervisor"].user_id,
            created_at=now(), updated_at=now(),
        )  # fmt: skip
        session.add(run)
        session.flush()
        far = replace(centre.actors["supervisor"], branch_id=centre.far_branch_id)
        run_id = run.id or 0
    assert queries.view(centre.actors["supervisor"], run_id).run.id == run_id
    assert queries.view(centre.actors["headquarters"], run_id).run.id == run_id
    with pytest.raises(NotFound):
        queries.view(far, run_id)
    assert queries.runs(far) == ()
    assert len(queries.runs(centre.actors["supervisor"])) == 1
