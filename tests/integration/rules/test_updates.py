"""Rules that the product ships changed or new reach an installation that was seeded earlier, as drafts."""

from __future__ import annotations

from dataclasses import replace

import html5lib
import pytest
from sqlmodel import select

from qm.app import create_app
from qm.app.seeds import ensure_seeded
from qm.core.actor import SYSTEM
from qm.core.database import reading
from qm.models import AuditEvent
from qm.rules.reads import versions as rule_reads
from qm.rules.writes import updates as rule_updates
from qm.rules.writes import versions as rule_writes
from qm.rules.writes.fixtures import read_fixtures
from qm.rules.writes.seeds import text_of
from scoring.rules import Rule, load_rules, seeded
from tests.support.people import sign_in

KEY = "greeting"
LACKING = "anything_else"
OWN = """- name: 自己的用例
  script: |
    座席：您好，很高兴为您服务。
  expect: {greeting: met}
"""


def _shipped(key: str) -> Rule:
    return next(rule for rule in seeded() if rule.key == key)


@pytest.fixture
def earlier(centre: object) -> None:
    """Seeded by an earlier version: one rule said something else, one was not there."""
    for rule in seeded():
        if rule.key == LACKING:
            continue
        old = replace(rule, title="旧的标题", blind_s=9.0) if rule.key == KEY else rule
        rule_writes.create(SYSTEM, document=text_of(old), fixtures=OWN if rule.key == KEY else "")
        rule_writes.publish(SYSTEM, rule.key)
    ensure_seeded()


def _updates() -> dict[str, rule_updates.Update]:
    return rule_updates.updates(rule_reads.lines())


def test_a_new_installation_has_nothing_to_take(sqlite: None) -> None:
    ensure_seeded()
    assert _updates() == {}


def test_what_ships_otherwise_is_told_and_a_newer_version_alone_puts_nothing_in_force(earlier: None) -> None:
    found = _updates()
    assert set(found) == {KEY, LACKING}
    assert found[LACKING].line is None
    assert "-title: 旧的标题" in found[KEY].difference
    assert f"+title: {_shipped(KEY).title}" in found[KEY].difference
    assert not any("version:" in line for line in found[KEY].difference if line[0] in "+-")


def test_another_way_of_writing_the_same_rule_is_no_update(sqlite: None) -> None:
    ensure_seeded()
    rule_writes.start_draft(SYSTEM, KEY)
    row = rule_reads.line(KEY).draft
    assert row is not None
    rule_writes.save_draft(SYSTEM, KEY, document=f"# 注释\n{row.document}", fixtures=row.fixtures)
    rule_writes.publish(SYSTEM, KEY)
    assert _updates() == {}


def test_a_retired_rule_is_left_in_peace(earlier: None) -> None:
    rule_writes.retire(SYSTEM, KEY)
    assert KEY not in _updates()


def test_taking_makes_a_draft_of_the_shipped_text_and_keeps_ones_own_fixtures(earlier: None) -> None:
    before = rule_reads.line(KEY).in_force
    row = rule_updates.take(SYSTEM, KEY)
    assert load_rules(row.document) == (_shipped(KEY),)
    names = [item.name for item in read_fixtures(row.fixtures, KEY)]
    shipped = [item.name for item in read_fixtures(rule_updates.shipped()[KEY].fixtures, KEY)]
    assert names == [*shipped, "自己的用例"]
    assert rule_reads.line(KEY).in_force == before
    assert _updates()[KEY].drafted
    with reading() as session:
        actions = session.exec(
            select(AuditEvent.action).where(AuditEvent.subject_id == str(row.id)).order_by(AuditEvent.id)
        ).all()
    assert actions[-1] == "rule_update_taken"
    rule_writes.publish(SYSTEM, KEY)
    assert KEY not in _updates()


def test_a_draft_that_is_there_is_overwritten_only_when_asked_for(earlier: None) -> None:
    draft = rule_writes.start_draft(SYSTEM, KEY)
    with pytest.raises(rule_updates.DraftThere):
        rule_updates.take(SYSTEM, KEY)
    assert rule_reads.line(KEY).draft == draft
    assert rule_updates.take(SYSTEM, KEY, over_draft=True).version == draft.version
    assert _updates()[KEY].drafted


def test_a_rule_that_is_not_here_becomes_a_new_draft(earlier: None) -> None:
    row = rule_updates.take(SYSTEM, LACKING)
    assert (row.version, row.state.value) == (1, "draft")
    assert LACKING not in _updates()


def test_declining_holds_until_the_product_ships_another_text(
    earlier: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule_updates.decline(SYSTEM, KEY)
    assert _updates()[KEY].declined
    assert not _updates()[LACKING].declined
    later = rule_updates._shipped(replace(_shipped(KEY), blind_s=3.0))
    monkeypatch.setattr(rule_updates, "shipped", lambda: {KEY: later})
    assert not _updates()[KEY].declined


def test_a_supervisor_sees_takes_and_declines_on_the_pages(earlier: None) -> None:
    app = create_app()
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    client = sign_in(app.test_client(), "headquarters")
    page = client.get("/manage/rules").text
    assert "1 条产品有更新" in page
    assert "产品新增 1 条" in page
    for path in ("/manage/rules", f"/manage/rules/{KEY}"):
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        parser.parse(client.get(path).text)
        assert [code for _, code, _ in parser.errors] == []
    assert "<del>-title: 旧的标题</del>" in client.get(f"/manage/rules/{KEY}").text

    rule_writes.start_draft(SYSTEM, KEY)
    refused = client.post(f"/manage/rules/{KEY}/update/take")
    assert refused.status_code == 409
    assert "没有覆盖" in refused.text
    taken = client.post(f"/manage/rules/{KEY}/update/take", data={"over_draft": "1"}, follow_redirects=True)
    assert "已取为草稿" in taken.text
    assert "就是产品的文本" in client.get(f"/manage/rules/{KEY}").text

    client.post(f"/manage/rules/{LACKING}/update/decline")
    page = client.get("/manage/rules").text
    assert "产品新增 1 条" not in page
    assert "已选择不用" in page


def test_what_is_not_shipped_cannot_be_taken(earlier: None, client_of) -> None:
    client = client_of("headquarters")
    assert client.post("/manage/rules/says_hello/update/take").status_code == 404
    assert client.post("/manage/rules/says_hello/update/decline").status_code == 404
