"""The upload page in a browser."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlmodel import select

from qm.core.database import reading
from qm.models import Recording
from tests.support.audio import two_speakers, write_pcm
from tests.support.servers.live import Live

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
