"""Rule versions: drafts, fixtures, publishing, rolling back; what was in force cannot be altered."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlmodel import func, select

from qm.app.seeds import ensure_seeded
from qm.core import database
from qm.core.actor import SYSTEM
from qm.core.database import reading, writing
from qm.hearing.reads import stored
from qm.models import FindingRow, RuleVersion, ShadowFinding, VersionState
from qm.rules.reads import versions as rule_reads
from qm.rules.writes import judging as rule_judging
from qm.rules.writes import versions as rule_writes
from qm.rules.writes.fixtures import FixturesFail, FixturesUnusable, run_fixtures
from qm.rules.writes.seeds import text_of
from qm.worker import pipeline
from recorder.types import Role
from scoring.rules import load_rules, seeded
from scoring.types import Verdict
from tests.support.heard import bring_in
from tests.support.people import Centre

HANDS_OVER = """key: hands_over
title: 转接前说明
violated_when:
  pattern:
    sounds: [转给别人]
"""
FIXTURES = """- name: 直接转走
  script: |
    座席：我转给别人，你等着。
  expect: {hands_over: not_met}
- name: 好好办理
  script: |
    座席：您好，马上为您办理。
  expect: {hands_over: met}
"""


@pytest.fixture
def library(any_database: str) -> str:
    ensure_seeded()
    return any_database


def test_the_stored_text_of_each_seeded_rule_reads_as_that_rule() -> None:
    for rule in seeded():
        assert load_rules(text_of(rule)) == (rule,)


def test_every_seeded_rule_passes_its_own_fixtures_as_stored(sqlite: None) -> None:
    ensure_seeded()
    outcomes = [
        item for row in rule_reads.published() for item in run_fixtures(rule_reads.rule_of(row), row.fixtures)
    ]
    assert [item.name for item in outcomes if not item.passed] == []
    assert len(outcomes) >= len(rule_reads.published()) / 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rule_version SET document = 'x'",
        "UPDATE rule_version SET fixtures = 'x'",
        "UPDATE rule_version SET title = 'x'",
        "UPDATE rule_version SET version = 9",
        "UPDATE rule_version SET state = 'draft'",
        "DELETE FROM rule_version",
    ],
)
def test_a_published_rule_cannot_be_changed_by_sql(library: str, statement: str) -> None:
    with pytest.raises(DatabaseError, match="unchangeable"), database.engine().begin() as connection:
        connection.execute(sa.text(statement))


def test_a_retired_rule_never_comes_back_under_its_number(library: str) -> None:
    row = rule_writes.retire(SYSTEM, "greeting")
    with pytest.raises(DatabaseError, match="unchangeable"), database.engine().begin() as connection:
        connection.execute(
            sa.text("UPDATE rule_version SET state = 'published' WHERE id = :id"), {"id": row.id}
        )


def test_seeding_again_adds_nothing_and_keeps_what_people_changed(library: str) -> None:
    def count() -> int:
        with reading() as session:
            return session.exec(select(func.count()).select_from(RuleVersion)).one()

    rule_writes.retire(SYSTEM, "greeting")
    before = count()
    ensure_seeded()
    assert count() == before == len(seeded())
    assert rule_reads.line("greeting").in_force is None


def test_a_draft_changes_nothing_until_it_is_published_and_the_old_version_stays(library: str) -> None:
    before = rule_judging.bench()
    draft = rule_writes.start_draft(SYSTEM, "greeting")
    text = draft.document.replace("title: 规范开头语", "title: 另一个名字")
    rule_writes.save_draft(SYSTEM, "greeting", document=text, fixtures=draft.fixtures)
    assert rule_judging.bench() is before
    published = rule_writes.publish(SYSTEM, "greeting", note="换名字")
    line = rule_reads.line("greeting")
    assert (published.version, line.shown.title) == (2, "另一个名字")
    assert [(row.version, row.state) for row in line.versions] == [
        (2, VersionState.PUBLISHED),
        (1, VersionState.RETIRED),
    ]
    assert rule_reads.rule_of(line.shown).version == 2
    assert rule_judging.bench() is not before


def test_rolling_back_publishes_a_copy_under_a_new_number(library: str) -> None:
    draft = rule_writes.start_draft(SYSTEM, "greeting")
    rule_writes.save_draft(
        SYSTEM, "greeting", document=f"{draft.document}\n# 改过\n", fixtures=draft.fixtures
    )
    rule_writes.publish(SYSTEM, "greeting")
    rule_writes.start_draft(SYSTEM, "greeting")
    with pytest.raises(rule_writes.DraftInTheWay):
        rule_writes.roll_back(SYSTEM, "greeting", 1)
    rule_writes.discard_draft(SYSTEM, "greeting")
    row = rule_writes.roll_back(SYSTEM, "greeting", 1)
    assert row.version == 3
    assert row.document == rule_reads.version("greeting", 1).document
    with pytest.raises(rule_writes.AlreadyInForce):
        rule_writes.roll_back(SYSTEM, "greeting", 3)


def test_publishing_is_refused_while_a_fixture_fails_and_names_it(library: str) -> None:
    rule_writes.create(SYSTEM, document=HANDS_OVER, fixtures=FIXTURES.replace("not_met", "met", 1))
    with pytest.raises(FixturesFail) as refused:
        rule_writes.publish(SYSTEM, "hands_over")
    assert [item.name for item in refused.value.failed] == ["直接转走"]
    assert "直接转走" in str(refused.value)
    assert rule_reads.line("hands_over").in_force is None
    rule_writes.save_draft(SYSTEM, "hands_over", document=HANDS_OVER, fixtures=FIXTURES)
    assert rule_writes.publish(SYSTEM, "hands_over").state is VersionState.PUBLISHED


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HANDS_OVER.replace("sounds", "noises"), 5),
        (HANDS_OVER.replace("转给别人", "'转给('"), 5),
        (HANDS_OVER.replace("key: hands_over", "key: 中文"), 1),
        (HANDS_OVER.replace("violated_when:", "violated_when: ["), 5),
        ("- {key: one_rule, title: 一, met_when: {opened_by: agent}}\n" * 2, 2),
        ("[]", 1),
    ],
)
def test_a_text_that_is_no_rule_is_refused_with_its_line(sqlite: None, text: str, line: int) -> None:
    with pytest.raises(rule_writes.RuleUnusable) as refused:
        rule_writes.create(SYSTEM, document=text)
    assert refused.value.line == line
    assert str(line) in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "- name: 缺对话",
        "- name: 错结论\n  script: |\n    座席：好\n  expect: {hands_over: perhaps}",
        "- name: 别的规则\n  script: |\n    座席：好\n  expect: {greeting: met}",
        "- name: 没人说话\n  script: |\n    您好\n  expect: {hands_over: met}",
        "只是一句话",
        "- [",
    ],
)
def test_fixtures_that_cannot_be_run_are_refused_in_words(sqlite: None, text: str) -> None:
    with pytest.raises(FixturesUnusable, match="用例"):
        rule_writes.create(SYSTEM, document=HANDS_OVER, fixtures=text)


def test_a_rule_keeps_its_key(library: str) -> None:
    rule_writes.start_draft(SYSTEM, "greeting")
    with pytest.raises(rule_writes.RuleUnusable, match="greeting"):
        rule_writes.save_draft(SYSTEM, "greeting", document=HANDS_OVER, fixtures="")
    with pytest.raises(rule_writes.RuleKeyTaken):
        rule_writes.create(SYSTEM, document=HANDS_OVER.replace("hands_over", "greeting"))


def test_the_database_holds_one_version_of_a_rule_in_force(library: str) -> None:
    row = rule_reads.line("greeting").shown
    copied = RuleVersion(**row.model_dump(exclude={"id", "version"}), version=7)
    with pytest.raises(IntegrityError), writing() as session:
        session.add(copied)


def test_findings_pin_the_version_in_force_and_shadows_stay_apart(centre: Centre) -> None:
    recording_id = bring_in("p02_rude_transfer")
    turns = stored.conversation(recording_id).utterances
    spoken = next(turn.text for turn in turns if turn.role is Role.AGENT)
    said = "".join(char for char in spoken if char.isalnum())[:3]
    rule_writes.create(SYSTEM, document=HANDS_OVER.replace("转给别人", said))
    rule_writes.set_shadow(SYSTEM, "hands_over", on=True)
    rule_writes.start_draft(SYSTEM, "closing")
    draft = rule_reads.line("closing").draft
    assert draft is not None
    rule_writes.save_draft(SYSTEM, "closing", document=f"{draft.document}# 第二版\n", fixtures=draft.fixtures)
    rule_writes.publish(SYSTEM, "closing")
    pipeline.prescore(recording_id)
    with reading() as session:
        found = {row.rule_key: row for row in session.exec(select(FindingRow)).all()}
        shadow = session.exec(select(ShadowFinding)).one()
    assert found["closing"].rule_version == 2
    assert found["greeting"].rule_version == 1
    assert "hands_over" not in found
    assert shadow.recording_id == recording_id
    assert shadow.verdict is Verdict.NOT_MET
    rule_writes.save_draft(SYSTEM, "hands_over", document=HANDS_OVER, fixtures="")
    with reading() as session:
        assert session.exec(select(ShadowFinding)).all() == []


def test_who_begins_a_draft_in_the_same_moment_is_told_so(
    client_of, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_seeded()
    seen_before = rule_reads.line("greeting")
    rule_writes.start_draft(SYSTEM, "greeting")
    monkeypatch.setattr(rule_reads, "line", lambda *_: seen_before)
    answer = client_of("headquarters").post("/manage/rules/greeting/draft")
    assert answer.status_code == 409
    assert "有人刚刚做了同样的改动" in answer.text
