"""Criteria without a rule: trained on people's answers, taken into use by a person, only ever suggesting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from qm.app.seeds import ensure_seeded
from qm.core import database
from qm.core.database import reading, writing
from qm.hearing.reads import stored
from qm.judging import reads as learning_reads
from qm.judging.writes import learning as learning_writes
from qm.judging.writes import learning_runs
from qm.models import AnswerRow, JobState, LearnedModelRow, LearningRun, Recording, RubricVersion
from qm.reviewing.reads import desk
from qm.reviewing.reads.evaluations import human_evaluation
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import drafts_edit as rubric_edits
from qm.rubrics.writes import versions as rubric_writes
from scoring.types import Policy, Rubric
from tests.support.heard import hear
from tests.support.people import Centre
from tests.support.scored import add_call, add_scored

Client = Callable[[str], FlaskClient]
FORM, CRITERION = "phone_banking", "understanding"
GOOD, BAD = "我来复述一遍您的需求请确认", "您再说一遍我没听懂"


def options() -> tuple[str, str]:
    """The best and the worst answer of the criterion."""
    line = next(x for x in learning_reads.lines() if x.criterion.key == CRITERION)
    ordered = sorted(line.criterion.options, key=lambda option: option.points)
    return ordered[-1].key, ordered[0].key


def allow_suggestions(centre: Centre) -> None:
    """Publish the form with the criterion open to suggestions; the seeded one is for people only."""
    supervisor = centre.actors["headquarters"]
    with reading() as session:
        source = session.exec(select(RubricVersion).where(RubricVersion.key == FORM)).one()
    draft = rubric_drafts.copy(supervisor, source.id or 0)

    def suggest(rubric: Rubric) -> Rubric:
        asked = replace(rubric_edits.criterion_of(rubric, CRITERION), policy=Policy.SUGGEST)
        return rubric_edits.put_criterion(rubric, asked)

    rubric_drafts.change(supervisor, draft.id or 0, suggest, what="改采纳方式")
    rubric_writes.publish(supervisor, draft.id or 0)


@pytest.fixture
def taught(centre: Centre) -> Centre:
    """Sixty scored calls of three agents: what was said decides the answer."""
    ensure_seeded()
    best, worst = options()
    for n in range(60):
        agents = (centre.agent_id, centre.teammate_id, centre.other_agent_id)
        right = bool(n % 2) ^ (n % 20 == 7)  # people err, too
        call = add_scored(agents[n % 3], faults={CRITERION: best if right else worst})
        hear(call.recording_id, f"{GOOD if n % 2 else BAD}第{'一二三四五六七八九十'[n % 10]}位")
    return centre


def test_a_criterion_with_too_few_answers_says_how_many_are_lacking(
    client_of: Client, centre: Centre
) -> None:
    add_scored(centre.agent_id)
    client = client_of("headquarters")
    assert "1 / 50" in client.get("/manage/learning").text
    answer = client.post(f"/manage/learning/{FORM}/{CRITERION}/train")
    assert answer.status_code == 422
    assert "至少需要 50 个" in answer.text


def test_criteria_with_a_rule_are_not_learned(centre: Centre) -> None:
    add_scored(centre.agent_id)
    assert all(line.criterion.rule is None for line in learning_reads.lines())
    assert "greeting" not in {line.criterion.key for line in learning_reads.lines()}


def test_what_was_learned_is_shown_to_nobody_until_taken_into_use(client_of: Client, taught: Centre) -> None:
    recording_id = add_call(taught.agent_id)
    hear(recording_id, f"{BAD}第五位")
    inspector = taught.actors["inspector"]
    allow_suggestions(taught)
    row = learning_writes.train_criterion(taught.actors["headquarters"], FORM, CRITERION)
    view = learning_reads.view(FORM, CRITERION)
    assert view.line.active is None
    assert view.models[0].checked.useful
    assert suggested(inspector, recording_id) is None
    learning_writes.use(taught.actors["headquarters"], row.id or 0)
    shown = desk.review(inspector, recording_id)
    question = next(c for s in shown.form.sections for c in s.criteria if c.key == CRITERION)
    assert question.suggestion is not None
    assert question.suggestion.answer.options == (options()[1],)
    assert "从人工答案学到" in question.suggestion.explanation
    assert question.evidence[0].text.startswith(BAD)
    assert not question.answered, "a suggestion is no answer"
    assert human_evaluation(recording_id) is None
    page = client_of("headquarters").get(f"/manage/learning/{FORM}/{CRITERION}").text
    assert "在用" in page
    learning_writes.drop(taught.actors["headquarters"], row.id or 0)
    assert suggested(inspector, recording_id) is None


def test_a_criterion_for_people_only_gets_no_suggestion(taught: Centre) -> None:
    recording_id = add_call(taught.agent_id)
    hear(recording_id, f"{BAD}第五位")
    row = learning_writes.train_criterion(taught.actors["headquarters"], FORM, CRITERION)
    learning_writes.use(taught.actors["headquarters"], row.id or 0)
    assert suggested(taught.actors["inspector"], recording_id) is None


def suggested(inspector: object, recording_id: str) -> object:
    shown = desk.review(inspector, recording_id)  # type: ignore[arg-type]
    return next(c for s in shown.form.sections for c in s.criteria if c.key == CRITERION).suggestion


def test_training_again_keeps_versions_and_the_model_in_use(taught: Centre) -> None:
    supervisor = taught.actors["headquarters"]
    first = learning_writes.train_criterion(supervisor, FORM, CRITERION)
    learning_writes.use(supervisor, first.id or 0)
    with pytest.raises(learning_writes.NothingNew):
        learning_writes.train_criterion(supervisor, FORM, CRITERION)
    call = add_scored(taught.agent_id, faults={CRITERION: options()[1]})
    hear(call.recording_id, f"{BAD}新的一通")
    second = learning_writes.train_criterion(supervisor, FORM, CRITERION)
    assert second.version != first.version
    models = learning_reads.view(FORM, CRITERION).models
    assert [(m.row.id, m.row.active) for m in models] == [(second.id, False), (first.id, True)]
    learning_writes.use(supervisor, second.id or 0)
    assert [m.row.active for m in learning_reads.view(FORM, CRITERION).models] == [True, False]


def test_answers_of_drafts_and_options_that_are_gone_are_not_learned_from(taught: Centre) -> None:
    line = learning_reads.line(FORM, CRITERION)
    everything = learning_reads.examples(FORM, line.criterion)
    fewer = replace(line.criterion, options=line.criterion.options[:1])
    kept = learning_reads.examples(FORM, fewer)
    assert {item.answer for item in kept} <= {fewer.options[0].key}
    assert len(kept) < len(everything) == 60


@pytest.mark.parametrize("change", ["UPDATE learned_model SET document = '{}'", "DELETE FROM learned_model"])
def test_a_trained_model_cannot_be_altered(taught: Centre, change: str) -> None:
    learning_writes.train_criterion(taught.actors["headquarters"], FORM, CRITERION)
    with pytest.raises(DatabaseError, match="unchangeable"), database.engine().begin() as connection:
        connection.execute(sa.text(change))
    with reading() as session:
        assert session.exec(select(LearnedModelRow)).one().document.startswith('{"format"')
        assert session.exec(select(AnswerRow)).first() is not None
        assert session.exec(select(Recording)).first() is not None


def test_training_is_asked_for_carried_out_by_a_worker_and_shows_how_far_it_is(
    client_of: Client, taught: Centre
) -> None:
    client, where = client_of("headquarters"), f"/manage/learning/{FORM}/{CRITERION}"
    assert client.post(f"{where}/train").status_code == 302
    run = learning_reads.latest_run(FORM, CRITERION)
    assert run is not None
    assert (run.state, run.total) == (JobState.QUEUED, 60)
    with pytest.raises(learning_runs.StillTraining):
        learning_runs.request(taught.actors["headquarters"], FORM, CRITERION)
    waiting = client.get(where, headers={"HX-Request": "true"}).text
    assert waiting.lstrip().startswith('<div id="training" hx-get')
    assert "<progress" in waiting
    learning_runs.work(run.id or 0)
    done = learning_reads.latest_run(FORM, CRITERION)
    assert done is not None
    assert (done.state, done.done) == (JobState.DONE, 60)
    assert len(learning_reads.view(FORM, CRITERION).models) == 1
    ended = client.get(where, headers={"HX-Request": "true"})
    assert ended.headers["HX-Refresh"] == "true"
    learning_runs.work(run.id or 0)
    assert len(learning_reads.view(FORM, CRITERION).models) == 1, "what has ended is not carried out again"


def test_a_cancelled_training_keeps_no_model_and_one_broken_off_is_begun_again(
    client_of: Client, taught: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor = taught.actors["headquarters"]
    monkeypatch.setattr(learning_runs, "_SAY_EVERY_S", 0.0)
    run = learning_runs.request(supervisor, FORM, CRITERION)
    real = stored.conversation

    def cancelling(recording_id: str) -> object:
        learning_runs.cancel(supervisor, run.id or 0)
        return real(recording_id)

    with monkeypatch.context() as patched:
        patched.setattr(stored, "conversation", cancelling)
        learning_runs.work(run.id or 0)
    stopped = learning_reads.latest_run(FORM, CRITERION)
    assert stopped is not None
    assert (stopped.state, stopped.error) == (JobState.FAILED, learning_runs.CANCELLED)
    assert stopped.done < 60
    assert learning_reads.view(FORM, CRITERION).models == ()
    again = learning_runs.request(supervisor, FORM, CRITERION)
    with writing() as session:  # as a worker leaves it that was killed
        row = session.get(LearningRun, again.id)
        assert row is not None
        row.state, row.done = JobState.RUNNING, 7
    learning_runs.work(again.id or 0)
    assert len(learning_reads.view(FORM, CRITERION).models) == 1
