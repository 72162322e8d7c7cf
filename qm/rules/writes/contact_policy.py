"""When and how often customers may be called: set by supervisors, each change kept."""

from __future__ import annotations

from datetime import time

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import InvalidInput
from qm.models import ContactPolicyRow
from scoring.rules import ContactPolicy

MAX_PER_DAY = 50
DIRECTIONS = ("outbound", "inbound", "")


class PolicyUnusable(InvalidInput):
    """Something that no policy can say."""

    message = "请填写开始和结束时间（如 22:00），每天最多次数为 1 到 %(most)d 的整数。"


def set_policy(
    actor: Actor, *, quiet_from: str, quiet_until: str, max_per_day: int, direction: str
) -> ContactPolicy:
    """Change the policy of the person's branch; headquarters' holds wherever a branch has none.

    Times as `22:00`. Raises `Forbidden` for anyone but supervisors, `PolicyUnusable`.
    """
    actor.require(UserRole.SUPERVISOR)
    try:
        begin, end = time.fromisoformat(quiet_from), time.fromisoformat(quiet_until)
    except ValueError as error:
        raise PolicyUnusable(most=MAX_PER_DAY) from error
    if not 1 <= max_per_day <= MAX_PER_DAY or direction not in DIRECTIONS:
        raise PolicyUnusable(most=MAX_PER_DAY)
    row = ContactPolicyRow(
        branch_id=actor.branch_id,
        quiet_from=f"{begin:%H:%M}",
        quiet_until=f"{end:%H:%M}",
        max_per_day=max_per_day,
        direction=direction,
        changed_at=now(),
        changed_by=actor.user_id,
    )
    with writing() as session:
        session.add(row)
        session.flush()
        detail = row.model_dump(include={"quiet_from", "quiet_until", "max_per_day", "direction"})
        audit.record(actor, audit.AuditAction.CONTACT_POLICY_CHANGED, row.id, **detail)
    return ContactPolicy(begin, end, max_per_day, direction)
