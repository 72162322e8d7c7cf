"""Every route, called as everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from qm.app.permissions_page import page, routes
from qm.core.actor import UserRole
from qm.frame.access import PUBLIC, allowed_roles

PERSON_OF_ROLE = {
    UserRole.INSPECTOR: "inspector",
    UserRole.AGENT: "agent",
    UserRole.LEADER: "leader",
    UserRole.SUPERVISOR: "headquarters",
    UserRole.ADMINISTRATOR: "administrator",
}
"""The supervisor is of headquarters: what a branch may not change its write refuses, not its route."""


def path_of(url_map: Map, endpoint: str, method: str) -> str:
    """A path of the endpoint, with things that do not exist."""
    rule = next(r for r in url_map.iter_rules(endpoint) if method in (r.methods or set()))
    values = {name: _missing(rule._converters[name]) for name in rule.arguments}
    return url_map.bind("localhost").build(endpoint, values, method=method)


def _missing(converter: object) -> object:
    return 999_999 if isinstance(converter, IntegerConverter) else "missing"


def test_every_route_says_who_may(app: Flask) -> None:
    silent = [endpoint for _path, _method, endpoint in routes(app) if allowed_roles(app, endpoint) is None]
    assert silent == []


def test_everybody_gets_in_exactly_where_the_route_says(app: Flask, client_of, monkeypatch) -> None:
    """Whoever is named is not turned away; whoever is not, is: 403, or sign-in for a stranger."""
    wrong: list[str] = []
    clients = {role: client_of(name) for role, name in PERSON_OF_ROLE.items()}
    stranger = app.test_client()
    for path, method, endpoint in routes(app):
        if endpoint.startswith(("auth.", "api.")):
            continue  # signing out would end the test's sessions; tokens have their own test
        roles = allowed_roles(app, endpoint)
        url = path_of(app.url_map, endpoint, method)
        for role, client in clients.items():
            status = client.open(url, method=method).status_code
            may = roles == PUBLIC or role in (roles or ())
            if (status == 403) == may or (status >= 500 and endpoint != "home.ready"):
                wrong.append(f"{method} {path} as {role}: {status}")
        status = stranger.open(url, method=method).status_code
        expected = {200, 503} if roles == PUBLIC else {302, 401}
        if status not in expected:
            wrong.append(f"{method} {path} as a stranger: {status}")
    assert wrong == []


def test_api_routes_refuse_a_missing_and_a_wrong_token(app: Flask) -> None:
    client = app.test_client()
    tried = 0
    for _path, method, endpoint in routes(app):
        if not endpoint.startswith("api."):
            continue
        url = path_of(app.url_map, endpoint, method)
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
            answer = client.open(url, method=method, headers=headers)
            assert answer.status_code == 401, (method, url)
            assert answer.json["error"]["code"] == "sign_in_needed"
            tried += 1
    assert tried >= 3


def test_the_documented_matrix_equals_the_code(app: Flask) -> None:
    document = Path(__file__).parents[3] / "docs" / "permissions.md"
    assert document.read_text("utf-8") == page(app), "run `make docs`"


def test_a_view_without_a_word_is_closed_to_everybody(app: Flask, client_of) -> None:
    inspector = client_of("inspector")
    app.view_functions["forgotten"] = lambda: "open"
    app.url_map._rules_by_endpoint  # noqa: B018 - the map is built
    app.url_map._remapping = False
    app.url_map.add(app.url_rule_class("/forgotten", endpoint="forgotten"))
    assert inspector.get("/forgotten").status_code == 403


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/x", "/\\evil.example", "javascript:x"]
)
def test_sign_in_never_leads_to_another_site(app: Flask, target: str) -> None:
    answer = app.test_client().post(
        "/sign-in", query_string={"next": target}, data={"username": "inspector", "password": "correct horse"}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"
