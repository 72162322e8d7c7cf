"""A second branch with a supervisor of its own, beside the centre of the tests."""

from __future__ import annotations

import pytest

from qm.app.seeds import ensure_seeded
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.identity import actor_of
from qm.models import (
    RubricVersion,
    User,
)
from qm.rubrics.reads.versions import published
from qm.rules.writes import versions as rule_writes
from tests.support.house import rule_text
from tests.support.people import _HASH, Centre

NEW_KEY = "own_rule"


@pytest.fixture
def far(centre: Centre) -> Actor:
    """The supervisor of the second branch, which has no calls yet."""
    ensure_seeded()
    with writing() as session:
        user = User(
            username="far_supervisor",
            name="Far",
            role=UserRole.SUPERVISOR,
            password_hash=_HASH,
            branch_id=centre.far_branch_id,
            created_at=now(),
        )
        session.add(user)
        session.flush()
        return actor_of(user)


def general() -> RubricVersion:
    return next(row for row in published() if row.key == "phone_banking")


def own_rule(actor: Actor, key: str = NEW_KEY) -> None:
    rule_writes.create(actor, document=rule_text(key, "去本地网点"))
    rule_writes.publish(actor, key)
