"""Writes `docs/permissions.md`: every route and who may call it. `python -m qm.app.permissions_page`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Flask

from qm.core.actor import UserRole
from qm.frame.access import PUBLIC, allowed_roles

_HEAD = """# Who may call which route

Everything is denied unless a route says who may; a test calls every route as everybody.
Within a route, each look-up narrows further: agents to their own released evaluations, leaders to
their team, inspectors and supervisors to their branch.
This page is written by `make docs`; a test keeps it equal to the code.

"""


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """(path, method, endpoint) of every route, static files left out."""
    return sorted(
        (rule.rule, method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


def page(app: Flask) -> str:
    """The whole page, Markdown."""
    lines = [
        "| route | method | everybody | " + " | ".join(UserRole) + " |",
        "|" + "---|" * (3 + len(UserRole)),
    ]
    for path, method, endpoint in routes(app):
        roles = allowed_roles(app, endpoint)
        open_to_all = "✓" if roles == PUBLIC else ""
        marks = ["✓" if roles and role in roles else "" for role in UserRole]
        lines.append(f"| `{path}` | {method} | {open_to_all} | " + " | ".join(marks) + " |")
    return _HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    from qm.app import create_app
    from qm.core.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        print(page(create_app(Settings(data_dir=Path(folder)))), end="")
