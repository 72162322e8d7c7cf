"""The phrase library on its pages."""

from __future__ import annotations

import io
import re

from sqlmodel import select

from qm.app.seeds import ensure_seeded
from qm.core.database import reading, writing
from qm.models import Job, JobState
from qm.phrases.reads import library as phrase_reads
from tests.support.heard import bring_in


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
    row = next(item for item in phrase_reads.rows(phrase_reads.draft()) if item.text == "祝您一切顺利再见")
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
