"""A branch's rules judge its own calls; its proposals are published or declined."""

from __future__ import annotations

import pytest
from sqlmodel import select

from qm.core.actor import Actor
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.ownership import DraftOfOthers, NotTheOwner
from qm.hearing.writes import scan as scan_writes
from qm.judging.writes import prescore as prescore_writes
from qm.models import (
    FindingRow,
    ProposalKind,
    ProposalState,
)
from qm.proposals import reads as proposal_reads
from qm.proposals import writes as proposal_writes
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import versions as rubric_writes
from qm.rules.reads import versions as rule_reads
from qm.rules.writes import judging as rule_judging
from qm.rules.writes import versions as rule_writes
from tests.support.branches import NEW_KEY, general, own_rule
from tests.support.house import hear, rule_text
from tests.support.people import Centre
from tests.support.scored import add_call


def test_a_branchs_rule_judges_its_own_calls_and_no_others(far: Actor, centre: Centre) -> None:
    near_call, far_call = add_call(centre.agent_id), add_call(centre.far_agent_id)
    for call in (near_call, far_call):
        hear(call, "请您去本地网点办理")
    own_rule(far)
    for call in (near_call, far_call):
        _judge(call)
    with reading() as session:
        judged = session.exec(select(FindingRow.recording_id).where(FindingRow.rule_key == NEW_KEY)).all()
    assert judged == [far_call]
    assert NEW_KEY not in {name[2] for name in rule_judging.rules_for(centre.branch_id).published}


def _judge(recording_id: str) -> None:
    scan_writes.scan(recording_id)
    prescore_writes.prescore(recording_id)


def test_another_branchs_rule_is_not_there_to_read_or_change(far: Actor, centre: Centre) -> None:
    own_rule(far)
    near = centre.actors["supervisor"]
    assert NEW_KEY not in {line.key for line in rule_reads.lines(near)}
    for act in (rule_writes.start_draft, rule_writes.retire, rule_writes.publish):
        with pytest.raises(NotFound):
            act(near, NEW_KEY)
    assert NEW_KEY in {line.key for line in rule_reads.lines(centre.actors["headquarters"])}


def test_a_proposed_draft_is_published_by_the_centre_for_everybody(far: Actor, centre: Centre) -> None:
    headquarters = centre.actors["headquarters"]
    rule_writes.start_draft(far, "greeting")
    text = rule_reads.line("greeting").shown.document + "# 各地通用\n"
    fixtures = rule_reads.line("greeting").shown.fixtures
    rule_writes.save_draft(far, "greeting", document=text, fixtures=fixtures)
    rule_writes.propose(far, "greeting", note="本地客户都这么问好")
    (line,) = proposal_reads.waiting(headquarters, ProposalKind.RULE)
    assert (line.branch, line.by, line.row.note) == ("南方分中心", "Far", "本地客户都这么问好")
    assert proposal_reads.waiting(centre.actors["supervisor"], ProposalKind.RULE) == ()
    row = rule_writes.publish(headquarters, "greeting")
    assert (row.branch_id, row.document) == (None, text)
    told = proposal_reads.latest(far, ProposalKind.RULE, "greeting")
    assert told is not None
    assert told.row.state is ProposalState.ACCEPTED
    assert told.row.decided_by == headquarters.user_id


def test_a_new_rule_proposed_and_accepted_becomes_the_centres(far: Actor, centre: Centre) -> None:
    rule_writes.create(far, document=rule_text(NEW_KEY))
    rule_writes.propose(far, NEW_KEY)
    rule_writes.publish(centre.actors["headquarters"], NEW_KEY)
    assert rule_reads.line(NEW_KEY).branch_id is None
    with pytest.raises(NotTheOwner):
        rule_writes.retire(far, NEW_KEY)


def test_what_is_declined_says_why_and_stays_the_branchs_draft(far: Actor, centre: Centre) -> None:
    draft = rubric_drafts.copy(far, general().id or 0)
    row = rubric_writes.propose(far, draft.id or 0)
    with pytest.raises(NotTheOwner):
        proposal_writes.decline(far, row.id or 0, answer="不行")
    with pytest.raises(proposal_writes.AnswerMissing):
        proposal_writes.decline(centre.actors["headquarters"], row.id or 0, answer=" ")
    proposal_writes.decline(centre.actors["headquarters"], row.id or 0, answer="等明年一起改")
    told = proposal_reads.latest(far, ProposalKind.RUBRIC, "phone_banking")
    assert told is not None
    assert (told.row.state, told.row.answer) == (ProposalState.DECLINED, "等明年一起改")
    rubric_writes.discard(far, draft.id or 0)


def test_a_draft_that_changes_after_it_was_proposed_is_proposed_no_more(far: Actor) -> None:
    rule_writes.create(far, document=rule_text(NEW_KEY))
    rule_writes.propose(far, NEW_KEY)
    with pytest.raises(proposal_writes.AlreadyProposed):
        rule_writes.propose(far, NEW_KEY)
    rule_writes.save_draft(far, NEW_KEY, document=rule_text(NEW_KEY, "转别处"), fixtures="")
    assert proposal_reads.open_one(ProposalKind.RULE, NEW_KEY) is None


def test_there_is_one_draft_at_a_time_whoever_writes_it(far: Actor, centre: Centre) -> None:
    rule_writes.start_draft(far, "greeting")
    with pytest.raises(DraftOfOthers):
        rule_writes.start_draft(centre.actors["supervisor"], "greeting")
    rule_writes.discard_draft(centre.actors["headquarters"], "greeting")
    rule_writes.start_draft(centre.actors["supervisor"], "greeting")
