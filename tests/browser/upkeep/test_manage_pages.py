"""Supervisors' pages in a real browser: dropping files, watching them, editing phrases."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from qm.app.seeds import ensure_seeded
from qm.core.database import reading, writing
from qm.models import Job, JobState, Recording
from tests.support.audio import two_speakers, write_pcm
from tests.support.servers.live import Live

pytestmark = pytest.mark.browser

DROP = """([names, bodies]) => {
  const transfer = new DataTransfer();
  names.forEach((name, at) => {
    const bytes = Uint8Array.from(atob(bodies[at]), (c) => c.charCodeAt(0));
    transfer.items.add(new File([bytes], name));
  });
  const zone = document.querySelector(".drop");
  zone.dispatchEvent(new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer: transfer }));
  zone.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""


def sound(folder: Path, name: str, *, seed: int) -> Path:
    return write_pcm(folder / name, two_speakers(3.0, seed=seed))


def fill_call_data(page: Page) -> None:
    page.fill("#agent_no", "8021")
    page.fill("#started_at", "2026-11-02T09:12:31")


def external_ids() -> set[str]:
    with reading() as session:
        return {row.external_id for row in session.exec(select(Recording)).all()}


def test_dropped_files_go_up_one_by_one_each_with_its_own_result(live: Live, tmp_path: Path) -> None:
    paths = [sound(tmp_path, "a.wav", seed=1), sound(tmp_path, "b.wav", seed=2), tmp_path / "c.wav"]
    paths[2].write_text("no sound at all")
    page = live.page_of("supervisor")
    page.goto(f"{live.url}/manage/upload")
    fill_call_data(page)
    bodies = [base64.b64encode(path.read_bytes()).decode() for path in paths]
    page.evaluate(DROP, [[path.name for path in paths], bodies])
    expect(page.locator("#chosen li")).to_have_count(3)
    page.click("#upload button[type=submit]")
    expect(page.locator("#upload-outcomes li")).to_have_count(3)
    expect(page.locator("#upload-outcomes li.ok")).to_have_count(2)
    expect(page.locator("#upload-outcomes li.no")).to_contain_text("c.wav")
    expect(page.locator("#chosen li")).to_have_count(0)
    assert external_ids() & {"a", "b", "c"} == {"a", "b"}


def test_upload_works_without_scripts(live: Live, tmp_path: Path) -> None:
    page = live.page_of("supervisor", scripts=False)
    page.goto(f"{live.url}/manage/upload")
    fill_call_data(page)
    page.set_input_files("#files", [sound(tmp_path, "plain.wav", seed=3)])
    page.click("#upload button[type=submit]")
    expect(page.locator("#upload-outcomes li.ok")).to_contain_text("plain.wav")
    assert "plain" in external_ids()


def set_jobs(state: JobState, progress: float) -> None:
    with writing() as session:
        for job in session.exec(select(Job)).all():
            job.state, job.step, job.progress = state, "transcribe", progress
            session.add(job)


def test_progress_moves_by_itself_and_the_page_stops_asking_when_all_is_done(
    live: Live, tmp_path: Path
) -> None:
    page = live.page_of("supervisor")
    page.clock.install()
    page.goto(f"{live.url}/manage/upload")
    fill_call_data(page)
    page.set_input_files("#files", [sound(tmp_path, "slow.wav", seed=4)])
    page.click("#upload button[type=submit]")
    expect(page.locator("#upload-outcomes li.ok")).to_have_count(1)
    set_jobs(JobState.RUNNING, 0.25)
    page.goto(f"{live.url}/manage/jobs")
    row = page.locator("tr", has_text="slow.wav")
    expect(row).to_contain_text("25%")
    set_jobs(JobState.RUNNING, 0.75)
    expect(row).to_contain_text("75%")
    set_jobs(JobState.DONE, 1.0)
    expect(row).to_contain_text("完成")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(60_000)
    page.evaluate("fetch('/healthz').then((answer) => answer.status)")  # asked last: nothing came before it
    assert asked == [f"{live.url}/healthz"]


def test_a_phrase_is_added_removed_and_brought_back_by_keyboard(live: Live) -> None:
    ensure_seeded()
    page = live.page_of("headquarters")
    page.goto(f"{live.url}/manage/phrases/groups/closing")
    page.get_by_role("button", name="开始编辑").press("Enter")
    page.wait_for_url(re.compile("/manage/phrases/groups/closing"))
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("祝您一切顺利再见")
    page.keyboard.press("Enter")
    added = page.locator(".phrases input[name=text][value='祝您一切顺利再见']")
    expect(added).to_have_count(1)
    page.get_by_role("button", name="删除 祝您一切顺利再见").press("Enter")
    expect(added).to_have_count(0)
    page.get_by_role("button", name="撤销").press("Enter")
    expect(added).to_have_count(1)
