"""The review page in a real browser: hear, read, score, give evidence."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from qm.assigning.writes import assign
from qm.reviewing.reads.answers import answers_of
from qm.reviewing.reads.evaluations import human_evaluation
from tests.support.servers.live import Live, until

pytestmark = pytest.mark.browser


@pytest.fixture
def rude(live: Live) -> str:
    """The rude call, assigned to the inspector."""
    give(live, live.rude)
    return live.rude


def give(live: Live, recording_id: str) -> None:
    inspector = live.centre.actors["inspector"]
    assign(
        live.centre.actors["supervisor"], recording_ids=[recording_id], evaluator_id=inspector.user_id or 0
    )


def open_review(live: Live, recording_id: str, username: str = "inspector", **window: int) -> Page:
    page = live.page_of(username, **window)
    page.goto(f"{live.url}/desk/review/{recording_id}")
    expect(page.locator("#controls")).to_be_visible()
    return page


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text("已自动保存")


def question(page: Page, key: str):
    return page.locator(f"#q-{key}")


def answer_of(recording_id: str, key: str):
    row = human_evaluation(recording_id)
    assert row is not None
    return next((answer for answer in answers_of(row.id or 0) if answer.criterion == key), None)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900)])
def test_the_page_fits_the_window_and_breaks_no_security_rule(
    live: Live, rude: str, width: int, height: int
) -> None:
    page = live.page_of("inspector", width=width, height=height)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live.url}/desk/review/{rude}")
    expect(page.locator("#wave div").first).to_be_attached()
    root = "document.documentElement"
    assert page.evaluate(f"[{root}.scrollHeight, {root}.scrollWidth]") == [height, width]
    expect(page.locator("#release")).to_be_in_viewport()
    expect(page.locator(".player")).to_be_in_viewport()
    assert complaints == []


def test_the_sound_is_fetched_by_the_audio_element_alone(live: Live, rude: str) -> None:
    page = live.page_of("inspector")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.resource_type) if r.url.endswith("/audio") else None)
    page.goto(f"{live.url}/desk/review/{rude}")
    expect(page.locator("#wave div").first).to_be_attached()
    page.keyboard.press("n")
    until(page, "document.querySelector('audio').currentTime > 0.5")
    assert set(asked) == {"media"}


def test_the_key_n_leads_to_a_finding_in_the_lane_the_transcript_and_the_form(live: Live, rude: str) -> None:
    page = open_review(live, rude)
    page.keyboard.press("n")
    key = page.locator("#lane .current").get_attribute("data-moment")
    expect(page.locator(f'#transcript mark[data-moment="{key}"]')).to_have_class(re.compile("current"))
    expect(page.locator(f'#items .ev[data-moment="{key}"]').first).to_have_class(re.compile("current"))
    expect(page.locator("#transcript .u.now")).to_have_count(1)
    page.keyboard.press("n")
    assert page.locator("#lane .current").get_attribute("data-moment") != key
    page.keyboard.press("p")
    assert page.locator("#lane .current").get_attribute("data-moment") == key


@pytest.mark.parametrize(
    "place", ["#lane a[data-moment]", "#transcript mark.bad", "#q-forbidden_speech .ev[data-moment]"]
)
def test_each_place_of_a_finding_plays_it_and_marks_the_others(live: Live, rude: str, place: str) -> None:
    page = open_review(live, rude)
    target = page.locator(place).nth(1)
    key = target.get_attribute("data-moment")
    start = float(page.locator(f'#lane [data-moment="{key}"]').get_attribute("data-start") or 0)
    target.click()
    expect(page.locator(f'#lane [data-moment="{key}"]')).to_have_class(re.compile("current"))
    until(page, f"Math.abs(document.querySelector('audio').currentTime - {start}) < 1.5")
    assert page.locator(f'.current:not([data-moment="{key}"])').count() == 0


def test_a_click_on_a_turn_plays_from_there_and_the_transcript_follows(live: Live, rude: str) -> None:
    page = open_review(live, rude)
    turn = page.locator("[data-turn]").nth(4)
    turn.locator(".who").click()
    expect(turn).to_have_class(re.compile("now"))
    page.keyboard.press(" ")
    assert page.evaluate("document.querySelector('audio').paused")


def test_what_was_heard_stands_under_what_is_shown_and_unsure_words_are_dotted(live: Live, rude: str) -> None:
    page = open_review(live, rude)
    expect(page.locator("#transcript .heard").first).to_contain_text("往点")
    expect(page.locator("#transcript .low").first).to_have_text("网点")


def test_one_side_alone_speed_and_silence_are_switched_by_buttons(live: Live, rude: str) -> None:
    page = open_review(live, rude)
    agent = page.locator('[data-only="agent"]')
    agent.click()
    expect(agent).to_have_attribute("aria-pressed", "true")
    page.keyboard.press(" ")
    until(page, "document.querySelector('audio').currentTime > 0.3")
    page.keyboard.press("s")
    expect(page.locator("#speed")).to_have_text("1.25×")
    page.locator("#skip-silence").click()
    expect(page.locator("#skip-silence")).to_have_attribute("aria-pressed", "true")
    agent.click()
    expect(agent).to_have_attribute("aria-pressed", "false")


def test_keys_choose_skip_comment_and_take_back_and_everything_is_saved(live: Live, rude: str) -> None:
    page = open_review(live, rude)
    expect(question(page, "greeting")).to_have_class(re.compile("focus"))
    page.keyboard.press("1")
    expect(question(page, "identity_check")).to_have_class(re.compile("focus"))
    page.keyboard.press("x")
    saved(page)
    assert answer_of(rude, "greeting").options == ("full",)
    assert answer_of(rude, "identity_check").not_applicable
    page.keyboard.press("u")
    page.keyboard.press("c")
    page.keyboard.type("客户只是咨询")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    saved(page)
    given = answer_of(rude, "identity_check")
    assert (given.options, given.comment) == (("no",), "客户只是咨询")
    expect(page.locator('[data-points="greeting"]')).to_have_text("5/5")


def test_the_suggested_answer_takes_its_evidence_along_and_another_leaves_it(live: Live, rude: str) -> None:
    page = open_review(live, rude)
    question(page, "forbidden_speech").locator("b").click()
    page.keyboard.press("2")
    saved(page)
    proofs = answer_of(rude, "forbidden_speech").evidence
    assert "我不清楚" in [proof.text for proof in proofs]
    page.keyboard.press("1")
    saved(page)
    assert answer_of(rude, "forbidden_speech").evidence == ()


def test_e_attaches_the_turn_that_is_playing(live: Live, rude: str) -> None:
    page = open_review(live, rude)
    page.locator("[data-turn]").nth(3).locator(".who").click()
    page.keyboard.press(" ")
    question(page, "understanding").locator("b").click()
    page.keyboard.press("4")
    page.keyboard.press("e")
    saved(page)
    (proof,) = answer_of(rude, "understanding").evidence
    assert (proof.text, proof.source, proof.role.value) == ("可是网点说让我打客服电话。", "human", "customer")


def test_all_suggestions_are_accepted_and_taken_back_at_once(live: Live, rude: str) -> None:
    page = open_review(live, rude)
    page.keyboard.press("a")
    expect(page.locator("#accept")).to_be_hidden()
    saved(page)
    accepted = int(re.findall(r"\d+", page.locator("#answered").inner_text())[0])
    assert accepted > 10
    page.keyboard.press("u")
    expect(page.locator("#answered")).to_have_text(re.compile("已评 0 /"))
    expect(page.locator("#accept")).to_be_visible()


def test_a_veto_shows_zero_and_keeps_the_lost_score_struck_through(live: Live, rude: str) -> None:
    page = open_review(live, rude)
    page.keyboard.press("1")
    question(page, "forbidden_speech").locator("b").click()
    page.keyboard.press("3")
    expect(page.locator("#total")).to_have_text("0")
    expect(page.locator("#score s")).to_have_text(re.compile(r"^\d"))
    expect(question(page, "forbidden_speech").locator(".veto:visible")).to_have_count(1)


def test_help_opens_and_closes_with_its_key(live: Live, rude: str) -> None:
    page = open_review(live, rude)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()


def complete(page: Page) -> None:
    """Accept suggestions, then answer the rest with the best option and every wanted comment."""
    page.keyboard.press("a")
    while page.locator(".q[data-criterion]:not(.answered):visible").count():
        page.locator(".q[data-criterion]:not(.answered):visible").first.locator(".opt").first.click()
    saved(page)


def test_submit_says_what_is_missing_then_releases_and_can_be_taken_back(live: Live, rude: str) -> None:
    page = open_review(live, rude)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lacks a").first).to_contain_text("还没有评")
    expect(question(page, "greeting")).to_have_class(re.compile("focus"))
    complete(page)
    expect(page.locator("#lacks")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/desk/$"))
    expect(page.locator("#notice")).to_contain_text("已提交")
    assert human_evaluation(rude).state == "released"
    page.locator("#notice").get_by_role("button", name="撤销").click()
    page.wait_for_url(re.compile("/desk/review/"))
    assert human_evaluation(rude).state == "draft"
    expect(page.locator("#release")).to_be_visible()


def test_after_one_call_comes_the_next(live: Live, rude: str) -> None:
    give(live, live.curt)
    page = open_review(live, rude)
    complete(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(live.curt))
    expect(page.locator(".day")).to_contain_text("今日 1 / 2")


def test_speed_and_skipping_silence_stay_as_a_person_likes_them(live: Live, rude: str) -> None:
    page = open_review(live, rude)
    page.keyboard.press("s")
    page.keyboard.press("q")
    page.goto(f"{live.url}/desk/review/{live.curt}")
    expect(page.locator("#speed")).to_have_text("1.25×")
    expect(page.locator("#skip-silence")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.querySelector('audio').playbackRate") == 1.25


def test_an_address_with_a_second_opens_the_call_there(live: Live, rude: str) -> None:
    page = live.page_of("leader")
    page.goto(f"{live.url}/desk/recording/{rude}?t=13.5")
    expect(page.locator(".u.now")).to_contain_text("不归我管")
    expect(page.locator("#clock")).to_have_text("0:13.5")
