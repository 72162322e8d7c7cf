"""Sentences that the machine stored, read in English."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable, Iterator

import pytest
import yaml

from qm.catalogue import HAN
from qm.errors import Forbidden, NotFound, QmError
from qm.paths import ROOT
from qm.services import learning, learning_runs, whatif_runs
from qm.services.rules import RuleUnusable, read_rule
from qm.services.rules_fixtures import FixturesUnusable, ScriptUnusable, read_fixtures, read_script
from qm.services.rules_form import Block, PartWrong, RuleForm, rule_of
from qm.web.built_words import QUOTING, built, said, wide
from qm.web.manage.rules_form_view import said_wrong
from qm.web.manage.whatif import flip_why
from qm.web.saying import say
from recorder.limits import Limits
from recorder.media import Damage
from recorder.sniff import Container
from recorder.types import AudioRefused
from recorder.verdict import check_shape, not_a_recording, nothing_heard, too_long
from scoring.rules import conversation_from_script, judge_many, seeded

LIBRARY = ROOT / "scoring" / "rules" / "library"

FAILING = [
    "transcribe/weights.py",
    "transcribe/engines/__init__.py",
    "transcribe/engines/openai_api.py",
    "transcribe/engines/speech_model.py",
    "recorder/storage/directory.py",
    "recorder/storage/protocol.py",
    "recorder/storage/s3.py",
    "scoring/learn/training.py",
    "qm/worker/ear.py",
    "qm/worker/ear_child.py",
    "qm/worker/household.py",
    "qm/worker/workflow.py",
    "qm/services/pipeline_hear.py",
    "qm/services/pipeline_scan.py",
    "qm/services/rejudge.py",
    "qm/services/rejudge_chunk.py",
]
"""Modules all of whose Chinese may end in the row of a job or an errand."""


class Spoken(ast.NodeVisitor):
    """The Chinese texts of a module, docstrings apart; `x` stands for what is filled in."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._keep("".join(str(p.value) if isinstance(p, ast.Constant) else "x" for p in node.values))

    def visit_Constant(self, node: ast.Constant) -> None:
        self._keep(str(node.value))

    def _keep(self, text: str) -> None:
        if HAN.search(text):
            self.texts.append(text)


@pytest.mark.usefixtures("english")
def test_every_fact_that_seeded_rules_state_has_english_words() -> None:
    scripts = [
        entry["script"]
        for path in sorted(LIBRARY.glob("*.fixtures.yaml"))
        for entry in yaml.safe_load(path.read_text("utf-8"))
    ]
    rules = seeded()
    titles = {rule.title for rule in rules}
    facts = {
        (proof.text, proof.source)
        for findings in judge_many(rules, [conversation_from_script(script) for script in scripts])
        for finding in findings.values()
        for proof in finding.evidence
        if not proof.source.startswith(QUOTING)
    }
    assert len(facts) > 30
    untold = [text for text, source in facts if said(text, source) == text]
    assert [text for text in untold if HAN.search(text) and text not in titles] == []


@pytest.mark.usefixtures("english")
def test_refusals_are_read_sentence_by_sentence() -> None:
    refused = [
        not_a_recording(b""),
        not_a_recording(b"%PDF-1.7 something"),
        nothing_heard(Container.WAV, Damage(), "WAV 文件里没有音频数据块"),
        too_long(Limits()),
    ]
    with pytest.raises(AudioRefused) as told:
        check_shape(6, 8000, Limits())
    texts = [built(error.detail) for error in [*refused, told.value]]
    assert [text for text in texts if HAN.search(text)] == []
    assert built("缺少工号（agent_no），请补上；缺少来源（source），请补上").count("is missing") == 2


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("name", FAILING)
def test_every_failure_that_is_kept_has_english_words(name: str) -> None:
    module = Spoken()
    module.visit(ast.parse((ROOT / name).read_text("utf-8")))
    assert module.texts
    assert [text for text in module.texts if HAN.search(built(text))] == []


@pytest.mark.usefixtures("english")
def test_every_fault_of_a_rule_has_english_words() -> None:
    module = Spoken()
    module.visit(ast.parse((ROOT / "scoring/rules/parse.py").read_text("utf-8")))
    faults = [text for text in module.texts if len(text) > 1]  # the others are flags: 是, 否
    assert len(faults) > 20
    assert [text for text in faults if HAN.search(built(text))] == []


def unusable_rules() -> Iterator[QmError]:
    met = "met_when: {ended_by: agent}"
    for text in (
        "key: a1",
        f"key: a1\ntitle: x\n{met}\n" + "#" * 200_000,
        f"key: {'a' * 62}\ntitle: x\n{met}",
    ):
        with pytest.raises(RuleUnusable) as told:
            read_rule(text)
        yield told.value
    with pytest.raises(RuleUnusable) as told:
        read_rule(f"key: a1\ntitle: x\n{met}", key="b1")
    yield told.value


def unusable_fixtures() -> Iterator[QmError]:
    for text in (
        "- {name: [}",
        "- {name: x}",
        "- {name: x, script: '座席：您好', expect: {a1: maybe}}",
        "- {name: x, script: '座席：您好', expect: {b1: met}}",
        "- {name: x, script: '您好', expect: {a1: met}}",
    ):
        with pytest.raises(FixturesUnusable) as told:
            read_fixtures(text, "a1")
        yield told.value
    for script in ("您好", "路人：您好"):
        with pytest.raises(ScriptUnusable) as unread:
            read_script(script, agent_no="")
        yield unread.value


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("faults", [unusable_rules, unusable_fixtures])
def test_what_is_wrong_with_a_rule_is_said_in_english(faults: Callable[[], Iterator[QmError]]) -> None:
    told = [say(error) for error in faults()]
    assert [text for text in told if HAN.search(re.sub("“[^”]*”", "", text).replace("路人", ""))] == []


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("form", "told"),
    [
        (RuleForm("a1"), "Give the rule a name"),
        (RuleForm("a1", "x"), "has no condition yet: add at least one"),
        (
            RuleForm(
                "a1", "x", slots=Block("rule", inside={"condition": (Block("dead_air", {"min_s": ("八",)}),)})
            ),
            "“Silence”: “At least” must be a number and is 八",
        ),
    ],
)
def test_what_is_wrong_with_a_form_is_said_in_english(form: RuleForm, told: str) -> None:
    with pytest.raises(PartWrong) as wrong:
        rule_of(form)
    assert said_wrong(wrong.value) == told


@pytest.mark.usefixtures("english")
def test_how_an_errand_ended_has_english_words() -> None:
    kept = [
        learning_runs.CANCELLED,
        learning_runs.BROKEN % {"error": "OSError"},
        whatif_runs.CANCELLED,
        whatif_runs.BROKEN % {"error": "OSError"},
        str(learning.NotTrained(words="人工答案只有一种（各种答案至少要有 5 个），学不到区别。")),
        str(learning.NothingNew()),
        str(NotFound()),
        str(Forbidden()),
    ]
    assert [text for text in kept if HAN.search(re.sub("“[^”]*”", "", built(text)))] == []


@pytest.mark.usefixtures("english")
def test_a_rules_own_sentence_is_left_to_the_proof_beside_it() -> None:
    why, proof = "0:12 出现服务禁语：“什么事”", {"start_s": 12.0}
    assert flip_why({"why": why, "evidence": proof}) == ""
    assert flip_why({"why": why, "evidence": None}) == why
    assert not HAN.search(flip_why({"why": "说话人未能分清", "evidence": proof}))


@pytest.mark.usefixtures("english")
def test_a_fault_that_quotes_a_whole_book_is_shown_at_once_as_it_is() -> None:
    began = time.thread_time()
    fault = f"min_s 应为数字，现为 {'x 至少要写 ' * 20_000}"
    assert built(fault) == fault
    assert time.thread_time() - began < 1


def test_marks_between_characters_are_written_wide_and_figures_stay() -> None:
    assert wide("你好,我转了1,000元,谢谢,") == "你好，我转了1,000元，谢谢，"


@pytest.mark.usefixtures("english")
def test_words_of_a_call_are_never_translated() -> None:
    assert said("图片", "phrase:topic") == "图片"
