"""A branch's groups of phrases are its own until the centre adopts them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from qm.core.actor import Actor
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.hearing.writes.scan import matcher
from qm.models import (
    PhraseRow,
    Proposal,
    ProposalState,
)
from qm.phrases.reads import library as phrase_reads
from qm.phrases.writes import library as phrase_writes
from qm.phrases.writes import offers as phrase_offers
from qm.phrases.writes import versions as phrase_versions
from recorder.types import Role
from tests.support.people import Centre
from tests.support.statements import asked
from transcribe.types import PhraseKind


def test_each_place_publishes_its_own_groups_and_leaves_others_drafts(far: Actor, centre: Centre) -> None:
    headquarters = centre.actors["headquarters"]
    phrase_writes.start_draft(headquarters)
    phrase_writes.add_phrase(headquarters, group="greeting", text="您吉祥如意", role=Role.AGENT)
    row = phrase_writes.add_group(
        far, name="本地", kind=PhraseKind.TOPIC, first="去本地网点", role=Role.AGENT
    )
    phrase_versions.publish(far)
    texts = {item.text for item in phrase_reads.rows(phrase_reads.published())}
    assert "去本地网点" in texts
    assert "您吉祥如意" not in texts, "headquarters has not published it"
    phrase_versions.publish(headquarters)
    in_force = phrase_reads.rows(phrase_reads.published())
    assert {"去本地网点", "您吉祥如意"} <= {item.text for item in in_force}
    assert {item.branch_id for item in in_force if item.group == row.group} == {centre.far_branch_id}
    assert phrase_reads.draft() is None


def test_a_branchs_phrases_are_heard_in_its_own_calls_until_the_centre_adopts_them(
    far: Actor, centre: Centre
) -> None:
    near, headquarters = centre.actors["supervisor"], centre.actors["headquarters"]
    phrase_writes.start_draft(far)
    row = phrase_writes.add_group(
        far, name="本地", kind=PhraseKind.TOPIC, first="去本地网点", role=Role.AGENT
    )
    phrase_versions.publish(far)
    library = phrase_reads.published()
    assert library is not None
    assert matcher(library.id or 0, centre.branch_id) is matcher(library.id or 0)
    assert matcher(library.id or 0, centre.far_branch_id) is not matcher(library.id or 0)
    with pytest.raises(NotFound):
        phrase_reads.group_of(library, row.group, near)
    phrase_offers.propose(far, group=row.group)
    phrase_offers.adopt(headquarters, group=row.group)
    phrase_versions.publish(headquarters)
    assert phrase_reads.group_of(phrase_reads.published(), row.group, near).branch_id is None


@pytest.mark.parametrize(
    "end",
    [
        phrase_writes.discard_draft,
        lambda far: phrase_writes.import_table(far, "group,name,kind,role,phrase\n", replace=True),
    ],
    ids=["discarded", "replaced by a table without it"],
)
def test_a_proposed_group_that_is_gone_is_proposed_no_more(
    far: Actor, end: Callable[[Actor], object]
) -> None:
    phrase_writes.start_draft(far)
    row = phrase_writes.add_group(
        far, name="本地", kind=PhraseKind.TOPIC, first="去本地网点", role=Role.AGENT
    )
    proposed = phrase_offers.propose(far, group=row.group)
    end(far)
    with reading() as session:
        assert session.get_one(Proposal, proposed.id).state is ProposalState.WITHDRAWN


def test_a_long_table_of_a_branch_is_asked_about_a_group_at_a_time(far: Actor) -> None:
    def table(n: int) -> str:
        return "group,name,kind,role,phrase\n" + "\n".join(
            f"local,本地,topic,agent,{'网点'[n % 2]}{chr(0x4E00 + n)}{chr(0x5E00 + n)}" for n in range(n)
        )

    phrase_writes.start_draft(far)
    sent = []
    for n in (5, 10, 60):
        with asked() as seen:
            assert phrase_writes.import_table(far, table(n), replace=True) == n
        sent.append(sum(statement.startswith("SELECT") for statement, _ in seen))
    assert sent[2] == sent[1]


def test_publishing_does_not_compare_every_phrase_with_every_other(
    far: Actor, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    headquarters = centre.actors["headquarters"]
    phrase_writes.start_draft(headquarters)
    phrase_writes.add_phrase(headquarters, group="greeting", text="您吉祥如意", role=Role.AGENT)
    compared: list[object] = []
    monkeypatch.setattr(PhraseRow, "__eq__", lambda one, other: bool(compared.append(one)) or one is other)
    phrase_versions.publish(headquarters)
    assert compared == []
