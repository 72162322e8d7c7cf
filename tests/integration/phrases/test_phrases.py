"""Editing the phrase library in a draft and publishing it."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from qm.app.seeds import ensure_seeded
from qm.core.database import reading, writing
from qm.core.errors import NotFound
from qm.models import AuditEvent, PhraseRow, VersionState
from qm.phrases.reads import library as phrase_reads
from qm.phrases.writes import library as phrase_writes
from qm.phrases.writes import versions as phrase_versions
from recorder.types import Role
from tests.support.people import Centre
from transcribe.phrases import read_csv, write_csv
from transcribe.types import PhraseKind


@pytest.fixture
def actor(centre: Centre):
    ensure_seeded()
    return centre.actors["headquarters"]


def texts(group: str) -> list[str]:
    return [row.text for row in phrase_reads.rows(phrase_reads.draft()) if row.group == group]


def change_by_hand(row: PhraseRow) -> None:
    """Go past the services, straight to the table."""
    with writing() as session:
        row.text = "改了"
        session.add(row)


def test_editing_begins_with_a_copy_and_leaves_the_version_in_force_alone(actor) -> None:
    before = len(phrase_reads.rows(phrase_reads.published()))
    draft = phrase_writes.start_draft(actor)
    assert phrase_writes.start_draft(actor).id == draft.id
    phrase_writes.add_phrase(actor, group="closing", text="祝您生活愉快下次再会", role=Role.AGENT)
    assert len(phrase_reads.rows(draft)) == before + 1
    assert len(phrase_reads.rows(phrase_reads.published())) == before


def test_without_a_draft_nothing_can_be_edited(actor) -> None:
    with pytest.raises(phrase_writes.NoDraft):
        phrase_writes.add_phrase(actor, group="closing", text="再会", role=Role.AGENT)
    in_force = phrase_reads.rows(phrase_reads.published())[0]
    with pytest.raises(NotFound):
        phrase_writes.remove_phrase(actor, in_force.id or 0)


def test_a_phrase_that_is_there_under_other_punctuation_or_digits_is_refused(actor) -> None:
    phrase_writes.start_draft(actor)
    phrase_writes.add_phrase(actor, group="closing", text="祝您2026年顺利", role=Role.AGENT)
    with pytest.raises(phrase_writes.PhraseThere):
        phrase_writes.add_phrase(actor, group="closing", text="祝您，二零二六年顺利！", role=Role.AGENT)
    with pytest.raises(phrase_writes.PhraseUnusable):
        phrase_writes.add_phrase(actor, group="closing", text="……", role=Role.AGENT)
    with pytest.raises(phrase_writes.PhraseTooLong):
        phrase_writes.add_phrase(actor, group="closing", text="好" * 61, role=Role.AGENT)
    with pytest.raises(phrase_writes.GroupUnknown):
        phrase_writes.add_phrase(actor, group="nowhere", text="再会", role=Role.AGENT)


def test_a_removed_phrase_comes_back_even_when_its_group_went_with_it(actor) -> None:
    phrase_writes.start_draft(actor)
    row = phrase_writes.add_group(
        actor, name="节日问候", kind=PhraseKind.TOPIC, first="新年快乐", role=Role.UNKNOWN
    )
    assert row.group == "jie_ri_wen_hou"
    removed = phrase_writes.remove_phrase(actor, row.id or 0)
    assert texts(row.group) == []
    phrase_writes.restore_phrase(
        actor,
        group=removed.group,
        group_name=removed.group_name,
        kind=removed.kind,
        role=removed.role,
        text=removed.text,
    )
    assert texts(row.group) == ["新年快乐"]


def test_two_groups_never_share_a_name_or_a_key(actor) -> None:
    phrase_writes.start_draft(actor)
    one = phrase_writes.add_group(actor, name="石", kind=PhraseKind.TOPIC, first="石头", role=Role.AGENT)
    two = phrase_writes.add_group(actor, name="十", kind=PhraseKind.TOPIC, first="十个", role=Role.AGENT)
    assert (one.group, two.group) == ("shi", "shi_2")
    with pytest.raises(phrase_writes.GroupThere):
        phrase_writes.add_group(actor, name="石", kind=PhraseKind.TOPIC, first="石子", role=Role.AGENT)
    with pytest.raises(phrase_writes.GroupThere):
        phrase_writes.rename_group(actor, group=two.group, name="石")


def test_publishing_retires_the_version_before_and_nothing_can_change_it_any_more(actor) -> None:
    phrase_writes.start_draft(actor)
    phrase_writes.add_phrase(actor, group="closing", text="祝您生活愉快下次再会", role=Role.AGENT)
    done = phrase_versions.publish(actor, note="加一条")
    assert (done.library.version, done.added, done.removed) == (2, 1, 0)
    states = {version.version: version.state for version in phrase_reads.versions()}
    assert states == {2: VersionState.PUBLISHED, 1: VersionState.RETIRED}
    with pytest.raises(DatabaseError, match="unchangeable"):
        change_by_hand(phrase_reads.rows(done.library)[0])
    with reading() as session:
        event = session.exec(
            select(AuditEvent).where(
                AuditEvent.action == "phrase_library_published", AuditEvent.user_id == actor.user_id
            )
        ).one()
    assert event.detail == {"version": 2, "added": 1, "removed": 0}


def test_a_draft_without_changes_is_not_published(actor) -> None:
    phrase_writes.start_draft(actor)
    with pytest.raises(phrase_versions.NothingChanged):
        phrase_versions.publish(actor)
    assert phrase_writes.discard_draft(actor) == 2
    with pytest.raises(phrase_versions.NoDraft):
        phrase_versions.publish(actor)


def test_an_exported_table_comes_back_as_the_same_library(actor) -> None:
    table = write_csv(phrase_reads.as_sets(phrase_reads.rows(phrase_reads.published())))
    assert phrase_writes.import_table(actor, table, replace=True) == len(
        phrase_reads.rows(phrase_reads.published())
    )
    assert not phrase_reads.changes(
        phrase_reads.rows(phrase_reads.published()), phrase_reads.rows(phrase_reads.draft())
    )
    assert read_csv(table)


def test_merging_a_table_adds_only_what_is_new(actor) -> None:
    table = (
        "group,name,kind,role,phrase\n"
        "closing,结束,required,agent,感谢您的来电\n"
        "closing,结束,required,agent,祝您万事如意心想事成\n"
    )
    assert phrase_writes.import_table(actor, table, replace=False) == 1
    changed = phrase_reads.changes(
        phrase_reads.rows(phrase_reads.published()), phrase_reads.rows(phrase_reads.draft())
    )
    assert [row.text for row in changed.added] == ["祝您万事如意心想事成"]
    assert changed.removed == ()
    assert changed.renamed == ()


def test_a_table_with_faults_changes_nothing_and_names_each_line(actor) -> None:
    table = "group,name,kind,role,phrase\nclosing,结束,maybe,agent,再会\nclosing,结束,required,agent,\n"
    with pytest.raises(phrase_writes.TableUnusable) as refused:
        phrase_writes.import_table(actor, table, replace=True)
    assert [error.line for error in refused.value.errors] == [2, 3]
    assert phrase_reads.draft() is None
