"""Searching what was said, with snippets that seek."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from qm.actor import UserRole
from qm.queries import search as queries
from qm.web.access import actor, allow
from qm.web.desk import blueprint
from qm.web.numbers import row_number
from recorder.types import Role


def _role(value: str | None) -> Role | None:
    return Role(value) if value in {Role.AGENT, Role.CUSTOMER} else None


@blueprint.get("/search")
@allow(UserRole.INSPECTOR, UserRole.SUPERVISOR, UserRole.LEADER)
def search() -> ResponseReturnValue:
    """The search box and a page of matches."""
    query = request.args.get("q", "").strip()[:100]
    role = _role(request.args.get("role"))
    page = max(1, request.args.get("page", 1, type=row_number))
    results = queries.search(actor(), query, role=role, page=page)
    return render_template("pages/desk/search.html", results=results, role=role, Role=Role)
