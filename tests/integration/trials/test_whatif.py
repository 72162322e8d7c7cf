"""Trying forms on stored scores, before anyone is affected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from qm.app.seeds import ensure_seeded
from qm.core.actor import SYSTEM
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.errors import NotFound
from qm.models import Evaluation, EvaluationKind, FindingRow, JobState, RubricVersion, WhatIfCall, WhatIfRun
from qm.reviewing.reads.answers import answers_of
from qm.reviewing.reads.evaluations import rubric_of
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import drafts_edit as rubric_edits
from qm.rubrics.writes.drafts_edit import Edit
from qm.rules.writes import versions as rule_writes
from qm.trials.reads import outcome
from qm.trials.reads import whatif as whatif_reads
from qm.trials.writes import runs as whatif_runs
from recorder.message import Message
from scoring.rubric import rubric_from_dict
from scoring.whatif import Case, what_if
from tests.support.heard import bring_in
from tests.support.people import Centre
from tests.support.scored import add_scored
from tests.support.trials import cheaper, drafted, tried

Client = Callable[[str], FlaskClient]


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
    run = tried(centre, drafted(centre, rubric_edits.remove_criterion("greeting")))
    view = outcome.view(SYSTEM, run.id or 0)
    human = next(side for side in view.sides if side.kind is EvaluationKind.HUMAN)
    assert human.shift is not None
    assert human.shift.change.mean == pytest.approx(human.shift.after.mean - human.shift.before.mean)
    assert {item.agent_id for item in human.agents} == {centre.agent_id, centre.teammate_id}
    assert [(flip.criterion, flip.human) for flip in view.flips] == [("greeting", 6)]
    text = client_of("headquarters").get(f"/manage/whatif/{run.id}").text
    assert f"6 份评分中有 {len(view.calls)} 份会变" in text
    assert all(item.row.before != item.row.after for item in view.calls), "100 → 100 is no change"
    for item in view.calls:
        assert f"/{item.recording_id}" in text
    assert "删去“" in text


def test_automatic_evaluations_are_answered_anew_from_stored_findings_and_kept_apart(centre: Centre) -> None:
    bring_in("p02_rude_transfer")
    moved = drafted(centre, lambda r: rubric_edits.move_section(r.sections[0].key, 1)(r))
    run = tried(centre, moved, "headquarters")
    automatic = next(s for s in outcome.view(SYSTEM, run.id or 0).sides if s.kind is EvaluationKind.AUTOMATIC)
    assert (automatic.n, automatic.changed) == (1, 0), "moving a section changes no answer and no score"
    unbound = replace_rule("forbidden_speech")
    run = tried(centre, drafted(centre, unbound), "headquarters")
    view = outcome.view(SYSTEM, run.id or 0)
    assert [flip.criterion for flip in view.flips] == ["forbidden_speech"]
    assert view.calls[0].row.flips[0]["evidence"]["text"]


def test_a_rule_draft_is_tried_without_touching_what_is_stored(centre: Centre) -> None:
    recording_id = bring_in("p02_rude_transfer")
    person = centre.actors["headquarters"]
    with reading() as session:
        form = session.exec(select(RubricVersion).where(RubricVersion.key == "phone_banking")).one()
    rule = rubric_edits.criterion_of(rubric_of(form.id or 0), "forbidden_speech").rule
    assert rule is not None
    row = rule_writes.start_draft(person, rule)
    harmless = f"key: {rule}\ntitle: 改过的规则\nviolated_when:\n  pattern:\n    sounds: [不会有人说的话]\n"
    rule_writes.save_draft(person, rule, document=harmless, fixtures="")
    before = stored_findings(recording_id)
    run = tried(centre, form.id or 0, "headquarters", with_rule_drafts=True)
    view = outcome.view(SYSTEM, run.id or 0)
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
    return lambda r: rubric_edits.put_criterion(r, replace(rubric_edits.criterion_of(r, key), rule=None))


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
    whatif_runs.resume(centre.actors["headquarters"], run.id or 0)
    whatif_runs.work(run.id or 0)
    again = whatif_reads.run_of(run.id or 0)
    assert (again.state, again.done) == (JobState.DONE, 6)
    assert len(calls) == 4, "what was kept is not computed again"


def test_a_reader_of_english_is_told_why_and_what_in_english(client_of: Client, centre: Centre) -> None:
    bring_in("p02_rude_transfer")
    run = tried(centre, drafted(centre, replace_rule("forbidden_speech")), "headquarters")
    client = client_of("headquarters")
    client.set_cookie("locale", "en")
    text = client.get(f"/manage/whatif/{run.id}").text
    assert "”: Rule changed from “forbidden_speech” to “None”" in text
    with writing() as session:
        row = session.get_one(WhatIfRun, run.id)
        row.state, row.error = JobState.FAILED, Message(whatif_runs.BROKEN, error="OSError")
    assert "The trial failed (OSError)." in client.get(f"/manage/whatif/{run.id}").text


def test_a_run_cancelled_and_continued_at_once_is_left_to_the_second_worker(
    centre: Centre, scored: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whatif_runs, "BATCH", 2)
    supervisor, real, calls = centre.actors["headquarters"], whatif_runs.lines_of, []
    first_ended, second_kept = Event(), Event()

    def second(run_id: int) -> None:
        whatif_runs.cancel(supervisor, run_id)
        whatif_runs.resume(supervisor, run_id)
        whatif_runs.work(run_id)

    def meanwhile(session: Session, run_id: int, *args: Any) -> list[WhatIfCall]:
        calls.append(run_id)
        if len(calls) == 2:
            others.append(Thread(target=second, args=(run_id,)))
            others[0].start()
            assert second_kept.wait(30)
        elif len(calls) == 4:
            second_kept.set()
            assert first_ended.wait(30)
        return real(session, run_id, *args)

    others: list[Thread] = []
    monkeypatch.setattr(whatif_runs, "lines_of", meanwhile)
    run = tried(centre, drafted(centre, cheaper))
    assert (run.state, run.error) == (JobState.RUNNING, "")
    first_ended.set()
    others[0].join(30)
    again = whatif_reads.run_of(run.id or 0)
    assert (again.state, again.done, len(calls)) == (JobState.DONE, 6, 4)


def test_a_run_that_has_ended_is_not_carried_out_again(centre: Centre, scored: list[int]) -> None:
    run = tried(centre, drafted(centre, cheaper))
    whatif_runs.work(run.id or 0)
    with pytest.raises(whatif_runs.StillRunning):
        whatif_runs.resume(centre.actors["headquarters"], run.id or 0)


def test_a_cancelled_run_stops_after_its_batch_and_can_be_continued(
    client_of: Client, centre: Centre, scored: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whatif_runs, "BATCH", 2)
    real, calls = whatif_runs.lines_of, []
    client = client_of("headquarters")

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
    again = whatif_reads.run_of(run.id or 0)
    assert (again.state, again.done) == (JobState.DONE, 6)


def test_only_calls_that_the_asker_may_see_are_tried(centre: Centre, scored: list[int]) -> None:
    add_scored(centre.far_agent_id)
    draft = drafted(centre, cheaper)
    assert tried(centre, draft, "supervisor").total == 6
    assert tried(centre, draft, "headquarters").total == 7


def test_a_faulty_draft_and_an_empty_period_are_refused_in_words(
    client_of: Client, centre: Centre, scored: list[int]
) -> None:
    faulty = drafted(centre, rubric_edits.add_section("空"))
    client = client_of("headquarters")
    days = {"from_day": "2020-01-01", "to_day": "2099-12-31"}
    assert "处要改" in client.post("/manage/whatif", data={"rubric": faulty, **days}).text
    rubric_drafts.undo(centre.actors["headquarters"], faulty)
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
    client = client_of("headquarters")
    data = {"rubric": draft, "from_day": "2020-01-01", "to_day": "2099-12-31"}
    where = client.post("/manage/whatif", data=data).headers["Location"]
    run_id = int(where.rpartition("/")[2])
    assert whatif_reads.run_of(run_id).state is JobState.QUEUED, "a request never waits for the work"
    waiting = client.get(where, headers={"HX-Request": "true"}).text
    assert "hx-trigger" in waiting
    assert "<progress" in waiting
    assert f"/manage/whatif/{run_id}/cancel" in waiting
    whatif_runs.work(run_id)
    text = client.get(where, headers={"HX-Request": "true"}).text
    assert text.lstrip().startswith('<div id="run"')
    assert "hx-trigger" not in text, "polling stops when the work is done"


def test_versions_compare_equal_after_their_documents_are_read(centre: Centre, scored: list[int]) -> None:
    run = tried(centre, drafted(centre, cheaper))
    view = outcome.view(SYSTEM, run.id or 0)
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
            state=JobState.DONE, requested_by=centre.actors["headquarters"].user_id,
            created_at=now(), updated_at=now(),
        )  # fmt: skip
        session.add(run)
        session.flush()
        far = replace(centre.actors["headquarters"], branch_id=centre.far_branch_id)
        run_id = run.id or 0
    assert outcome.view(centre.actors["headquarters"], run_id).run.id == run_id
    assert outcome.view(centre.actors["headquarters"], run_id).run.id == run_id
    with pytest.raises(NotFound):
        outcome.view(far, run_id)
    assert whatif_reads.runs(far) == ()
    assert len(whatif_reads.runs(centre.actors["headquarters"])) == 1
