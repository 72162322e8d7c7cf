"""Expressions of rules in words."""

from __future__ import annotations

import re

import pytest

from qm.rules.words.patterns import in_plain_words
from scoring.rules import seeded
from scoring.rules.language.nodes import Pattern
from scoring.rules.language.walk import walk

pytestmark = pytest.mark.usefixtures("chinese")

SIGNS = re.compile(r"[\\\[\]{}()*+?^$|]")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("不归我管", "不归我管"),
        ("(别|不要)(再)?催", "〔别/不要〕（再）催"),
        ("^您好.{0,4}银行$", "（句首）您好…银行（句末）"),
        (r"\d{4}号?[为位]您", "一串数字（号）〔为/位〕您"),
        ("(?<!没)有风险", "（前面不是没）有风险"),
        ("没有闭合(的", "没有闭合(的"),
    ],
)
def test_an_expression_is_read_as_people_speak(expression: str, words: str) -> None:
    assert in_plain_words(expression) == words


def test_no_seeded_rule_shows_the_signs_of_expressions() -> None:
    written = {
        text
        for rule in seeded()
        for condition in (rule.applies_when, rule.condition)
        if condition is not None
        for node in walk(condition)
        if isinstance(node, Pattern)
        for text in (*node.words, *node.sounds, *node.unless)
    }
    assert len(written) > 100
    assert [text for text in written if SIGNS.search(in_plain_words(text))] == []
