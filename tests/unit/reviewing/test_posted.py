"""What a posted review form holds."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from werkzeug.datastructures import MultiDict

from qm.frame.figures import clock, minutes, points
from qm.reviewing.pages.posted import FormUnreadable, NotANumber, draft_of
from qm.reviewing.writes.evaluations import Draft
from recorder.types import Role
from scoring.types import Criterion, CriterionKind, Option, Section
from tests.support.rubrics import form, per_case, yes_no

D = Decimal
BAND = (Option("any", "任意", D(5)),)
RUBRIC = form(
    Section(
        "s",
        "部分",
        D(100),
        (
            yes_no("greeting"),
            Criterion("wait", "等待秒数", CriterionKind.NUMBER, D(5), BAND, not_applicable_allowed=True),
            per_case("curses", "2"),
            Criterion("note", "意见", CriterionKind.TEXT, D(0)),
        ),
    )
)
PROOF = {"start_s": 8.2, "end_s": 9.4, "role": "agent", "text": "我不清楚", "source": "phrase:shirking"}


def posted(*fields: tuple[str, str]) -> Draft:
    return draft_of(RUBRIC, 7, MultiDict([("revision", "3"), *fields]))


def test_an_empty_form_holds_no_answers() -> None:
    assert posted() == Draft(3, 7, ())


def test_choices_figures_counts_texts_and_proofs_are_read() -> None:
    draft = posted(
        ("option.greeting", "no"),
        ("comment.greeting", " 没有问候\r\n也没有工号 "),
        ("evidence.greeting", json.dumps(PROOF)),
        ("number.wait", "12.50"),
        ("count.curses", "2"),
        ("comment.note", "语气好"),
        ("comment", "总评"),
    )
    greeting, wait, curses, note = draft.answers
    assert (greeting.options, greeting.comment) == (("no",), "没有问候\n也没有工号")
    assert (greeting.evidence[0].text, greeting.evidence[0].role) == ("我不清楚", Role.AGENT)
    assert (wait.number, curses.occurrences, note.comment) == (D("12.50"), 2, "语气好")
    assert draft.comment == "总评"


def test_not_applicable_outweighs_a_figure_left_in_its_field() -> None:
    (wait,) = posted(("option.wait", "not_applicable"), ("number.wait", "12")).answers
    assert (wait.not_applicable, wait.number, wait.options) == (True, None, ())


def test_a_comment_without_an_answer_is_kept() -> None:
    (answer,) = posted(("comment.greeting", "再听一遍")).answers
    assert (answer.comment, answer.options) == ("再听一遍", ())


def test_a_figure_that_is_none_is_refused_by_its_title() -> None:
    with pytest.raises(NotANumber, match="等待秒数"):
        posted(("number.wait", "十二"))
    with pytest.raises(NotANumber):
        posted(("count.curses", "-1"))


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "[]",
        json.dumps({**PROOF, "role": "nobody"}),
        json.dumps({**PROOF, "end_s": 1.0}),
        json.dumps({**PROOF, "start_s": float("nan")}),
        json.dumps({key: value for key, value in PROOF.items() if key != "text"}),
    ],
)
def test_a_proof_that_no_page_would_send_is_refused(broken: str) -> None:
    with pytest.raises(FormUnreadable):
        posted(("evidence.greeting", broken))


def test_a_form_without_its_revision_is_refused() -> None:
    with pytest.raises(FormUnreadable):
        draft_of(RUBRIC, 7, MultiDict())


def test_figures_are_written_without_idle_digits() -> None:
    assert [points(D("5.0")), points(D("2.50")), points(None), points(D("9.375"), 1)] == [
        "5",
        "2.5",
        "–",
        "9.4",
    ]
    assert [points(D("10")), points(D("0.0"))] == ["10", "0"]
    assert [clock(8.9), clock(61), clock(3723)] == ["0:08", "1:01", "1:02:03"]
    assert [minutes(0), minutes(1), minutes(121)] == [0, 1, 3]


@pytest.mark.parametrize(
    "proof",
    [
        json.dumps(PROOF | {"end_s": 10**400}),
        "[" * 100_000,
    ],
)
def test_a_proof_beyond_all_figures_is_refused_in_words(proof: str) -> None:
    with pytest.raises(FormUnreadable):
        posted(("evidence.greeting", proof))


def test_figures_and_texts_are_such_as_both_databases_keep() -> None:
    assert posted(("comment", "好\x00的")).comment == "好的"
    with pytest.raises(NotANumber):
        posted(("number.wait", "0." + "1" * 60))
