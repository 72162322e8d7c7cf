"""Every GET endpoint with real rows: as each role and as people with other rows, in both languages."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qs, urlsplit

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from qm.app import create_app
from qm.core import database
from qm.core.actor import UserRole
from qm.core.paths import TRANSLATIONS
from qm.core.settings import settings
from tests.support.every_page import PEOPLE, VISITS, Furnished, Visit, documented, expected_status, get_rules
from tests.support.furnished import Rows, token_of
from tests.support.people import sign_in
from tests.support.sound_html import data_texts, faults_of, left_in_chinese, links_of

ROLES = ("inspector", "agent", "leader", "supervisor", "headquarters", "administrator")
OTHERS = tuple(person for person in PEOPLE if person not in ROLES)
ASKED = [(person, locale) for person in ROLES for locale in ("zh", "en")] + [(who, "zh") for who in OTHERS]
"""Who has other rows is asked in one language: they get a refusal, or lists of their own."""
HEADER = re.compile(r'<header class="top">.*?<nav[^>]*>(.*?)</nav>', re.DOTALL)
WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?\w+", re.IGNORECASE)


@dataclass
class Opened:
    """The application over a copy of the furnished installation, and a browser for each person."""

    app: Flask
    rows: Rows
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    @cached_property
    def data(self) -> frozenset[str]:
        """What people wrote and said."""
        with database.reading() as session:
            return data_texts(session)

    @cached_property
    def interface(self) -> frozenset[str]:
        """The texts of the interface, in Chinese."""
        with (TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
            catalogue = read_po(file, locale="en")
        return frozenset(m.id for m in catalogue if m.id and isinstance(m.id, str) and m.id != m.string)

    def url(self, asked: Visit) -> str:
        """The address of a visit."""
        return self.app.url_map.bind("localhost").build(asked.endpoint, dict(asked.values(self.rows)))

    def get(self, url: str, person: str, locale: str) -> TestResponse:
        """Open an address as a person; what that writes is in `written`."""
        if person not in self.clients:
            self.clients[person] = sign_in(self.app.test_client(), person)
        client = self.clients[person]
        client.set_cookie("locale", locale)
        self.written.clear()
        return client.get(url, headers={"Authorization": f"Bearer {token_of(person)}"})


LISTENED = ["INSERT INTO listening", "INSERT INTO audit_event"]
"""What a page that plays a call may write, the first time."""


@pytest.fixture(scope="module")
def opened(furnished: Furnished) -> Iterator[Opened]:
    """Reading writes nothing, so all tests share one application."""
    with pytest.MonkeyPatch.context() as patch:
        folder = shutil.copytree(furnished.folder, furnished.folder.with_name("opened"), dirs_exist_ok=True)
        patch.setenv("QM_DATA_DIR", str(folder))
        patch.setenv("QM_SECRET_KEY", "only for tests")
        patch.setenv("QM_WORKER_PROCESSES", "0")
        settings.cache_clear()
        engine = database.make_engine(settings().resolved_database_url)
        database.bind(engine)
        found = Opened(create_app(), furnished.rows)
        event.listen(engine, "before_cursor_execute", lambda *args: _note(found.written, args[2]))
        yield found
        database.unbind()
    settings.cache_clear()


def _note(written: list[str], statement: str) -> None:
    match = WRITES.match(statement)
    if match:
        written.append(match[0])


def test_the_list_of_visits_equals_the_route_map(opened: Opened) -> None:
    assert {visit.endpoint for visit in VISITS} == set(get_rules(opened.app))
    assert len({visit.name for visit in VISITS}) == len(VISITS)


def test_no_endpoint_is_only_refused(opened: Opened) -> None:
    """Who is documented for an endpoint opens one of its rows; but administrators hear no sound."""
    allowed, rules = documented(), get_rules(opened.app)
    missing = {
        (visit.endpoint, role)
        for visit in VISITS
        for role in allowed.get(rules[visit.endpoint]) or ()
        if not any(
            PEOPLE[person] is role and person not in other.hidden_from
            for other in VISITS
            if other.endpoint == visit.endpoint
            for person in PEOPLE
        )
    }
    administrator = UserRole.ADMINISTRATOR
    assert missing == {("media.audio", administrator), ("media.peaks", administrator)}


@pytest.mark.parametrize(("person", "locale"), ASKED, ids=lambda value: value)
@pytest.mark.parametrize("asked", VISITS, ids=lambda visit: visit.name)
def test_everybody_gets_the_documented_answer_and_pages_are_sound(
    opened: Opened, asked: Visit, person: str, locale: str
) -> None:
    """Status as documented; pages are valid, titled, labelled, in their language; nothing is written."""
    roles = documented().get(get_rules(opened.app)[asked.endpoint])
    answer = opened.get(opened.url(asked), person, locale)
    body = answer.text if answer.mimetype == "text/html" else ""
    answer.close()
    expected = expected_status(asked, person, roles)
    assert answer.status_code == expected, opened.url(asked)
    heard = expected == 200 and asked.listens
    assert opened.written == (LISTENED if heard and opened.written else [])
    if expected == 200:
        assert answer.mimetype == asked.kind
    if body and expected != 302:
        assert list(faults_of(body)) == []
    if header := HEADER.search(body):
        assert header[1].count('aria-current="page"') == 1, "the header says where one is"
    if body and locale == "en":
        typed = {str(value) for value in asked.values(opened.rows).values()}
        assert left_in_chinese(body, opened.data | typed, opened.interface) == []


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_sign_in_page_is_sound(opened: Opened, locale: str) -> None:
    client = opened.app.test_client()
    client.set_cookie("locale", locale)
    page = client.get("/sign-in")
    assert page.status_code == 200
    assert list(faults_of(page.text)) == []
    assert locale == "zh" or left_in_chinese(page.text, opened.data, opened.interface) == []


@pytest.mark.parametrize("person", ROLES)
def test_every_kind_of_link_opens_for_the_person_who_sees_it(opened: Opened, person: str) -> None:
    """One link of each endpoint with each set of query fields is followed; what it opens is sound as well."""
    wrong: list[str] = []
    links = {link: page for page in _own_pages(opened, person) for link in links_of(page)}
    assert links
    for link in _one_of_each_kind(opened.app, links):
        answer = opened.get(link, person, "zh")
        faults = list(faults_of(answer.text)) if answer.mimetype == "text/html" else []
        front = urlsplit(link).path == "/"  # leads on to where each role begins
        if answer.status_code != (302 if front else 200) or faults:
            wrong.append(f"{link}: {answer.status_code} {faults}")
        answer.close()
    assert wrong == []


def _own_pages(opened: Opened, person: str) -> Iterator[str]:
    """The pages of a person, as they are sent."""
    allowed, rules = documented(), get_rules(opened.app)
    for visit in VISITS:
        if visit.is_page and expected_status(visit, person, allowed.get(rules[visit.endpoint])) == 200:
            yield opened.get(opened.url(visit), person, "zh").text


def _one_of_each_kind(app: Flask, links: Iterable[str]) -> list[str]:
    """A link for each endpoint and set of query fields; not to sound, since listening is on record."""
    adapter, found = app.url_map.bind("localhost"), {}
    for link in links:
        parts = urlsplit(link)
        endpoint, _values = adapter.match(parts.path)
        if not endpoint.startswith("media."):
            found.setdefault((endpoint, *sorted(parse_qs(parts.query))), link)
    return list(found.values())
