"""The rule workshop's pages: lists, the editor, trials, marks, the audit, the comparison with people."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import html5lib
import pytest
from sqlmodel import select

from qm.core import database
from qm.core.actor import SYSTEM
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.settings import Settings
from qm.models import (
    AnswerRow,
    Branch,
    Evaluation,
    EvaluationKind,
    EvaluationState,
    Recording,
    RuleMark,
    RuleVersion,
)
from qm.reviewing.reads.evaluations import rubric_of
from qm.rules.reads import figures as rule_figures
from qm.rules.reads import versions as rule_reads
from qm.rules.writes import marks as rule_marks
from qm.rules.writes import versions as rule_writes
from qm.rules.writes.fixtures import read_script
from qm.rules.writes.trial import Change, try_rule
from qm.trials.reads.agreement import agreement, comparison
from scoring.rules import load_rules, seeded
from scoring.rules.language.nodes import Not
from scoring.types import Verdict
from tests.support.people import Centre
from tests.support.servers import live
from tests.support.servers.live import Prepared

MINE = """key: says_hello
title: 说过你好
met_when:
  pattern:
    sounds: [您好]
"""
SCRIPT = "座席：您好，工号八零二一为您服务。\n客户：你好。"


prepared = live.prepared  # a fixture, shared with the browser tests


@pytest.fixture
def centre(prepared: Prepared, config: Settings) -> Iterator[Centre]:
    """A copy of the prepared centre, so that calls are brought in once and not for each test."""
    shutil.copytree(prepared.folder, config.data_dir, dirs_exist_ok=True)
    database.bind(database.make_engine(config.resolved_database_url))
    yield prepared.centre
    database.unbind()


@pytest.fixture
def calls(prepared: Prepared, centre: Centre) -> dict[str, str]:
    """Two heard calls of the near branch."""
    return {"rude": prepared.rude, "curt": prepared.curt}


def _valid(page: str) -> None:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parse(page)
    assert [code for _, code, _ in parser.errors] == []


def test_the_list_shows_every_rule_with_its_counts(calls, client_of) -> None:
    page = client_of("headquarters").get("/manage/rules")
    assert page.status_code == 200
    _valid(page.text)
    for rule in seeded():
        assert f"/manage/rules/{rule.key}" in page.text
    assert f"{len(seeded())} 条规则在用" in page.text


def test_every_seeded_rule_has_a_page_in_words(calls, client_of) -> None:
    client = client_of("headquarters")
    for rule in seeded():
        page = client.get(f"/manage/rules/{rule.key}")
        assert page.status_code == 200, rule.key
        _valid(page.text)
        assert rule.title in page.text
    assert "之前请客户等待的，60 秒以内不算" in client.get("/manage/rules/no_dead_air").text


@pytest.mark.parametrize("person", ["inspector", "agent", "leader", "administrator"])
def test_rules_are_the_supervisors(centre: Centre, client_of, person: str) -> None:
    client = client_of(person)
    for path in (
        "/manage/rules",
        "/manage/workshop/new",
        "/manage/workshop/agreement",
        "/manage/workshop/rejudge",
    ):
        assert client.get(path).status_code == 403
    assert client.post("/manage/workshop/rejudge").status_code == 403


def test_writing_trying_and_publishing_a_rule(calls, client_of) -> None:
    client = client_of("headquarters")
    made = client.post("/manage/workshop/new", data={"document": MINE, "fixtures": ""})
    assert made.headers["Location"].endswith("/manage/rules/says_hello/edit")
    tried = client.post(
        "/manage/workshop/try",
        data={"rule": "says_hello", "document": MINE, "fixtures": "", "how": "script", "script": SCRIPT},
    )
    assert tried.status_code == 200
    _valid(tried.text)
    assert "粘贴的对话" in tried.text
    done = client.post("/manage/rules/says_hello/publish", data={"note": "新要求"}, follow_redirects=True)
    assert "第 1 版已发布" in done.text
    assert rule_reads.line("says_hello").in_force is not None


def test_a_wrong_line_is_named_and_the_text_is_kept(calls, client_of) -> None:
    wrong = MINE.replace("sounds", "noises")
    page = client_of("headquarters").post("/manage/workshop/new", data={"document": wrong, "fixtures": ""})
    assert page.status_code == 422
    assert "第 5 行有误" in page.text
    assert 'data-wrong="5"' in page.text
    assert "noises: [您好]" in page.text


def test_a_pasted_conversation_that_cannot_be_read_names_its_line(calls, client_of) -> None:
    page = client_of("headquarters").post(
        "/manage/workshop/try", data={"document": MINE, "how": "script", "script": "座席：您好\n没有说话人"}
    )
    assert page.status_code == 422
    assert "对话第 2 行" in page.text


def test_trying_on_a_call_plays_its_evidence(calls, client_of) -> None:
    recording_id = calls["curt"]
    page = client_of("headquarters").post(
        "/manage/workshop/try",
        data={"document": MINE, "how": "call", "recording": f"http://host/recording/{recording_id}?x=1"},
    )
    assert page.status_code == 200
    assert re.search(rf'href="/media/{recording_id}/audio#t=[\d.]+,[\d.]+"', page.text)


def test_a_call_of_another_branch_cannot_be_tried_on(calls, client_of) -> None:
    with writing() as session:
        far = session.exec(select(Branch).where(Branch.name == "南方分中心")).one()
        row = session.get(Recording, calls["curt"])
        assert row is not None
        row.branch_id = far.id
        session.add(row)
    data = {"document": MINE, "how": "call", "recording": calls["curt"]}
    client = client_of("supervisor")
    page = client.post("/manage/workshop/try", data=data)
    assert page.status_code == 422
    assert "没有找到这通录音" in page.text
    assert (
        client.post(f"/manage/rules/greeting/mark/{calls['curt']}", data={"present": "yes"}).status_code
        == 404
    )


def test_a_draft_is_shown_beside_the_version_in_force(calls) -> None:
    stricter = rule_reads.line("greeting").shown.document
    rule = load_rules("key: greeting\ntitle: x\nmet_when:\n  pattern: {sounds: [没有人会说的话]}\n")[0]
    same = try_rule(load_rules(stricter)[0], [read_script(SCRIPT)])
    gone = try_rule(rule, [read_script(SCRIPT)])
    assert same.counts[Change.SAME] == 1
    assert gone.counts[Change.GONE] == 1
    assert gone.lines[0].before is not None
    assert gone.lines[0].before.verdict is Verdict.MET


FORM = {
    "by": "form", "title": "不得冷场", "must": "0", "version": "1", "fixtures": "",
    "condition.0.is": "not", "condition.0.part.0.is": "pattern", "condition.0.part.0.role": "agent",
    "condition.0.part.0.sounds": "请为我的服务评分\r\n请稍后评价", "condition.0.part.0.last_s": "40",
}  # fmt: skip


def test_the_form_turns_into_yaml_and_back(calls, client_of) -> None:
    client = client_of("headquarters")
    page = client.post("/manage/workshop/form", data={**FORM, "act": "yaml"})
    assert page.status_code == 200
    _valid(page.text)
    for told in ("key: bu_de_leng_chang", "violated_when:", "last_s: 40", "- 请为我的服务评分"):
        assert told in page.text, told
    (written,) = re.findall(r'<textarea id="document".*?>\n(.*?)</textarea>', page.text, re.DOTALL)
    again = client.post("/manage/workshop/form", data={"by": "yaml", "document": written, "act": "form"})
    _valid(again.text)
    assert 'name="condition.0.part.0.last_s" inputmode="decimal" autocomplete="off" value="40"' in again.text


def test_a_button_of_the_form_gives_back_the_form_with_one_condition_more(calls, client_of) -> None:
    data = {**FORM, "act": "any:condition.0", "condition.0.new": "dead_air"}
    page = client_of("headquarters").post("/manage/workshop/form", data=data, headers={"HX-Request": "true"})
    assert page.text.startswith("<form")
    assert 'name="condition.0.parts.0.is" value="not"' in page.text
    assert 'name="condition.0.parts.1.is" value="dead_air"' in page.text
    assert 'data-focus="condition.0.parts.1"' in page.text


def test_the_form_is_judged_and_kept_as_it_stands(calls, client_of) -> None:
    client = client_of("headquarters")
    tried = client.post("/manage/workshop/try", data={**FORM, "how": "script", "script": SCRIPT})
    assert tried.status_code == 200
    assert "粘贴的对话" in tried.text
    assert (
        client.post("/manage/workshop/new", data=FORM).headers["Location"].endswith("bu_de_leng_chang/edit")
    )
    (rule,) = load_rules(rule_reads.line("bu_de_leng_chang").shown.document)
    assert isinstance(rule.violated_when, Not)


def test_a_fault_in_the_form_names_its_field_and_keeps_what_is_typed(calls, client_of) -> None:
    data = {**FORM, "condition.0.part.0.last_s": "四十", "act": "yaml"}
    page = client_of("headquarters").post("/manage/workshop/form", data=data)
    assert page.status_code == 422
    assert "“只看最后” 应为数字" in page.text
    assert re.search(r'value="四十"[^>]* aria-invalid="true"', page.text)


def test_a_form_that_changes_nothing_keeps_the_comments_of_the_yaml(calls, client_of) -> None:
    client = client_of("headquarters")
    document = "# 为什么有这条\n" + MINE
    rule_writes.create(SYSTEM, document=document)
    data = {
        "by": "form", "title": "问候", "must": "1", "version": "1", "fixtures": "", "description": "",
        "condition.0.is": "pattern", "condition.0.role": "agent", "condition.0.sounds": "您好",
    }  # fmt: skip
    page = client.get("/manage/rules/says_hello/edit").text
    assert "有注释" in page
    rule = load_rules(MINE)[0]
    same = {**data, "title": rule.title, "must": "1" if rule.demands else "0"}
    client.post("/manage/rules/says_hello/edit", data=same)
    assert rule_reads.line("says_hello").shown.document == document
    client.post("/manage/rules/says_hello/edit", data={**same, "title": "另一个名称"})
    assert "title: 另一个名称" in rule_reads.line("says_hello").shown.document


def test_the_longest_rule_of_the_library_can_be_kept_from_the_form_page(calls, client_of) -> None:
    client = client_of("headquarters")
    row = rule_writes.start_draft(SYSTEM, "forbidden_speech")
    data = {"by": "yaml", "document": f"{row.document}# 改过\n", "fixtures": row.fixtures}
    assert client.post("/manage/rules/forbidden_speech/edit", data=data).status_code == 302
    assert client.get("/manage/rules/forbidden_speech/edit").status_code == 200


def test_a_rule_that_the_form_cannot_hold_opens_as_yaml_and_says_why(calls, client_of) -> None:
    rule_writes.create(
        SYSTEM, document='key: odd_space\ntitle: 空格\nmet_when: {phrase: {phrases: [" 您好"]}}\n'
    )
    page = client_of("headquarters").get("/manage/rules/odd_space/edit").text
    assert "表单装不下这条规则" in page
    assert "“短语库里的短语”" in page
    assert 'id="document"' in page


def test_a_draft_that_is_a_rule_no_longer_opens_with_its_fault_to_be_mended(calls, client_of) -> None:
    rule_writes.create(SYSTEM, document=MINE, fixtures="")
    with writing() as session:
        row = session.exec(select(RuleVersion).where(RuleVersion.key == "says_hello")).one()
        row.document = MINE.replace("您好", "(?i)hello")
    client = client_of("headquarters")
    page = client.get("/manage/rules/says_hello/edit")
    assert page.status_code == 200
    assert "第 5 行有误" in page.text
    assert "sounds: [(?i)hello]" in page.text
    mended = {"by": "form", "title": "说过你好", "condition.0.is": "pattern", "condition.0.sounds": "您好"}
    assert client.post("/manage/rules/says_hello/edit", data=mended).status_code == 302


def test_publishing_with_a_failing_fixture_shows_which(calls, client_of) -> None:
    failing = "- name: 没有问候\n  script: |\n    座席：喂\n  expect: {says_hello: met}\n"
    rule_writes.create(SYSTEM, document=MINE, fixtures=failing)
    page = client_of("headquarters").post("/manage/rules/says_hello/publish")
    assert page.status_code == 409
    _valid(page.text)
    assert "没有问候" in page.text


def test_marks_measure_precision_and_the_audit_alone_measures_recall(calls, centre: Centre) -> None:
    supervisor = centre.actors["headquarters"]
    verdicts = dict.fromkeys(calls.values(), Verdict.MET)
    hit, other = calls.values()
    rule_marks.mark(supervisor, "greeting", hit, present=True)
    measured = rule_figures.measure(
        rule_figures.marks(SYSTEM, "greeting")["greeting"].values(), verdicts, Verdict.MET
    )
    assert measured.precision is not None
    assert (measured.precision.share, measured.precision.n, measured.recall) == (1.0, 1, None)
    rule_marks.mark(supervisor, "greeting", other, present=True, drawn=True)
    missed = rule_figures.measure(
        rule_figures.marks(SYSTEM, "greeting")["greeting"].values(),
        {**verdicts, other: Verdict.NOT_MET},
        Verdict.MET,
    )
    assert missed.recall is not None
    assert (missed.recall.share, missed.recall.n, missed.audited) == (0.0, 1, 1)
    untold = rule_figures.measure(
        rule_figures.marks(SYSTEM, "greeting")["greeting"].values(),
        {**verdicts, other: Verdict.CANNOT_TELL},
        Verdict.MET,
    )
    assert (untold.recall, untold.untold) == (None, 1)


def test_a_mark_is_kept_replaced_and_taken_back(calls, client_of) -> None:
    client, recording_id = client_of("headquarters"), calls["curt"]
    path = f"/manage/rules/greeting/mark/{recording_id}"
    client.post(path, data={"present": "yes"})
    part = client.post(path, data={"present": "no"}, headers={"HX-Request": "true"})
    assert "✗ 没有" in part.text
    with reading() as session:
        assert [(row.present, row.audit) for row in session.exec(select(RuleMark)).all()] == [(False, False)]
    client.post(path, data={"present": "undo"})
    with reading() as session:
        assert session.exec(select(RuleMark)).all() == []


def test_the_audit_does_not_say_what_the_rule_found_and_draws_each_call_once(calls, client_of) -> None:
    client = client_of("headquarters")
    page = client.get("/manage/rules/greeting/audit").text
    _valid(page)
    assert all(f"/manage/rules/greeting/mark/{recording_id}" in page for recording_id in calls.values())
    client.post(f"/manage/rules/greeting/mark/{calls['curt']}", data={"present": "yes", "drawn": "1"})
    again = client.get("/manage/rules/greeting/audit").text
    assert calls["curt"] not in again
    assert calls["rude"] in again


def _scored_by_hand(recording_id: str, *, otherwise: str) -> None:
    """A released human evaluation that answers as the machine does, but for one criterion."""
    with writing() as session:
        machine = session.exec(select(Evaluation).where(Evaluation.recording_id == recording_id)).one()
        human = Evaluation(
            recording_id=recording_id, rubric_id=machine.rubric_id, kind=EvaluationKind.HUMAN,
            state=EvaluationState.RELEASED, created_at=now(), updated_at=now(), released_at=now(),
        )  # fmt: skip
        session.add(human)
        session.flush()
        rubric = rubric_of(machine.rubric_id)
        options = {
            criterion.key: [option.key for option in criterion.options] for criterion in rubric.criteria
        }
        for row in session.exec(select(AnswerRow).where(AnswerRow.evaluation_id == machine.id)).all():
            chosen = row.options
            if row.criterion == otherwise:
                chosen = [next(key for key in options[otherwise] if key not in row.options)]
            session.add(
                AnswerRow(
                    evaluation_id=human.id or 0,
                    criterion=row.criterion,
                    options=chosen,
                    not_applicable=row.not_applicable,
                    occurrences=row.occurrences,
                    number=row.number,
                )
            )


def test_people_and_machine_stand_side_by_side(calls, centre: Centre, client_of) -> None:
    supervisor, client = centre.actors["headquarters"], client_of("headquarters")
    recording_id = calls["rude"]
    assert agreement(supervisor) == []
    before = comparison(supervisor, recording_id)
    told = [pair.criterion for pair in before.pairs if pair.outcome == "open"]
    otherwise = next(item.key for item in told if len(item.options) > 1)
    _scored_by_hand(recording_id, otherwise=otherwise)
    found = comparison(supervisor, recording_id)
    assert [pair.criterion.key for pair in found.pairs if pair.outcome == "different"] == [otherwise]
    assert found.count("same") == len(told) - 1
    page = client.get(f"/manage/workshop/compare/{recording_id}")
    assert page.status_code == 200
    _valid(page.text)
    by_key = {line.criterion.key: line for line in agreement(supervisor)}
    same = by_key[otherwise].same
    assert same is not None
    assert (same.share, same.n) == (0.0, 1)
    listed = client.get("/manage/workshop/agreement").text
    _valid(listed)
    assert recording_id in listed
