"""Signing in: passwords, throttling, sessions, form tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlmodel import select

from qm.core import clock
from qm.core.database import writing
from qm.models import SignInAttempt, User
from qm.people.writes import sign_in as sign_in_writes
from tests.support.people import PASSWORD, Centre


def attempt(app: Flask, username: str, password: str, address: str = "10.0.0.1") -> int:
    return (
        app.test_client()
        .post(
            "/sign-in",
            data={"username": username, "password": password},
            environ_base={"REMOTE_ADDR": address},
        )
        .status_code
    )


def test_five_failures_make_the_name_wait_even_with_the_right_password(app: Flask, centre: Centre) -> None:
    assert [attempt(app, "inspector", "wrong") for _ in range(5)] == [401] * 5
    assert attempt(app, "inspector", PASSWORD) == 429
    assert attempt(app, "leader", PASSWORD) == 302, "others at the same address are not locked out"


def test_the_wait_ends(app: Flask, centre: Centre) -> None:
    for _ in range(5):
        attempt(app, "inspector", "wrong")
    with writing() as session:
        for row in session.exec(select(SignInAttempt)).all():
            row.at = clock.now() - timedelta(minutes=16)
            session.add(row)
    assert attempt(app, "inspector", PASSWORD) == 302


def test_an_address_that_tries_many_names_waits_too(app: Flask, centre: Centre) -> None:
    statuses = [attempt(app, f"name{number}", "wrong") for number in range(50)]
    assert statuses == [401] * 50
    assert attempt(app, "inspector", PASSWORD) == 429
    assert attempt(app, "inspector", PASSWORD, address="10.0.0.2") == 302


def test_unknown_name_and_wrong_password_answer_alike(centre: Centre) -> None:
    for name in ("inspector", "nobody"):
        with pytest.raises(sign_in_writes.SignInRefused):
            sign_in_writes.sign_in(username=name, password="wrong", address="10.0.0.1")


def test_a_switched_off_person_is_signed_out_at_once(app: Flask, client_of) -> None:
    client = client_of("inspector")
    assert client.get("/search-nothing").status_code == 404
    with writing() as session:
        user = session.exec(select(User).where(User.username == "inspector")).one()
        user.active = False
        session.add(user)
    answer = client.get("/")
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


def test_forms_without_their_token_are_refused(centre: Centre, config: object) -> None:
    from qm.app import create_app

    client = create_app().test_client()
    answer = client.post("/sign-in", data={"username": "inspector", "password": PASSWORD})
    assert answer.status_code == 400


def test_pages_carry_their_protection_headers(app: Flask) -> None:
    headers = app.test_client().get("/sign-in").headers
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
