"""Progress that moves by itself."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect
from sqlmodel import select

from qm.core.database import writing
from qm.models import Job, JobState
from tests.support.audio import two_speakers, write_pcm
from tests.support.servers.live import Live


def sound(folder: Path, name: str, *, seed: int) -> Path:
    return write_pcm(folder / name, two_speakers(3.0, seed=seed))


def fill_call_data(page: Page) -> None:
    page.fill("#agent_no", "8021")
    page.fill("#started_at", "2026-11-02T09:12:31")


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
