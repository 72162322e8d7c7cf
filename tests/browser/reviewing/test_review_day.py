"""An inspector's day at the desk: by keys alone, close to the wave, along long calls, in time."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from qm.assigning.writes import assign
from qm.core.actor import SYSTEM
from qm.core.clock import now
from qm.intake.writes import ingest as ingest_writes
from qm.reviewing.reads.evaluations import human_evaluation
from qm.worker import pipeline
from tests.support.calls import fields, sound
from tests.support.servers.live import Live, until

pytestmark = pytest.mark.browser

ZOOM = "Number(document.querySelector('#player').dataset.zoom)"
SHOWN = "document.querySelector('#lane').getAttribute('viewBox').split(' ').map(Number)"


def at_the_desk(live: Live, recording_id: str) -> Page:
    page = live.page_of("inspector")
    page.goto(f"{live.url}/desk/review/{recording_id}")
    expect(page.locator("#zoom")).to_be_visible()
    return page


def test_a_whole_call_is_scored_by_keys_while_the_player_stays_in_sight(live: Live) -> None:
    inspector = live.centre.actors["inspector"]
    assign(live.centre.actors["supervisor"], recording_ids=[live.rude], evaluator_id=inspector.user_id or 0)
    page = live.page_of("inspector")
    page.goto(f"{live.url}/desk/")
    page.locator("h1").click()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/desk/review/"))
    expect(page.locator("#zoom")).to_be_visible()
    page.keyboard.press("a")
    for _ in range(60):
        if not page.locator(".q[data-criterion]:not(.answered):visible").count():
            break
        open_one = page.locator(".q.focus:not(.answered)").count()
        page.keyboard.press("1" if open_one else "j")
    page.keyboard.press("Shift+C")
    page.keyboard.type("多次推诿")
    page.keyboard.press("Escape")
    expect(page.locator("#player")).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/desk/$"))
    done = human_evaluation(live.rude)
    assert done is not None
    assert (done.state, done.comment) == ("released", "多次推诿")


def test_the_wave_is_looked_at_closer_and_the_lane_keeps_step(live: Live) -> None:
    page = at_the_desk(live, live.rude)
    page.keyboard.press("+")
    until(page, f"{ZOOM} > 1.5")
    until(page, f"{SHOWN}[2] < 700")
    page.keyboard.press("-")
    until(page, f"{ZOOM} === 1 && {SHOWN}[2] > 999")
    expect(page.get_by_role("button", name="缩小波形")).to_be_disabled()
    page.hover("#wave")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    until(page, f"{ZOOM} > 1.5")
    expect(page.locator("#map")).to_be_hidden()


@pytest.fixture
def long_call(live: Live, tmp_path: Path) -> str:
    """Five minutes and more of two channels, stored and not heard."""
    path = sound(tmp_path, "long.wav", seconds=310.0)
    taken = ingest_writes.ingest(path, fields("long-1"), actor=SYSTEM, filename=path.name)
    assert taken.recording_id is not None, taken.detail
    pipeline.store_derivatives(taken.recording_id)
    return taken.recording_id


def test_a_long_call_has_a_map_that_leads_anywhere(live: Live, long_call: str) -> None:
    page = at_the_desk(live, long_call)
    expect(page.locator("#map")).to_be_visible()
    for _ in range(4):
        page.keyboard.press("+")
    until(page, f"{ZOOM} > 8")
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    until(page, f"Math.abs({SHOWN}[0] + {SHOWN}[2] / 2 - 750) < 60")


def test_a_call_given_with_a_past_due_day_is_overdue_at_the_desk(live: Live) -> None:
    supervisor = live.page_of("supervisor")
    supervisor.goto(f"{live.url}/desk/recordings")
    supervisor.locator(f'input[name="recording"][value="{live.curt}"]').check()
    supervisor.fill("#due", (now() - timedelta(days=2)).date().isoformat())
    supervisor.get_by_role("button", name=re.compile("^分配")).click()
    expect(supervisor.locator("#notice")).to_contain_text("已分配 1 通")
    desk = live.page_of("inspector")
    desk.goto(f"{live.url}/desk/")
    expect(desk.locator("h1")).to_contain_text("1 通已过期限")
    expect(desk.locator("tr.overdue")).to_contain_text("逾期")
