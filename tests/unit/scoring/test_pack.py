"""A stored score is recomputed to the last digit, and a changed one is found out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from recorder.types import Role
from scoring.arithmetic import score
from scoring.documents import answer_from_dict, answer_to_dict, score_from_dict, score_to_dict
from scoring.errors import PackInvalid
from scoring.pack import canonical, parse, score_document, sha256, verify
from scoring.rubric import seeded
from scoring.types import Answer, Condition, ConditionSource, Evidence, Operator, Rubric
from tests.support.rubrics import D, evaluations, form, said, section, yes_no


@given(evaluations())
@settings(max_examples=60)
def test_stored_score_is_recomputed_to_the_last_digit(evaluation: tuple[Rubric, list[Answer]]) -> None:
    rubric, answers = evaluation
    stored = canonical(score_document(rubric, answers, {}, score(rubric, answers)))
    assert verify(parse(stored)).holds
    assert sha256(parse(stored)) == sha256(score_document(rubric, answers[::-1], {}, score(rubric, answers)))


@given(evaluations())
@settings(max_examples=60)
def test_answers_and_scores_survive_json(evaluation: tuple[Rubric, list[Answer]]) -> None:
    rubric, answers = evaluation
    found = score(rubric, answers)
    assert score_from_dict(json.loads(json.dumps(score_to_dict(found)))) == found
    assert [answer_from_dict(json.loads(json.dumps(answer_to_dict(a)))) for a in answers] == answers


def test_every_part_of_an_answer_survives() -> None:
    evidence = Evidence(0.1 + 0.2, 4.0, Role.CUSTOMER, "怎么又要我等", "human")
    answer = Answer("a", ("x", "y"), number=D("12.50"), comment="说明", evidence=(evidence,))
    assert answer_from_dict(json.loads(json.dumps(answer_to_dict(answer)))) == answer


def _document() -> dict[str, Any]:
    phone = seeded()[0]
    answers = [said(c.key, c.options[0].key) for c in phone.criteria]
    return score_document(phone, answers, {"caller": "13800138000"}, score(phone, answers))


def test_a_changed_figure_answer_or_weight_is_found_out() -> None:
    assert verify(_document()).holds
    figure = _document()
    figure["score"]["total"] = "99.9"
    assert "total：文件中为 99.9，重新计算为 100.0" in verify(figure).differences
    answer = _document()
    next(a for a in answer["answers"] if a["criterion"] == "closing")["options"] = ["no"]
    assert not verify(answer).holds
    weight = _document()
    weight["rubric"]["sections"][0]["weight"] = "40"
    assert not verify(weight).holds


def test_one_character_changes_the_hash() -> None:
    changed = _document()
    changed["rubric"]["title"] += "。"
    assert sha256(changed) != sha256(_document())
    assert sha256(_document()) == sha256(parse(canonical(_document())))


def test_call_data_that_no_condition_reads_stays_out() -> None:
    assert _document()["call_data"] == {}
    shown = Condition(ConditionSource.CALL_DATA, "queue", Operator.ONE_OF, ("信用卡",))
    rubric = form(section("a", "100", yes_no("a1"), yes_no("a2", show_if=(shown,))))
    answers = [said("a1", "yes"), said("a2", "no")]
    data = {"queue": "信用卡", "caller": "13800138000"}
    document = score_document(rubric, answers, data, score(rubric, answers, data))
    assert document["call_data"] == {"queue": "信用卡"}
    assert verify(document).holds


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("answers"),
        lambda d: d.update(answers=[{"criterion": "nobody", "options": ["yes"]}]),
        lambda d: d.update(answers=[3]),
        lambda d: d["rubric"].pop("key"),
        lambda d: d["score"].update(total="many"),
        lambda d: d.update(call_data=[]),
    ],
)
def test_documents_that_make_no_sense_are_refused(spoil: Any) -> None:
    document = _document()
    spoil(document)
    with pytest.raises(PackInvalid):
        verify(document)


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b'{"format": "other"}', b"[" * 100_000])
def test_bytes_that_are_no_document_are_refused(data: bytes) -> None:
    with pytest.raises(PackInvalid):
        parse(data)
