"""Search keeps its speed, its order and its honesty however many calls there are."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import col, select

from qm.core import database, statistics
from qm.core.actor import Actor
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.searching import phrases, tokens
from qm.core.visibility import visible_to
from qm.hearing.reads import search as search_reads
from qm.models import Recording, UtteranceRow
from recorder.types import Role
from tests.integration.hearing.test_search import add_call
from tests.support.people import Centre, build_centre
from tests.support.statements import asked, plan

CALLS = 12
SEEKERS = ("inspector", "leader", "headquarters", "far_inspector")


def add_calls(centre: Centre) -> None:
    """Calls of two branches and two teams, not in the order of their times."""
    places = (
        (centre.team_id, centre.branch_id, centre.agent_id),
        (centre.far_team_id, centre.far_branch_id, centre.far_agent_id),
        (centre.other_team_id, centre.branch_id, centre.other_agent_id),
    )
    with writing() as session:
        for number in range(CALLS):
            team_id, branch_id, agent_id = places[number % 3]
            name = f"call{number:02}"
            add_call(session, name, team_id=team_id, branch_id=branch_id, agent_id=agent_id)
            session.get_one(Recording, name).started_at = now() - timedelta(hours=number * 7 % CALLS)


@pytest.fixture
def calls(any_database: str) -> Centre:
    centre = build_centre()
    add_calls(centre)
    return centre


@pytest.fixture(params=["without statistics", "with statistics"])
def planned(centre: Centre, request: pytest.FixtureRequest) -> Centre:
    add_calls(centre)
    if request.param == "with statistics":
        statistics.refresh()
        database.engine().dispose()  # a connection reads the figures when it opens
    return centre


@pytest.mark.parametrize("seeker", SEEKERS)
def test_the_text_index_leads(planned: Centre, seeker: str) -> None:
    with asked() as statements:
        assert search_reads.search(planned.actors[seeker], "您 服务").total
    searches = [item for item in statements if "utterance_search" in item[0]]
    assert len(searches) == 2, "one counts, one finds the page"
    for statement in searches:
        steps = [step for step in plan(*statement) if step.startswith(("SCAN", "SEARCH"))]
        tables = [step for step in steps if "anon_" not in step]  # what was found is counted last
        assert tables[0].startswith("SCAN utterance_search VIRTUAL TABLE INDEX 0:M"), tables
        assert all(step.startswith("SEARCH") for step in tables[1:]), tables


def expected(actor: Actor, query: str, role: Role | None) -> list[int | None]:
    """Utterances in which every phrase stands, found by reading all of them."""
    with reading() as session:
        rows = session.exec(
            select(UtteranceRow, Recording)
            .join(Recording, col(Recording.id) == UtteranceRow.recording_id)
            .where(visible_to(actor))
        ).all()
    rows = [row for row in rows if role in (None, row[0].role) and stands(query, row[0].text)]
    rows.sort(key=lambda row: (-row[1].started_at.timestamp(), row[0].start_s, row[0].id or 0))
    return [row[0].id for row in rows]


def stands(query: str, text: str) -> bool:
    words = f" {' '.join(token.text for token in tokens(text))} "
    return all(f" {' '.join(phrase)} " in words for phrase in phrases(query))


@pytest.mark.parametrize("role", [None, Role.AGENT])
@pytest.mark.parametrize("query", ["您", "您好 服务", "身份证", "没有"])
def test_everybody_finds_what_reading_every_utterance_finds(
    calls: Centre, query: str, role: Role | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_reads, "PAGE", 5)
    for name in SEEKERS:
        actor = calls.actors[name]
        wanted = expected(actor, query, role)
        first = search_reads.search(actor, query, role=role)
        pages = [
            first,
            *(search_reads.search(actor, query, role=role, page=n + 1) for n in range(1, first.pages)),
        ]
        found = [(item.recording_id, item.start_s) for page in pages for item in page.found]
        with reading() as session:
            rows = {
                row.id: (row.recording_id, row.start_s) for row in session.exec(select(UtteranceRow)).all()
            }
        assert found == [rows[number] for number in wanted]
        assert (first.total, first.more) == (len(wanted), False)
        assert first.calls == len({recording_id for recording_id, _start in found})


def test_beyond_what_is_counted_there_are_more_and_every_page_can_be_reached(
    calls: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = calls.actors["headquarters"]
    monkeypatch.setattr(search_reads, "PAGE", 5)
    every = {
        (item.recording_id, item.start_s)
        for n in range(1, 6)
        for item in search_reads.search(actor, "您", page=n).found
    }
    monkeypatch.setattr(search_reads, "COUNT_MOST", 3)
    page, reached = search_reads.search(actor, "您"), set()
    assert (page.total, page.more, page.following) == (3, True, True)
    while page.found:
        reached |= {(item.recording_id, item.start_s) for item in page.found}
        page = search_reads.search(actor, "您", page=page.page + 1)
    assert reached == every
    assert not page.following


def test_the_page_says_that_there_are_more(
    planned: Centre, client_of, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: FlaskClient = client_of("inspector")
    assert "16 处，8 通电话" in client.get("/desk/search?q=您").text
    monkeypatch.setattr(search_reads, "COUNT_MOST", 3)
    assert "3+ 处，至少" in client.get("/desk/search?q=您").text
    client.post("/language/en")
    assert "3+ places in at least" in client.get("/desk/search?q=您").text


def test_statistics_are_there_once_they_were_taken(centre: Centre) -> None:
    add_calls(centre)
    statistics.refresh()
    with reading() as session:
        found = session.connection().execute(sa.text("SELECT tbl FROM sqlite_stat1")).scalars().all()
    assert {"recording", "utterance"} <= set(found)
