"""Searching what was said, with snippets that seek."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from qm.core.actor import UserRole
from qm.frame.access import actor, allow
from qm.frame.numbers import row_number
from qm.hearing.reads import search as search_reads
from recorder.types import Role

blueprint = Blueprint("search", __name__)


def _role(value: str | None) -> Role | None:
    return Role(value) if value in {Role.AGENT, Role.CUSTOMER} else None


@blueprint.get("/desk/search")
@allow(UserRole.INSPECTOR, UserRole.SUPERVISOR, UserRole.LEADER)
def search() -> ResponseReturnValue:
    """The search box and a page of matches."""
    query = request.args.get("q", "").strip()[:100]
    role = _role(request.args.get("role"))
    page = max(1, request.args.get("page", 1, type=row_number))
    results = search_reads.search(actor(), query, role=role, page=page)
    return render_template("hearing/search.html", results=results, role=role, Role=Role)
