"""Every page that can be reached by links: titled, valid, without inline code, forms with their token."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from qm import database
from qm.web import create_app
from tests.support.heard import bring_in
from tests.support.people import Centre, sign_in

PAGES_MAX = 60
PERSONS = ["inspector", "agent", "leader", "supervisor", "administrator"]


@dataclass(frozen=True)
class Page:
    """One answer, parsed."""

    url: str
    html: str
    tree: object

    def all(self, tag: str) -> list[object]:
        return list(self.tree.iter(tag))


def crawl(client: FlaskClient) -> Iterator[Page]:
    """Follow links from the front page, one URL an endpoint-like shape, until nothing new is found."""
    waiting, seen, shapes = deque(["/"]), set(), set()
    while waiting and len(seen) < PAGES_MAX:
        url = waiting.popleft()
        if url in seen:
            continue
        seen.add(url)
        answer = client.get(url)
        if answer.status_code == 302:
            waiting.appendleft(answer.headers["Location"])
            continue
        assert answer.status_code == 200, (url, answer.status_code)
        if answer.mimetype != "text/html":
            continue
        tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(answer.text)
        yield Page(url, answer.text, tree)
        for link in tree.iter("a"):
            target = urlsplit(link.get("href") or "")
            if target.netloc or not target.path.startswith("/") or target.path.startswith("/media/"):
                continue  # sound is no page, and listening is audited
            shape = (target.path, tuple(sorted(part.split("=")[0] for part in target.query.split("&"))))
            if shape not in shapes:
                shapes.add(shape)
                waiting.append(target.path + (f"?{target.query}" if target.query else ""))


@pytest.fixture
def furnished(centre: Centre, config: object) -> Flask:
    """The application with real form tokens, and three calls brought in."""
    for name in ("p01_card_loss", "p02_rude_transfer", "p05_dead_air"):
        bring_in(name)
    return create_app()


@pytest.mark.parametrize("person", PERSONS)
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_reachable_page_is_sound(furnished: Flask, person: str, locale: str) -> None:
    client = sign_in(furnished.test_client(), person)
    client.set_cookie("locale", locale)
    faults, count = [], 0
    for page in crawl(client):
        count += 1
        faults += [f"{page.url}: {fault}" for fault in faults_of(page)]
    assert faults == []
    assert count >= 2


def faults_of(page: Page) -> Iterator[str]:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parse(page.html)
    yield from (f"invalid HTML: {code} at {place}" for place, code, _data in parser.errors)
    titles = [title.text or "" for title in page.all("title") if title.text]
    if not titles or not titles[0].split("—")[0].strip():
        yield "no title"
    ids = [element.get("id") for element in page.tree.iter() if element.get("id")]
    yield from (f"duplicate id {name}" for name in {name for name in ids if ids.count(name) > 1})
    for element in page.tree.iter():
        yield from (f"inline {name}" for name in element.attrib if name == "style" or name.startswith("on"))
    scripts = (script for script in page.all("script") if "json" not in (script.get("type") or ""))
    yield from ("inline script" for script in scripts if not script.get("src"))
    for form in page.all("form"):
        names = {field.get("name") for field in form.iter("input")}
        if (form.get("method") or "get").lower() == "post" and "csrf_token" not in names:
            yield f"form {form.get('action')} without its token"
    labels = {label.get("for") for label in page.all("label")}
    for field in [*page.all("input"), *page.all("select"), *page.all("textarea")]:
        if field.get("type") not in {"hidden", "submit", "file"} and not _named(page, field, labels):
            yield f"field {field.get('name')} without a label"


def _named(page: Page, field: object, labels: set[str | None]) -> bool:
    told = ("aria-label", "aria-labelledby", "title")
    return field.get("id") in labels or any(map(field.get, told)) or _within_label(page, field)


def _within_label(page: Page, field: object) -> bool:
    return any(inner is field for label in page.all("label") for inner in label.iter())


@pytest.mark.parametrize("person", PERSONS)
def test_reading_pages_writes_nothing(furnished: Flask, person: str) -> None:
    client = sign_in(furnished.test_client(), person)
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "BEGIN IMMEDIATE")):
            written.append(statement[:80])

    event.listen(database.engine(), "before_cursor_execute", note)
    pages = [page.url for page in crawl(client)]
    event.remove(database.engine(), "before_cursor_execute", note)
    assert written == []
    assert len(pages) >= 2
