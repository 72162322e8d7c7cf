"""What a branch sees is its own; headquarters see all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qm.core import audit
from qm.core.actor import SYSTEM, Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.intake.writes.ingest import ingest
from qm.models import RuleMark, RuleVersion, ShadowFinding, VersionState
from qm.people.writes import teams as team_writes
from qm.rules.reads import figures as rule_figures
from qm.upkeep.reads import audit as audit_reads
from recorder.types import Refusal
from scoring.types import Verdict
from tests.support.calls import fields, sound
from tests.support.people import Centre, build_centre
from tests.support.scored import add_call, add_scored


@pytest.fixture
def team(any_database: str) -> Centre:
    return build_centre()


def branch_administrator(team: Centre, branch_id: int) -> Actor:
    return replace(team.actors["administrator"], branch_id=branch_id)


def seen(actor: Actor) -> set[tuple[str, str]]:
    return {(line.event.action, line.event.subject_id) for line in audit_reads.lines(actor)}


def test_a_branch_sees_what_happened_to_its_own_things_whoever_did_it(team: Centre) -> None:
    near, far = add_scored(team.agent_id), add_scored(team.far_agent_id)
    headquarters = team.actors["headquarters"]
    for scored in (near, far):
        audit.record(headquarters, audit.AuditAction.RECORDING_LISTENED, scored.recording_id)
        audit.record(headquarters, audit.AuditAction.EVALUATION_PACK_EXPORTED, scored.evaluation_id)
        audit.record(SYSTEM, audit.AuditAction.JOB_MENDED, scored.recording_id)
    mine = seen(branch_administrator(team, team.branch_id))
    theirs = seen(branch_administrator(team, team.far_branch_id))
    assert {subject for _, subject in mine} >= {near.recording_id, str(near.evaluation_id)}
    assert ("job_mended", near.recording_id) in mine
    assert not mine & theirs
    assert seen(team.actors["administrator"]) >= mine | theirs


def test_what_a_branch_did_to_another_branches_call_is_told_there_and_at_headquarters(team: Centre) -> None:
    far = add_scored(team.far_agent_id)
    audit.record(team.actors["supervisor"], audit.AuditAction.RECORDING_LISTENED, far.recording_id)
    event = ("recording_listened", far.recording_id)
    assert event not in seen(branch_administrator(team, team.branch_id))
    assert event in seen(branch_administrator(team, team.far_branch_id))
    assert event in seen(team.actors["administrator"])


def test_people_teams_and_agents_of_another_branch_stay_out_of_the_list_and_of_the_counts(
    team: Centre,
) -> None:
    administrator = team.actors["administrator"]
    team_writes.add_team(administrator, branch_id=team.far_branch_id, name="新班组")
    team_writes.add_agent(administrator, team_id=team.far_team_id, number="9009", name="远")
    near = branch_administrator(team, team.branch_id)
    assert audit_reads.lines(near) == ()
    assert audit_reads.actions(near) == []
    assert {action for action, _ in audit_reads.actions(administrator)} >= {"team_added", "agent_added"}


def test_marks_and_shadow_figures_count_the_calls_one_may_see(team: Centre) -> None:
    near, far = add_call(team.agent_id), add_call(team.far_agent_id)
    with writing() as session:
        draft = RuleVersion(
            key="r",
            version=1,
            title="r",
            state=VersionState.DRAFT,
            shadow=True,
            document="x",
            created_at=now(),
        )
        session.add(draft)
        session.flush()
        for call in (near, far):
            session.add(RuleMark(rule_key="r", recording_id=call, present=True, marked_at=now()))
            session.add(
                ShadowFinding(rule_id=draft.id or 0, recording_id=call, verdict=Verdict.MET, judged_at=now())
            )
    supervisor, headquarters = team.actors["supervisor"], team.actors["headquarters"]
    assert rule_figures.marks(supervisor, "r")["r"].keys() == {near}
    assert rule_figures.shadow_verdicts(supervisor, draft.id or 0).keys() == {near}
    assert rule_figures.marks(headquarters)["r"].keys() == {near, far}
    assert rule_figures.shadow_verdicts(headquarters, draft.id or 0).keys() == {near, far}


@pytest.mark.parametrize("same_call", [True, False])
def test_a_refused_duplicate_names_no_call_of_another_branch(
    centre: Centre, tmp_path: Path, same_call: bool
) -> None:
    first = ingest(sound(tmp_path), fields(), actor=SYSTEM, filename="a.wav")
    far = Actor(None, "far", "远", UserRole.SUPERVISOR, branch_id=centre.far_branch_id)
    again = {**fields(agent_no="9001"), **({} if same_call else {"external_id": "another"})}
    refused = ingest(sound(tmp_path), again, actor=far, filename="a.wav")
    assert refused.reason is (Refusal.DUPLICATE_ID if same_call else Refusal.DUPLICATE_CONTENT)
    assert refused.existing_id is None
    assert (first.recording_id or "") not in refused.detail
    assert fields()["external_id"] not in refused.detail
    near = ingest(sound(tmp_path), fields(), actor=centre.actors["supervisor"], filename="a.wav")
    assert near.existing_id == first.recording_id
