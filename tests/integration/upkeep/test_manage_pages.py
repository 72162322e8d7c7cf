"""Bringing recordings in, watching them, mending what was refused; phrases, rubrics, people on pages."""

from __future__ import annotations

import io
import re
from hashlib import sha256
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from qm.app.seeds import ensure_seeded
from qm.core.actor import UserRole
from qm.core.database import reading, writing
from qm.intake.reads import quarantine
from qm.models import Job, JobState, Recording, VersionState
from qm.people import reads as people_admin
from qm.phrases.reads import library as phrases
from qm.rubrics.reads import versions as rubrics
from scoring.rubric import rubric_to_yaml
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


def recordings() -> list[Recording]:
    with reading() as session:
        return list(session.exec(select(Recording)).all())


def test_several_files_come_in_with_shared_call_data_and_a_sidecars_own(
    tmp_path: Path, client_of, centre: Centre
) -> None:
    paths = [wav(tmp_path, "one.wav"), wav(tmp_path, "two.wav", seed=2)]
    sidecar = tmp_path / "two.json"
    sidecar.write_text(
        '{"meta": {"agent_no": "8031", "started_at": "2026-11-03T10:00:00+08:00", "queue": "挂失"}}', "utf-8"
    )
    page = client_of("supervisor").post(
        "/manage/upload", data={**TOLD, "files": sent(*paths, sidecar)}, content_type="multipart/form-data"
    )
    assert page.status_code == 200
    assert page.text.count("已入库") == 2
    found = {row.external_id: (row.agent_id, row.queue) for row in recordings()}
    assert found == {"one": (centre.agent_id, "转账"), "two": (centre.other_agent_id, "挂失")}


def test_of_two_files_of_the_same_name_none_is_lost(tmp_path: Path, client_of, centre: Centre) -> None:
    one, two = (wav(tmp_path, f"{seed}.wav", seed=seed).read_bytes() for seed in (1, 2))
    client_of("supervisor").post(
        "/manage/upload",
        data={**TOLD, "files": [(io.BytesIO(one), "mon/call.wav"), (io.BytesIO(two), "tue/call.wav")]},
        content_type="multipart/form-data",
    )
    (taken,) = recordings()
    (kept,) = quarantine.listed(centre.actors["supervisor"])
    assert (taken.sha256, kept.sha256) == (sha256(one).hexdigest(), sha256(two).hexdigest())
    assert kept.reason == "duplicate_id"


def test_a_file_name_too_long_for_the_disk_keeps_its_end(tmp_path: Path, client_of) -> None:
    body = wav(tmp_path, "one.wav").read_bytes()
    answer = client_of("supervisor").post(
        "/manage/upload",
        data={**TOLD, "files": [(io.BytesIO(body), "通话" * 80 + ".wav")]},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 200
    (taken,) = recordings()
    assert taken.filename.endswith("通话.wav")


def test_a_faulty_sidecar_is_told_and_shared_call_data_does_not_take_its_place(
    tmp_path: Path, client_of, centre: Centre
) -> None:
    sidecar = tmp_path / "one.json"
    sidecar.write_text('{"meta": {"agent_no": "8031", "started_at": "昨天"}}', "utf-8")
    client_of("supervisor").post(
        "/manage/upload",
        data={**TOLD, "files": sent(wav(tmp_path, "one.wav"), sidecar)},
        content_type="multipart/form-data",
    )
    (kept,) = quarantine.listed(centre.actors["supervisor"])
    assert recordings() == []
    assert "昨天" in kept.detail


def test_a_script_that_sends_one_file_gets_its_line_only(tmp_path: Path, client_of) -> None:
    answer = client_of("administrator").post(
        "/manage/upload",
        data={**TOLD, "files": sent(wav(tmp_path, "one.wav")), "fragment": "1"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 200
    assert answer.text.strip().startswith("<li")
    assert "<html" not in answer.text


def test_sending_nothing_says_what_to_do(client_of) -> None:
    answer = client_of("supervisor").post("/manage/upload", data=TOLD, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "没有选择文件" in answer.text


def test_a_manifest_takes_its_good_lines_and_names_the_others(tmp_path: Path, client_of) -> None:
    table = (
        "文件,通话编号,工号,开始时间,队列\n"
        "one.wav,c1,8021,2026-11-02 09:12:31,转账\n"
        "missing.wav,c2,8021,2026-11-02 09:12:31,转账\n"
        "two.wav,c3,8021,昨天,转账\n"
    )
    paths = [wav(tmp_path, "one.wav"), wav(tmp_path, "two.wav", seed=2)]
    page = client_of("supervisor").post(
        "/manage/upload/manifest",
        data={"manifest": (io.BytesIO(table.encode("gb18030")), "list.csv"), "files": sent(*paths)},
        content_type="multipart/form-data",
    )
    assert [row.external_id for row in recordings()] == ["c1"]
    assert "第 3 行" in page.text
    assert "第 4 行" in page.text
    assert "missing.wav" in page.text


def test_a_file_name_never_leads_out_of_its_folder(tmp_path: Path, client_of) -> None:
    body = wav(tmp_path, "one.wav").read_bytes()
    client_of("supervisor").post(
        "/manage/upload",
        data={**TOLD, "files": [(io.BytesIO(body), "../../../etc/passwd.wav")]},
        content_type="multipart/form-data",
    )
    assert [row.filename for row in recordings()] == ["passwd.wav"]


def test_a_refused_file_is_explained_mended_and_taken_in(tmp_path: Path, client_of, centre: Centre) -> None:
    client = client_of("supervisor")
    answer = client.post(
        "/manage/upload",
        data={**TOLD, "started_at": "", "files": sent(wav(tmp_path, "late.wav"))},
        content_type="multipart/form-data",
    )
    assert "通话数据有误" in answer.text
    row = quarantine.listed(centre.actors["supervisor"])[0]
    page = client.get(f"/manage/quarantine/{row.id}").text
    assert "缺少开始时间" in page
    assert 'value="8021"' in page
    still = client.post(f"/manage/quarantine/{row.id}/retry", data={"started_at": "昨天"})
    assert still.status_code == 422
    assert "仍不能入库" in still.text
    done = client.post(f"/manage/quarantine/{row.id}/retry", data={"started_at": "2026-11-02T09:12:31"})
    assert done.status_code == 302
    assert [item.external_id for item in recordings()] == ["late"]
    assert quarantine.count(centre.actors["supervisor"]) == 0


def test_a_discarded_file_can_be_put_back_by_the_button_in_the_message(
    tmp_path: Path, client_of, centre: Centre
) -> None:
    client = client_of("supervisor")
    broken = tmp_path / "note.wav"
    broken.write_text("not a sound")
    client.post("/manage/upload", data={**TOLD, "files": sent(broken)}, content_type="multipart/form-data")
    row = quarantine.listed(centre.actors["supervisor"])[0]
    page = client.post(f"/manage/quarantine/{row.id}/discard", follow_redirects=True).text
    assert "已丢弃 note.wav" in page
    undo = re.search(r'action="(/manage/quarantine/\d+/restore)"', page)
    assert undo is not None
    client.post(undo[1])
    assert quarantine.count(centre.actors["supervisor"]) == 1


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


def test_a_phrase_is_added_checked_published_and_undone_on_pages(client_of) -> None:
    ensure_seeded()
    client = client_of("headquarters")
    client.post("/manage/phrases/draft", data={"group": "closing"})
    added = client.post(
        "/manage/phrases/groups/closing/add", data={"text": "祝您一切顺利再见", "role": "agent"}
    )
    assert added.status_code == 302
    twice = client.post(
        "/manage/phrases/groups/closing/add", data={"text": "祝您一切顺利，再见", "role": "agent"}
    )
    assert twice.status_code == 409
    assert "已经有了" in twice.text
    row = next(item for item in phrases.rows(phrases.draft()) if item.text == "祝您一切顺利再见")
    page = client.post(f"/manage/phrases/groups/closing/{row.id}/remove", follow_redirects=True).text
    assert "已删除“祝您一切顺利再见”" in page
    message = page[page.index("flash undo") : page.index("<main")]
    fields = dict(re.findall(r'name="(group|group_name|kind|role|text)" value="([^"]*)"', message))
    client.post("/manage/phrases/restore", data=fields)
    assert "祝您一切顺利再见" in client.get("/manage/phrases/changes").text
    page = client.post("/manage/phrases/publish", data={"note": "更亲切"}, follow_redirects=True).text
    assert "第 2 版已发布" in page
    found = client.get("/manage/phrases?q=一切顺利").text
    assert "祝您一切顺利再见" in found


def test_a_phrase_table_goes_out_and_its_faults_come_back_by_line(client_of) -> None:
    ensure_seeded()
    client = client_of("headquarters")
    table = client.get("/manage/phrases/export.csv")
    assert table.mimetype == "text/csv"
    assert table.text.startswith("\ufeffgroup,name,kind,role,phrase")
    wrong = "group,name,kind,role,phrase\nclosing,结束,unknown,agent,再会\n"
    page = client.post(
        "/manage/phrases/import",
        data={"table": (io.BytesIO(wrong.encode()), "p.csv"), "how": "merge"},
        content_type="multipart/form-data",
    )
    assert page.status_code == 422
    assert "第 2 行" in page.text


def test_a_rubric_goes_out_as_yaml_comes_back_as_a_draft_and_is_published(client_of) -> None:
    ensure_seeded()
    client = client_of("headquarters")
    line = next(line for line in rubrics.lines() if line.key == "phone_banking")
    assert line.in_force is not None
    rubric_id = line.in_force.id
    text = client.get(f"/manage/rubrics/{rubric_id}/export.yaml").text
    assert text == rubric_to_yaml(line.rubric)
    same = client.post("/manage/rubrics/import", data={"file": (io.BytesIO(text.encode()), "r.yaml")})
    assert same.status_code == 409
    changed = text.replace("规范问候并报工号", "问候并报工号")
    page = client.post(
        "/manage/rubrics/import",
        data={"file": (io.BytesIO(changed.encode()), "r.yaml")},
        follow_redirects=True,
    ).text
    assert "第 2 版草稿" in page
    assert "由“规范问候并报工号”改为“问候并报工号”" in page
    draft = rubrics.lines()[0].newest
    client.post(f"/manage/rubrics/{draft.id}/publish")
    states = [version.state for version in rubrics.view(draft.id or 0).siblings]
    assert states == [VersionState.PUBLISHED, VersionState.RETIRED]
    assert client.post(f"/manage/rubrics/{draft.id}/publish").status_code == 409


def test_what_excel_leaves_out_is_named_in_the_readers_language(client_of) -> None:
    ensure_seeded()
    client = client_of("headquarters")
    line = next(line for line in rubrics.lines() if line.key == "phone_banking")
    for locale, words in (("zh", "Excel 里不含：采纳方式"), ("en", "Excel leaves out: Acceptance")):
        client.set_cookie("locale", locale)
        assert words in client.get(f"/manage/rubrics/{line.newest.id}").text


def test_a_rubric_comes_in_from_excel_and_faults_name_their_cell(client_of) -> None:
    ensure_seeded()
    client = client_of("headquarters")
    line = next(line for line in rubrics.lines() if line.key == "phone_banking")
    sheet = client.get(f"/manage/rubrics/{line.newest.id}/export.xlsx").data
    page = client.post(
        "/manage/rubrics/import", data={"file": (io.BytesIO(sheet), "r.xlsx")}, follow_redirects=True
    )
    assert page.status_code in (200, 409)
    empty = client.get("/manage/rubrics/template.xlsx").data
    made = client.post("/manage/rubrics/import", data={"file": (io.BytesIO(empty), "t.xlsx")})
    assert made.status_code == 302
    broken = client.post("/manage/rubrics/import", data={"file": (io.BytesIO(b"no table"), "b.xlsx")})
    assert broken.status_code == 422
    assert "文件里的问题" in broken.text


def test_an_administrator_adds_a_person_and_sees_the_password_once(client_of, centre: Centre) -> None:
    client = client_of("administrator")
    data = {
        "username": "zhoumin",
        "name": "周敏",
        "role": UserRole.INSPECTOR.value,
        "branch_id": str(centre.branch_id),
        "team_id": "",
        "agent_id": "",
    }
    page = client.post("/manage/people/new", data=data).text
    shown = re.search(r'id="secret">([a-z0-9-]+)<', page)
    assert shown is not None
    fresh = client.application.test_client()
    assert fresh.post("/sign-in", data={"username": "zhoumin", "password": shown[1]}).status_code == 302
    again = client.post("/manage/people/new", data=data)
    assert again.status_code == 409
    assert "已被使用" in again.text
    assert 'value="周敏"' in again.text


@pytest.mark.parametrize("url", ["/manage/people", "/manage/roster", "/manage/audit"])
def test_people_are_for_administrators(client_of, url: str) -> None:
    assert client_of("administrator").get(url).status_code == 200
    assert client_of("supervisor").get(url).status_code == 403


@pytest.mark.parametrize("person", ["administrator", "supervisor"])
def test_a_token_is_shown_once_and_revoked(client_of, centre: Centre, person: str) -> None:
    client = client_of(person)
    user_id = centre.actors[person].user_id
    page = client.post("/manage/tokens", data={"name": "话务平台", "user_id": user_id}).text
    assert re.search(r"qm_[\w-]{40,}", page)
    page = client.get("/manage/tokens").text
    assert not re.search(r"qm_[\w-]{40,}", page)
    token = people_admin.tokens(centre.actors[person])[0].token
    assert "已作废" in client.post(f"/manage/tokens/{token.id}/revoke", follow_redirects=True).text


def test_no_page_issues_a_token_in_a_supervisors_name(client_of, centre: Centre) -> None:
    client = client_of("administrator")
    user_id = centre.actors["supervisor"].user_id
    assert f'<option value="{user_id}"' not in client.get("/manage/tokens").text
    refused = client.post("/manage/tokens", data={"name": "借用", "user_id": user_id})
    assert refused.status_code == 403
    assert "只能由本人发放" in refused.text


def test_the_audit_lists_who_listened(client_of, centre: Centre) -> None:
    recording_id = bring_in("p07_no_closing")
    answer = client_of("inspector").get(f"/media/{recording_id}/audio", headers={"Range": "bytes=0-99"})
    assert answer.status_code == 206
    answer.close()
    page = client_of("administrator").get("/manage/audit?action=recording_listened").text
    assert page.count(f"/manage/audit?subject={recording_id}") == 1
    assert "Inspector" in page


def test_a_new_version_is_applied_to_what_was_heard_without_hearing_it_again(client_of) -> None:
    recording_id = bring_in("p07_no_closing")
    with writing() as session:
        for job in session.exec(select(Job)).all():
            job.state = JobState.DONE
            session.add(job)
    client = client_of("headquarters")
    client.post("/manage/phrases/draft")
    client.post("/manage/phrases/groups/closing/add", data={"text": "祝您一切顺利再见", "role": "agent"})
    assert "已转写的 1 通录音" in client.get("/manage/phrases/changes").text
    page = client.post("/manage/phrases/publish", data={"rescan": "1"}, follow_redirects=True).text
    assert "1 通已转写的录音正在重新扫描" in page
    with reading() as session:
        job = session.exec(select(Job).where(Job.recording_id == recording_id)).one()
    assert (job.state, job.step) == (JobState.QUEUED, "scan")
