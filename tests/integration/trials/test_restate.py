"""Telling past scores anew, with a reason and a ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from qm.core import database
from qm.core.database import reading, writing
from qm.models import Evaluation, EvaluationKind, Job, RestatedScore, RubricVersion, VersionState
from qm.reviewing.reads.answers import answers_of
from qm.reviewing.reads.evaluations import evaluation_view, rubric_of
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import drafts_edit as rubric_edits
from qm.trials.writes import restate as whatif_restate
from scoring.arithmetic import score
from scoring.types import Answer, CriterionKind, Rubric
from tests.support.heard import bring_in
from tests.support.people import Centre
from tests.support.trials import cheaper, drafted, tried

Client = Callable[[str], FlaskClient]


def test_restating_publishes_and_keeps_every_old_score_in_the_ledger(
    client_of: Client, centre: Centre, scored: list[int]
) -> None:
    before = {n: total_of(n) for n in scored}
    draft = drafted(centre, cheaper)
    run = tried(centre, draft)
    client = client_of("headquarters")
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
    whatif_restate.restate(centre.actors["headquarters"], run.id or 0, reason="统一口径")
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
        added = rubric_edits.add_criterion(rubric.sections[0].key, CriterionKind.YES_NO)(rubric)
        fresh = added.sections[0].criteria[-1]
        return rubric_edits.put_criterion(added, replace(fresh, title="新问的"))

    run = tried(centre, drafted(centre, asked))
    done = whatif_restate.restate(centre.actors["headquarters"], run.id or 0, reason="增加一项")
    assert (done.scores, done.left) == (0, 6)
    assert {n: total_of(n) for n in scored} == before


def test_answers_to_questions_that_are_gone_move_to_the_ledger(centre: Centre, scored: list[int]) -> None:
    run = tried(centre, drafted(centre, rubric_edits.remove_criterion("greeting")))
    whatif_restate.restate(centre.actors["headquarters"], run.id or 0, reason="不再考核问候")
    assert "greeting" not in {answer.criterion for answer in answers_of(scored[0])}
    with reading() as session:
        entry = session.exec(select(RestatedScore).where(RestatedScore.evaluation_id == scored[0])).one()
    kept: list[Answer] = list(whatif_restate.old_answers(entry))
    assert "greeting" in {answer.criterion for answer in kept}


def test_a_form_changed_after_its_trial_is_not_restated(centre: Centre, scored: list[int]) -> None:
    draft = drafted(centre, cheaper)
    run = tried(centre, draft)
    rubric_drafts.change(
        centre.actors["headquarters"], draft, lambda r: replace(r, guidance="又改了"), what="改"
    )
    with pytest.raises(whatif_restate.NotTried):
        whatif_restate.restate(centre.actors["headquarters"], run.id or 0, reason="理由充分")


def test_automatic_evaluations_are_queued_and_the_old_ones_stay(centre: Centre) -> None:
    recording_id = bring_in("p02_rude_transfer")
    run = tried(centre, drafted(centre, cheaper), "headquarters")
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
    whatif_restate.restate(centre.actors["headquarters"], run.id or 0, reason="统一口径")
    for table, text in (
        ("restatement", statement),
        ("restated_score", statement.replace("reason = 'x'", "old_total = '100'")),
    ):
        with (
            pytest.raises(DatabaseError, match="unchangeable"),
            database.engine().begin() as connection,
        ):
            connection.execute(sa.text(text.format(table)))
