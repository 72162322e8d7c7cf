"""Scoring a call: drafts by revision, release, taking back, and who may do what."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from sqlmodel import col, select
from time_machine import TimeMachineFixture
from werkzeug.datastructures import MultiDict

from qm.app.demo_scores import accepted_draft
from qm.app.seeds import ensure_seeded
from qm.assigning.writes import assign
from qm.core import clock
from qm.core.actor import Actor, UserRole
from qm.core.database import reading, writing
from qm.core.errors import NotFound
from qm.hearing.reads.stored import dump_evidence
from qm.models import (
    Assignment,
    AssignmentState,
    AuditEvent,
    Evaluation,
    EvaluationState,
    RubricVersion,
    VersionState,
)
from qm.records.writes import acknowledge
from qm.reviewing.reads.answers import answers_of
from qm.reviewing.reads.evaluations import evaluation_view, human_evaluation, rubric_of
from qm.reviewing.writes import refusals, releases
from qm.reviewing.writes.evaluations import Draft, save
from recorder.types import Role
from scoring.types import Answer, CriterionKind, Evidence
from tests.support.heard import bring_in
from tests.support.people import Centre, build_centre
from tests.support.scored import add_call

HEARD = Evidence(8.2, 9.4, Role.AGENT, "我不清楚", "phrase:shirking")


@pytest.fixture
def team(any_database: str) -> Centre:
    ensure_seeded()
    return build_centre()


@pytest.fixture
def inspector(team: Centre) -> Actor:
    return team.actors["inspector"]


@pytest.fixture
def call(team: Centre) -> str:
    return add_call(team.agent_id)


def rubric_id() -> int:
    with reading() as session:
        found = session.exec(select(RubricVersion.id).where(RubricVersion.key == "phone_banking")).first()
    assert found is not None
    return found


def draft(*answers: Answer, revision: int = 0, comment: str = "") -> Draft:
    return Draft(revision, rubric_id(), answers, comment)


def one(key: str = "greeting", option: str = "full", **more: object) -> Answer:
    return Answer(key, (option,), **more)  # type: ignore[arg-type]


def all_best() -> tuple[Answer, ...]:
    """Every question with its best option."""
    criteria = [c for c in rubric_of(rubric_id()).criteria if c.kind is not CriterionKind.TEXT]
    return tuple(Answer(c.key, (max(c.options, key=lambda o: o.points).key,)) for c in criteria)


def test_the_first_save_begins_the_evaluation_and_pins_its_form(inspector: Actor, call: str) -> None:
    saved = save(inspector, call, draft(one(evidence=(HEARD,), comment="报了工号"), comment="总评"))
    row = human_evaluation(call)
    assert row is not None
    assert (row.revision, row.state, row.rubric_id) == (1, EvaluationState.DRAFT, rubric_id())
    assert row.total == saved.score.total
    (answer,) = answers_of(saved.evaluation_id)
    assert (answer.options, answer.comment, answer.evidence) == (("full",), "报了工号", (HEARD,))


def test_a_later_save_replaces_answers_and_raises_the_revision(inspector: Actor, call: str) -> None:
    first = save(inspector, call, draft(one(), one("courtesy", "good")))
    second = save(inspector, call, draft(one(option="none"), revision=first.revision))
    assert second.revision == first.revision + 1
    assert [(a.criterion, a.options) for a in answers_of(second.evaluation_id)] == [("greeting", ("none",))]


def test_a_save_from_an_older_revision_is_refused_and_names_who_saved_before(
    team: Centre, inspector: Actor, call: str
) -> None:
    save(inspector, call, draft(one()))
    with pytest.raises(refusals.StaleEvaluation, match="Inspector 在") as caught:
        save(team.actors["inspector2"], call, draft(one(option="none")))
    assert caught.value.revision == 1
    (kept,) = answers_of(human_evaluation(call).id or 0)  # type: ignore[union-attr]
    assert kept.options == ("full",)


def test_of_two_saves_at_the_same_moment_one_wins_and_one_is_told(team: Centre, call: str) -> None:
    barrier, outcomes = threading.Barrier(2), []

    def attempt(username: str, option: str) -> None:
        barrier.wait()
        try:
            save(team.actors[username], call, draft(one(option=option)))
            outcomes.append("saved")
        except refusals.StaleEvaluation:
            outcomes.append("told")

    threads = [
        threading.Thread(target=attempt, args=args)
        for args in (("inspector", "full"), ("inspector2", "none"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["saved", "told"]


def test_nobody_scores_an_own_call(team: Centre, call: str) -> None:
    both = Actor(
        user_id=team.actors["inspector"].user_id,
        username="both",
        name="Both",
        role=UserRole.INSPECTOR,
        branch_id=team.branch_id,
        agent_id=team.agent_id,
    )
    with pytest.raises(refusals.OwnCall):
        save(both, call, draft(one()))
    assert human_evaluation(call) is None


def test_a_call_of_another_branch_does_not_exist_for_an_inspector(team: Centre, call: str) -> None:
    with pytest.raises(NotFound):
        save(team.actors["far_inspector"], call, draft(one()))


def test_an_answer_that_does_not_fit_is_refused_in_words(inspector: Actor, call: str) -> None:
    with pytest.raises(refusals.AnswerRefused, match="没有选项"):
        save(inspector, call, draft(one(option="perfect")))


def test_a_comment_too_long_to_keep_is_refused(inspector: Actor, call: str) -> None:
    with pytest.raises(refusals.TextTooLong, match="规范问候并报工号"):
        save(inspector, call, draft(one(comment="长" * 1001)))


def test_release_needs_every_answer_and_says_what_is_missing(inspector: Actor, call: str) -> None:
    saved = save(inspector, call, draft(one()))
    with pytest.raises(refusals.Incomplete) as caught:
        releases.release(inspector, saved.evaluation_id, revision=saved.revision)
    assert caught.value.lacks[0].criterion == "identity_check"
    assert human_evaluation(call).state is EvaluationState.DRAFT  # type: ignore[union-attr]


def released(actor: Actor, call: str) -> Evaluation:
    saved = save(actor, call, draft(*all_best()))
    return releases.release(actor, saved.evaluation_id, revision=saved.revision)


def test_release_shows_the_evaluation_to_its_agent_and_ends_all_assignments(
    team: Centre, inspector: Actor, call: str
) -> None:
    supervisor, agent = team.actors["supervisor"], team.actors["agent"]
    assign(supervisor, recording_ids=[call], evaluator_id=inspector.user_id or 0)
    saved = save(inspector, call, draft(*all_best()))
    with pytest.raises(NotFound):
        evaluation_view(agent, saved.evaluation_id)
    row = releases.release(inspector, saved.evaluation_id, revision=saved.revision)
    view = evaluation_view(agent, saved.evaluation_id)
    assert (view.evaluator, view.form.total, view.form.lacks) == ("Inspector", row.total, ())
    with reading() as session:
        assert session.exec(select(Assignment.state)).all() == [AssignmentState.DONE]
    with pytest.raises(NotFound):
        evaluation_view(team.actors["teammate"], saved.evaluation_id)
    with pytest.raises(NotFound):
        evaluation_view(team.actors["other_leader"], saved.evaluation_id)
    assert evaluation_view(team.actors["leader"], saved.evaluation_id).id == saved.evaluation_id


def test_a_released_evaluation_takes_no_more_saves_and_no_second_release(inspector: Actor, call: str) -> None:
    row = released(inspector, call)
    with pytest.raises(refusals.AlreadyReleased):
        save(inspector, call, draft(one(), revision=row.revision))
    with pytest.raises(refusals.AlreadyReleased):
        releases.release(inspector, row.id or 0, revision=row.revision)


def test_a_release_is_taken_back_by_its_evaluator_and_hidden_from_the_agent(
    team: Centre, inspector: Actor, call: str
) -> None:
    assign(team.actors["supervisor"], recording_ids=[call], evaluator_id=inspector.user_id or 0)
    row = released(inspector, call)
    with pytest.raises(refusals.NotTheEvaluator):
        releases.take_back(team.actors["inspector2"], row.id or 0)
    back = releases.take_back(inspector, row.id or 0)
    assert (back.state, back.released_at) == (EvaluationState.DRAFT, None)
    with pytest.raises(NotFound):
        evaluation_view(team.actors["agent"], row.id or 0)
    with reading() as session:
        assert session.exec(select(Assignment.state)).all() == [AssignmentState.OPEN]
    with pytest.raises(refusals.NotReleased):
        releases.take_back(inspector, row.id or 0)


def test_what_the_agent_acknowledged_is_not_taken_back(team: Centre, inspector: Actor, call: str) -> None:
    row = released(inspector, call)
    acknowledge(team.actors["agent"], row.id or 0, words="知道了")
    with pytest.raises(refusals.SeenByAgent):
        releases.take_back(inspector, row.id or 0)


def test_a_take_back_waits_for_an_acknowledgement_on_its_way_and_is_then_refused(
    team: Centre, inspector: Actor, call: str
) -> None:
    row = released(inspector, call)
    told: list[str] = []

    def take_back() -> None:
        try:
            releases.take_back(inspector, row.id or 0)
        except refusals.SeenByAgent as refusal:
            told.append(refusal.code)

    taking = threading.Thread(target=take_back)
    with writing():
        acknowledge(team.actors["agent"], row.id or 0)
        taking.start()
        taking.join(timeout=0.5)
    taking.join()
    assert told == ["seen_by_agent"]
    now_stored = human_evaluation(call)
    assert now_stored is not None
    assert (now_stored.state, now_stored.released_at) == (EvaluationState.ACKNOWLEDGED, row.released_at)


def test_after_half_an_hour_a_release_stands(
    inspector: Actor, call: str, time_machine: TimeMachineFixture
) -> None:
    row = released(inspector, call)
    time_machine.move_to(clock.now() + timedelta(minutes=releases.TAKE_BACK_MINUTES + 1))
    with pytest.raises(refusals.TakeBackTooLate, match="30 分钟"):
        releases.take_back(inspector, row.id or 0)


def test_each_step_leaves_an_audit_event_without_anybodys_words(inspector: Actor, call: str) -> None:
    saved = save(inspector, call, draft(*all_best(), comment="客户姓名王某"))
    row = releases.release(inspector, saved.evaluation_id, revision=saved.revision)
    releases.take_back(inspector, row.id or 0)
    with reading() as session:
        events = session.exec(
            select(AuditEvent).where(AuditEvent.subject_type == "evaluation").order_by(col(AuditEvent.id))
        ).all()
    actions = [event.action for event in events]
    assert actions == ["evaluation_saved", "evaluation_released", "evaluation_taken_back"]
    assert "王某" not in str([event.detail for event in events])


def test_no_evaluation_begins_on_a_form_that_may_still_change(inspector: Actor, call: str) -> None:
    with writing() as session:
        form = session.get_one(RubricVersion, rubric_id())
        unfinished = RubricVersion(
            key="unfinished",
            version=1,
            title="草稿",
            state=VersionState.DRAFT,
            document=form.document,
            created_at=clock.now(),
        )
        session.add(unfinished)
    with pytest.raises(NotFound):
        save(inspector, call, Draft(0, unfinished.id or 0, (one(),)))
    assert human_evaluation(call) is None


def test_a_form_published_later_does_not_change_a_begun_evaluation(inspector: Actor, call: str) -> None:
    saved = save(inspector, call, draft(one()))
    with writing() as session:
        other = session.exec(select(RubricVersion.id).where(RubricVersion.key != "phone_banking")).first()
    save(inspector, call, Draft(saved.revision, other or 0, (one(),)))
    assert human_evaluation(call).rubric_id == rubric_id()  # type: ignore[union-attr]


@pytest.mark.parametrize("person", ["inspector", "supervisor"])
def test_whoever_released_the_last_call_comes_to_a_page_of_their_own(client_of, person: str) -> None:
    recording_id = bring_in("p07_no_closing")
    draft = accepted_draft(recording_id)
    posted: MultiDict[str, str] = MultiDict({"revision": "0", "rubric_id": str(draft.rubric_id)})
    for answer in draft.answers:
        chosen = ("not_applicable",) if answer.not_applicable else answer.options
        posted.setlist(f"option.{answer.criterion}", list(chosen))
        posted[f"comment.{answer.criterion}"] = answer.comment
        posted.setlist(
            f"evidence.{answer.criterion}", [json.dumps(dump_evidence(e)) for e in answer.evidence]
        )
        if answer.occurrences is not None:
            posted[f"count.{answer.criterion}"] = str(answer.occurrences)
    client = client_of(person)
    done = client.post(f"/desk/review/{recording_id}/release", data=posted)
    assert done.status_code == 302
    assert client.get(done.headers["Location"]).status_code == 200
