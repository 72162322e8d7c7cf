"""What belongs to whom: a branch changes its own and proposes for the centre's (docs/adr/0009)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from qm.app.seeds import ensure_seeded
from qm.core import database
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import NotFound
from qm.core.identity import actor_of
from qm.core.ownership import NotTheOwner
from qm.core.visibility import recording_for
from qm.jobs import schema
from qm.judging.writes import learning_runs
from qm.models import (
    Branch,
    JobState,
    LearningRun,
    User,
    VersionState,
)
from qm.phrases.writes import library as phrase_writes
from qm.rubrics.reads.bindings import versions_for
from qm.rubrics.writes import bindings as binding_writes
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import versions as rubric_writes
from qm.rules.reads import versions as rule_reads
from qm.rules.reads.contacts import policy_of
from qm.rules.writes import contact_policy
from qm.rules.writes import versions as rule_writes
from recorder.types import Role
from scoring.rubric import rubric_from_dict
from scoring.types import Rubric
from tests.support.branches import NEW_KEY, general, own_rule
from tests.support.people import Centre
from tests.support.scored import add_call


def test_a_second_branch_can_neither_retire_nor_publish_what_is_the_houses(far: Actor) -> None:
    """The fault that this mends: the supervisor of an empty branch retired every form and rule."""
    with pytest.raises(NotTheOwner):
        rule_writes.retire(far, "greeting")
    with pytest.raises(NotTheOwner):
        rubric_writes.retire(far, general().id or 0)
    rule_writes.start_draft(far, "greeting")
    with pytest.raises(NotTheOwner):
        rule_writes.publish(far, "greeting")
    draft = rubric_drafts.copy(far, general().id or 0)
    with pytest.raises(NotTheOwner):
        rubric_writes.publish(far, draft.id or 0)
    phrase_writes.start_draft(far)
    for change in (
        lambda: phrase_writes.add_phrase(far, group="greeting", text="您吉祥", role=Role.AGENT),
        lambda: phrase_writes.rename_group(far, group="greeting", name="问好"),
    ):
        with pytest.raises(NotTheOwner):
            change()
    assert rule_reads.line("greeting").in_force is not None
    assert general().state is VersionState.PUBLISHED


def test_the_only_branch_there_is_speaks_for_the_house(sqlite: None) -> None:
    ensure_seeded()
    with writing() as session:
        branch = Branch(name="唯一")
        session.add(branch)
        session.flush()
        user = User(
            username="one", name="One", role=UserRole.SUPERVISOR, password_hash="x", branch_id=branch.id,
            created_at=now(),
        )  # fmt: skip
        session.add(user)
        session.flush()
        actor = actor_of(user)
    rule_writes.retire(actor, "greeting")
    own_rule(actor)
    assert rule_reads.line(NEW_KEY).branch_id is None, "made for the house, and stays so"


def test_a_branchs_form_is_bound_to_its_own_calls_before_the_centres(far: Actor, centre: Centre) -> None:
    headquarters = centre.actors["headquarters"]
    made = rubric_writes.import_draft(far, _own_form())
    rubric_writes.publish(far, made.id or 0)
    common = {"queue": "", "team_id": None, "direction": "", "to_day": None}
    binding_writes.bind(far, rubric_key="own_form", from_day=date(2020, 1, 1), **common)
    binding_writes.bind(headquarters, rubric_key="outbound", from_day=date(2021, 1, 1), **common)
    calls = [recording_for(headquarters, add_call(n)) for n in (centre.agent_id, centre.far_agent_id)]
    found = versions_for(calls)
    keys = [row.key for row in (found[calls[0].id], found[calls[1].id]) if row]
    assert keys == ["outbound", "own_form"]
    with pytest.raises(binding_writes.BindingUnusable):
        binding_writes.bind(
            centre.actors["supervisor"], rubric_key="own_form", from_day=date(2020, 1, 1),
            **{**common, "team_id": centre.team_id},
        )  # fmt: skip


def test_a_training_for_a_branchs_form_is_stopped_by_nobody_elses_supervisor(
    far: Actor, centre: Centre
) -> None:
    made = rubric_writes.import_draft(far, _own_form())
    rubric_writes.publish(far, made.id or 0)
    run = LearningRun(
        rubric_key="own_form", criterion="courtesy", state=JobState.QUEUED, created_at=now(), updated_at=now()
    )
    with writing() as session:
        session.add(run)
    with pytest.raises(NotFound):
        learning_runs.cancel(centre.actors["supervisor"], run.id or 0)
    learning_runs.cancel(far, run.id or 0)


def test_a_branchs_policy_is_its_own_and_changes_nobody_elses(far: Actor, centre: Centre) -> None:
    before = policy_of(centre.branch_id)
    values = {"quiet_from": "20:00", "quiet_until": "09:00", "max_per_day": 1, "direction": "outbound"}
    contact_policy.set_policy(far, **values)  # type: ignore[arg-type]
    assert policy_of(centre.far_branch_id).max_per_day == 1
    assert policy_of(centre.branch_id) == before == policy_of(None)


def _own_form() -> Rubric:
    return replace(rubric_from_dict(general().document), key="own_form", title="本地表")


def test_upgrading_leaves_everything_with_the_centre_and_a_published_owner_cannot_be_changed(
    any_database: str,
) -> None:
    ensure_seeded()
    schema.roll_back("0008")
    with database.engine().begin() as connection:
        before = connection.execute(sa.text("SELECT count(*) FROM phrase")).scalar()
    schema.migrate()
    with database.engine().begin() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM phrase")).scalar() == before
        for table in ("phrase", "rule_version", "rubric_version"):
            own = sa.text(f"SELECT count(*) FROM {table} WHERE branch_id IS NOT NULL")
            assert connection.execute(own).scalar() == 0
    with writing() as session:
        session.add(Branch(name="某机构"))
    for table in ("phrase", "rule_version", "rubric_version"):
        with pytest.raises(sa.exc.DBAPIError), database.engine().begin() as connection:
            connection.execute(sa.text(f"UPDATE {table} SET branch_id = 1"))
