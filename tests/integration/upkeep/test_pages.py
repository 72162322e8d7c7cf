"""Progress of jobs, first steps and the audit on pages."""

from __future__ import annotations

import io
from pathlib import Path

from flask.testing import FlaskClient
from sqlmodel import select

from qm.core.database import reading, writing
from qm.models import Job, JobState
from tests.support.audio import two_speakers, write_pcm
from tests.support.heard import bring_in
from tests.support.people import Centre

TOLD = {"agent_no": "8021", "started_at": "2026-11-02T09:12:31", "direction": "inbound", "queue": "转账"}


def wav(folder: Path, name: str, *, seed: int = 1) -> Path:
    """A sound two-channel call."""
    return write_pcm(folder / name, two_speakers(4.0, seed=seed))


def sent(*paths: Path) -> list[tuple[io.BytesIO, str]]:
    """Files as a form sends them."""
    return [(io.BytesIO(path.read_bytes()), path.name) for path in paths]


def set_job(state: JobState, *, step: str = "transcribe", progress: float = 0.0, error: str = "") -> str:
    """Put the one job there is into a state; gives its recording."""
    with writing() as session:
        job = session.exec(select(Job)).one()
        job.state, job.step, job.progress, job.error = state, step, progress, error
        session.add(job)
        return job.recording_id


def test_progress_is_asked_for_until_all_is_done(tmp_path: Path, client_of) -> None:
    client: FlaskClient = client_of("supervisor")
    client.post(
        "/manage/upload",
        data={**TOLD, "files": sent(wav(tmp_path, "one.wav"))},
        content_type="multipart/form-data",
    )
    ask = {"HX-Request": "true"}
    set_job(JobState.RUNNING, progress=0.42)
    part = client.get("/manage/jobs", headers=ask).text
    assert "<html" not in part
    assert 'hx-trigger="every 2s"' in part
    assert "42%" in part
    set_job(JobState.DONE, step="prescore")
    part = client.get("/manage/jobs", headers=ask).text
    assert "hx-trigger" not in part
    assert "全部处理完了" in part


def test_a_failed_job_says_why_and_is_retried_by_its_button(tmp_path: Path, client_of) -> None:
    client: FlaskClient = client_of("supervisor")
    client.post(
        "/manage/upload",
        data={**TOLD, "files": sent(wav(tmp_path, "one.wav"))},
        content_type="multipart/form-data",
    )
    recording_id = set_job(JobState.FAILED, error="识别进程意外退出，请重试。")
    for url in ("/manage/jobs", "/manage/"):
        page = client.get(url).text
        assert "识别进程意外退出，请重试。" in page
        assert f'action="/manage/jobs/{recording_id}/retry"' in page
    client.post(f"/manage/jobs/{recording_id}/retry")
    with reading() as session:
        assert [job.state for job in session.exec(select(Job)).all()] == [JobState.QUEUED]


def test_a_newcomer_is_told_the_next_step_and_what_is_missing(client_of, monkeypatch) -> None:
    monkeypatch.setattr("qm.upkeep.reads.overview.wheels_installed", lambda: False)
    page = client_of("administrator").get("/manage/").text
    assert "没有语音模型，请运行 qm models" in page
    assert "从这里开始" in page
    assert "/manage/upload" in page


def test_the_audit_lists_who_listened(client_of, centre: Centre) -> None:
    recording_id = bring_in("p07_no_closing")
    answer = client_of("inspector").get(f"/media/{recording_id}/audio", headers={"Range": "bytes=0-99"})
    assert answer.status_code == 206
    answer.close()
    page = client_of("administrator").get("/manage/audit?action=recording_listened").text
    assert page.count(f"/manage/audit?subject={recording_id}") == 1
    assert "Inspector" in page
