"""What the machine says, read in English."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Callable, Iterator
from functools import reduce
from pathlib import Path

import pytest
import yaml
from flask import current_app, render_template_string
from flask_babel import gettext
from openpyxl import Workbook

from qm.core.catalogue import HAN
from qm.core.errors import Forbidden, NotFound, QmError
from qm.core.paths import ROOT
from qm.frame import errors
from qm.frame.locale import counting_place
from qm.frame.saying import said, say, wide
from qm.judging.writes import learning as learning_writes
from qm.judging.writes import learning_runs
from qm.rubrics.words.evidence import proof_words
from qm.rules.pages.form_view import said_wrong
from qm.rules.writes.fixtures import FixturesUnusable, ScriptUnusable, read_fixtures, read_script
from qm.rules.writes.form import Block, PartWrong, RuleForm, rule_of
from qm.rules.writes.versions import RuleUnusable, read_rule
from qm.trials.pages.whatif import flip_why
from qm.trials.writes import runs as whatif_runs
from recorder.calldata import CallDataInvalid, parse_call_data
from recorder.limits import Limits
from recorder.media import Damage
from recorder.message import Message, message_of
from recorder.sniff import Container
from recorder.types import AudioRefused
from recorder.verdict import check_shape, not_a_recording, nothing_heard, too_long
from scoring.rubric import Problem, RubricInvalid, rubric_and_lines
from scoring.rules import conversation_from_script, judge_many, seeded
from scoring.sheets import read_rubric

LIBRARY = ROOT / "scoring" / "rules" / "library"

SPEAKING = [
    *(path for path in (ROOT / "recorder").rglob("*.py") if path.stem not in ("manifest", "urls")),
    *(ROOT / "transcribe" / name for name in ("weights.py", "engines/__init__.py")),
    *(ROOT / "transcribe/engines" / name for name in ("openai_api.py", "speech_model.py")),
    *(ROOT / "scoring/rules/language" / name for name in ("errors.py", "parse.py", "values.py")),
    *(ROOT / "scoring/rules/judging" / name for name in ("facts.py", "find_sound.py", "judge.py")),
    *(ROOT / "scoring/rules" / name for name in ("seed.py", "script.py")),
    *(ROOT / "scoring" / name for name in ("arithmetic.py", "learn/training.py", "marks.py")),
    *(ROOT / "scoring/rubric" / name for name in ("checks.py", "completeness.py", "criterion_checks.py")),
    *(ROOT / "scoring/rubric" / name for name in ("fields.py", "text.py")),
    *(ROOT / "scoring/sheets" / name for name in ("reader.py", "weights.py")),
    *(ROOT / "qm/worker").rglob("*.py"),
    *(ROOT / "qm" / name for name in ("intake/writes/ingest.py", "people/writes/rosters.py")),
    *(ROOT / "qm" / name for name in ("judging/writes/rejudge.py", "rules/writes/form.py")),
]
"""Modules whose Chinese is for readers: not the headers that a manifest may have, nor store addresses."""
HEARD = {"座席", "坐席", "客服", "客户", "呼入", "来电", "入呼", "呼出", "外呼", "去电", "出呼", "是", "否"}
"""Words that are read, not written."""


def unmarked(tree: ast.AST) -> list[str]:
    """Chinese texts of a module that no `Message` carries; docstrings, messages of errors apart."""
    apart = {
        id(part)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) or _is_message(node)
        for part in ast.walk(node)
    }
    found = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in apart
    ]
    return [text for text in found if isinstance(text, str) and HAN.search(text)]


def _is_message(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):  # the class attribute of an error, and the usual sentences of rules
        return [target.id for target in node.targets if isinstance(target, ast.Name)] in (
            ["message"],
            ["_USUAL"],
        )
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Message"


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_for_readers_is_a_message(path: Path) -> None:
    texts = unmarked(ast.parse(path.read_text("utf-8")))
    assert [text for text in texts if text not in HEARD and "%Y" not in text] == []


@pytest.mark.usefixtures("english")
def test_every_fact_that_seeded_rules_state_has_english_words() -> None:
    scripts = [
        entry["script"]
        for path in sorted(LIBRARY.glob("*.fixtures.yaml"))
        for entry in yaml.safe_load(path.read_text("utf-8"))
    ]
    rules = seeded()
    facts = {
        proof.text
        for findings in judge_many(rules, [conversation_from_script(script) for script in scripts])
        for finding in findings.values()
        for proof in finding.evidence
        if isinstance(proof.text, Message)
    }
    assert len(facts) > 30
    words = {value for fact in facts for value in map(str, fact.params.values())}  # titles and quotations
    left = {fact: reduce(lambda text, word: text.replace(word, ""), words, said(fact)) for fact in facts}
    assert [fact for fact, text in left.items() if HAN.search(text)] == []
    assert {said(fact) for fact in facts} & {fact for fact in facts if not fact.params} == set()


@pytest.mark.usefixtures("english")
def test_refusals_are_read_sentence_by_sentence() -> None:
    refused = [
        not_a_recording(b""),
        not_a_recording(b"%PDF-1.7 something"),
        nothing_heard(Container.WAV, Damage(), Message("WAV 文件里没有音频数据块")),
        too_long(Limits()),
    ]
    with pytest.raises(AudioRefused) as told:
        check_shape(6, 8000, Limits())
    assert [text for text in map(say, (e.detail for e in [*refused, told.value])) if HAN.search(text)] == []
    with pytest.raises(CallDataInvalid) as lacking:
        parse_call_data({"agent_no": "", "started_at": "x"})
    assert say(lacking.value.detail).count("is missing") == 2


@pytest.mark.usefixtures("english")
def test_one_is_said_otherwise_than_two() -> None:
    tracks = [say(Message("文件有 %(number)s 条音轨", number=n)) for n in (1, 2)]
    assert tracks == ["The file has 1 sound track", "The file has 2 sound tracks"]
    assert [gettext("%(n)d 通", n=n) for n in (1, 2)] == ["1 call", "2 calls"]
    shown = render_template_string("{{ _('%(n)d 通', n=1) }} {% trans n=2 %}%(n)d 通{% endtrans %}", n=2)
    assert shown.startswith("1 call ")


@pytest.mark.parametrize(
    ("singular", "plural", "place"),
    [
        ("%(n)d of %(total)d call", "%(n)d of %(total)d calls", "total"),
        ("%(n)d call, %(lost)d of it lost", "%(n)d calls, %(lost)d of them lost", "n"),
        ("The verdict changed in %(n)d call", "Verdicts changed in %(n)d calls", "n"),
    ],
)
def test_the_figure_before_what_bends_chooses_the_form(singular: str, plural: str, place: str) -> None:
    assert counting_place(singular, plural) == place


@pytest.mark.usefixtures("english")
def test_what_was_stored_before_messages_were_is_shown_as_it_stands() -> None:
    assert say("静音 17.2 秒") == "静音 17.2 秒"
    assert say("") == ""
    assert say("转写进程意外退出，可能是内存不足") == say(Message("转写进程意外退出，可能是内存不足"))
    old = {
        "start_s": 1.0,
        "end_s": 2.0,
        "role": "agent",
        "text": "静音 17.2 秒",
        "source": "acoustics:dead_air",
    }
    assert proof_words(old) == "静音 17.2 秒"
    told = Message("静音 %(seconds)s 秒", seconds="17.2")
    assert proof_words({**old, "message": told.to_json()}) == "Silence of 17.2 s"
    assert proof_words({**old, "text": "静音 3 秒", "message": told.to_json()}) == "静音 3 秒"


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


def faults_of_texts() -> Iterator[Problem]:
    condition = "{source: answer, key: a, operator: one_of}"
    criterion = (
        f"{{key: a, title: a, kind: guess, max_points: 1e9, deduct_cap: x, bonus: maybe, rule: [1], "
        f"example: {{start_s: soon}}, show_if: [{condition}], colour: red}}"
    )
    for text in (
        "a: [",
        "a: &b 1\nc: *b",
        "[" * 30 + "]" * 30,
        "a: 1\na: 2",
        "x" * 1_000_001,
        f"format: other\ndecimals: 0.5\nsections: [{{criteria: [{criterion}]}}, 1]",
        "sections: 3",
    ):
        with pytest.raises(RubricInvalid) as refused:
            rubric_and_lines(text)
        yield from refused.value.problems


def faults_of_tables() -> Iterator[Problem]:
    rows = [
        ["分类", "权重", "评分项", "分值", "一票否决", "严重差错", "题型", "选项", "每次扣分"],
        ["甲", "很重", "一", "五分", "也许", "其他", "抢答", "优秀", "很多"],
        ["乙", 1, "二", 9999999, None, None, None, "优秀=", None],
        ["丙", 0, "三", 5, None, None, None, None, None],
    ]
    yield from read_rubric(sheet_of(rows)).problems
    for data in (b"", b"\xd0\xcf\x11\xe0 old", b"x" * 11_000_000, sheet_of([["姓名"], ["甲"]])):
        with pytest.raises(RubricInvalid) as refused:
            read_rubric(data)
        yield from refused.value.problems


def sheet_of(rows: list[list[object]]) -> bytes:
    book, data = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("faults", [faults_of_texts, faults_of_tables])
def test_what_is_wrong_with_a_file_of_a_form_is_said_in_english(
    faults: Callable[[], Iterator[Problem]],
) -> None:
    told = [say(text) for problem in faults() for text in (problem.path, problem.message)]
    assert len(told) > 15
    assert [text for text in told if HAN.search(re.sub("“[^”]*”", "", text))] == []


@pytest.mark.usefixtures("english")
def test_what_was_assumed_of_a_table_is_said_in_english() -> None:
    tables = (
        [["分类", "评分项", "分值"], ["甲", "一", 5], ["乙", "二", 5]],
        [["分类", "评分项", "每次扣分"], ["甲", "一", 5], ["乙", "二", 5]],
        [
            ["分类", "权重", "评分项", "分值"],
            ["甲", 0.3, "一", 5],
            [None, 0.3, "二", 5],
            ["乙", 0.4, "三", 5],
        ],
    )
    notes = [say(note) for rows in tables for note in read_rubric(sheet_of(rows)).notes]
    assert len(notes) > 4
    assert [text for text in notes if HAN.search(text)] == []


@pytest.mark.usefixtures("english")
def test_how_a_background_task_ended_has_english_words() -> None:
    kept = [
        learning_runs.CANCELLED,
        Message(learning_runs.BROKEN, error="OSError"),
        whatif_runs.CANCELLED,
        Message(whatif_runs.BROKEN, error="OSError"),
        message_of(
            learning_writes.NotTrained(
                words=Message("人工答案只有一种（各种答案至少要有 %(least)s 个），学不到区别", least=5)
            )
        ),
        message_of(learning_writes.NothingNew()),
        message_of(NotFound()),
        message_of(Forbidden()),
    ]
    assert [text for text in kept if HAN.search(re.sub("“[^”]*”", "", say(text)))] == []


@pytest.mark.usefixtures("english")
def test_an_error_tells_machines_its_parameters() -> None:
    with current_app.test_request_context("/api/v1/x"):
        answer, status = errors._expected(learning_runs.TooFewAnswers(least=50, n=1))
    assert (status, answer.json["error"]["code"]) == (422, "too_few_answers")
    assert answer.json["error"]["params"] == {"least": 50, "n": 1}


@pytest.mark.usefixtures("english")
def test_a_rules_own_sentence_is_left_to_the_proof_beside_it() -> None:
    why, proof = "0:12 出现服务禁语：“什么事”", {"start_s": 12.0}
    assert flip_why({"why": why, "evidence": proof}) == ""
    assert flip_why({"why": why, "evidence": None}) == why
    assert not HAN.search(
        flip_why({"why": Message("无法判断：相关时段没有听清").to_json(), "evidence": proof})
    )


def test_marks_between_characters_are_written_wide_and_figures_stay() -> None:
    assert wide("你好,我转了1,000元,谢谢,") == "你好，我转了1,000元，谢谢，"


@pytest.mark.usefixtures("english")
def test_words_of_a_call_are_never_translated() -> None:
    assert said("图片") == "图片"
