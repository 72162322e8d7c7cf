"""The page on rules shows every condition, and each of its examples is a rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from flask import Flask

from qm.core.paths import STATIC
from qm.rules.words.rules import rule_in_words
from scoring.rules import load_fixtures, load_rules, seeded
from scoring.rules.language.schema import KINDS

PAGE = (Path(STATIC).parent / "docs" / "rules.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
INLINE = [
    text.replace("\\|", "|")
    for line in PAGE.splitlines()
    if line.startswith("| `")
    for text in re.findall(r"`([a-z_]+: [^`]+)`", line)
    if text.split(":")[0] in KINDS
]
COMBINED = ["any: [{opened_by: agent}]", "all: [{opened_by: agent}]", "not: {opened_by: agent}"]


@pytest.mark.parametrize("example", INLINE)
def test_each_example_of_a_condition_can_be_read(example: str) -> None:
    (rule,) = load_rules(f"key: example\ntitle: 例\nmet_when:\n  {example}\n")
    assert rule.condition is not None


def test_the_whole_rule_and_the_fixtures_of_the_page_can_be_read() -> None:
    (rule,) = load_rules(BLOCKS[0])
    assert rule.key == "transfer_explained"
    assert [fixture.name for fixture in load_fixtures(BLOCKS[-1])] == ["说了原因"]


def test_the_flow_of_the_page_can_be_read() -> None:
    flow = yaml.safe_load(BLOCKS[1].replace("…", ""))["flow"]
    text = yaml.safe_dump(
        {"key": "flow_example", "title": "流程", "met_when": {"flow": flow}}, allow_unicode=True
    )
    (rule,) = load_rules(text)
    assert len(rule.condition.steps) == 2  # type: ignore[attr-defined]


def test_the_page_leaves_no_condition_out() -> None:
    shown = {example.split(":")[0] for example in INLINE} | set(yaml.safe_load(BLOCKS[1].replace("…", "")))
    assert set(KINDS) - shown == set()


def test_every_kind_of_condition_can_be_told_in_words(app: Flask) -> None:
    examples = [
        load_rules(f"key: example\ntitle: 例\nmet_when:\n  {text}\n")[0] for text in (*INLINE, *COMBINED)
    ]
    with app.test_request_context():
        for rule in (*examples, *seeded()):
            assert rule_in_words(rule, {}).condition.text
