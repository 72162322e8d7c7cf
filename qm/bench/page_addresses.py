"""An address for every GET endpoint, with the keys of things that a generated installation holds.

Complete by construction: endpoints come from the application's own map, and one whose keys nobody gave
is named with the reason. Rules are written here by path, since paths never change.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask
from sqlmodel import col, select
from werkzeug.routing import BuildError, Rule

from qm.bench.generated import Generated
from qm.core.actor import UserRole
from qm.core.database import reading
from qm.core.visibility import released_by_a_person
from qm.frame.access import PUBLIC, allowed_roles
from qm.models import Assignment, AssignmentState, Evaluation, Recording

ROLES = (UserRole.INSPECTOR, UserRole.LEADER, UserRole.AGENT, UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
"""A page is for the first of these that may open it: pages of records name their role alone."""
API = "/api/"
MACHINE = UserRole.SUPERVISOR
"""Whose token a machine brings."""

_QUERIES = {"/desk/search": {"q": "您好"}, "/team/": {"period": "month"}}
"""What makes a page show something."""


@dataclass(frozen=True, slots=True)
class Address:
    """How one endpoint is opened."""

    endpoint: str
    path: str
    """The rule, as in the application's map."""
    role: UserRole | None
    """None: a page that the world may open."""
    url: str
    """Empty where it cannot be opened."""
    reason: str = ""
    """Why it cannot."""


def addresses(app: Flask, made: Generated) -> list[Address]:
    """One for each rule that answers GET, by path."""
    given, by_path = _keys(made)
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    return [
        _address(app, rule, given | by_path.get(rule.rule, {}))
        for rule in rules
        if "GET" in (rule.methods or ())
    ]


def _address(app: Flask, rule: Rule, given: dict[str, object]) -> Address:
    roles = allowed_roles(app, rule.endpoint)
    role = next((item for item in ROLES if item in (roles or ())), None)
    if rule.rule.startswith(API):
        role = MACHINE
    if roles is None or (roles != PUBLIC and role is None):
        return Address(rule.endpoint, rule.rule, None, "", "no role may open it")
    lacking = sorted(rule.arguments - {name for name, value in given.items() if value})
    if lacking:
        return Address(rule.endpoint, rule.rule, role, "", f"nothing generated for {', '.join(lacking)}")
    values = {name: given[name] for name in rule.arguments}
    try:
        url = app.url_map.bind("localhost").build(rule.endpoint, values, method="GET")
    except BuildError as error:
        return Address(rule.endpoint, rule.rule, role, "", str(error))
    query = _QUERIES.get(rule.rule)
    return Address(rule.endpoint, rule.rule, role, f"{url}?{urlencode(query)}" if query else url)


def _keys(made: Generated) -> tuple[dict[str, object], dict[str, dict[str, object]]]:
    """Values by the name of a part of a path, and what a path wants otherwise."""
    agent_id, kinds = made.people.first_team[0], made.kinds
    with reading() as session:
        scored = session.exec(
            select(Evaluation)
            .join(Recording, col(Recording.id) == Evaluation.recording_id)
            .where(Evaluation.agent_id == agent_id, released_by_a_person())
            .order_by(col(Recording.started_at).desc())
        ).first()
        waiting = session.exec(
            select(Assignment.recording_id).where(Assignment.state == AssignmentState.OPEN)
        ).first()
    recording_id = scored.recording_id if scored else None
    given: dict[str, object] = {
        "recording_id": recording_id,
        "evaluation_id": scored.id if scored else None,
        "agent_id": agent_id,
        "user_id": made.people.users[UserRole.INSPECTOR.value],
        "rubric_id": kinds.rubric,
        "rubric_key": kinds.rubric_key,
        "criterion": kinds.criterion,
        "kind": "xlsx",
        "key": kinds.rule,
        "group": kinds.phrase_group,
        "quarantine_id": kinds.quarantined,
        "run_id": kinds.whatif_run,
        "restatement_id": kinds.restatement,
        "filename": "layouts/app.css",
    }
    return given, {
        "/manage/rubrics/<int:rubric_id>/build": {"rubric_id": kinds.rubric_draft},
        "/desk/review/<recording_id>": {"recording_id": waiting or recording_id},
    }
