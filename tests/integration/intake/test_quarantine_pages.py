"""What was refused is explained, mended, discarded and put back on its pages."""

from __future__ import annotations

import io
import re
from pathlib import Path

from sqlmodel import select

from qm.core.database import reading
from qm.intake.reads import quarantine as quarantine_reads
from qm.models import Recording
from tests.support.audio import two_speakers, write_pcm
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


def test_a_refused_file_is_explained_mended_and_taken_in(tmp_path: Path, client_of, centre: Centre) -> None:
    client = client_of("supervisor")
    answer = client.post(
        "/manage/upload",
        data={**TOLD, "started_at": "", "files": sent(wav(tmp_path, "late.wav"))},
        content_type="multipart/form-data",
    )
    assert "通话数据有误" in answer.text
    row = quarantine_reads.listed(centre.actors["supervisor"])[0]
    page = client.get(f"/manage/quarantine/{row.id}").text
    assert "缺少开始时间" in page
    assert 'value="8021"' in page
    still = client.post(f"/manage/quarantine/{row.id}/retry", data={"started_at": "昨天"})
    assert still.status_code == 422
    assert "仍不能入库" in still.text
    done = client.post(f"/manage/quarantine/{row.id}/retry", data={"started_at": "2026-11-02T09:12:31"})
    assert done.status_code == 302
    assert [item.external_id for item in recordings()] == ["late"]
    assert quarantine_reads.count(centre.actors["supervisor"]) == 0


def test_a_discarded_file_can_be_put_back_by_the_button_in_the_message(
    tmp_path: Path, client_of, centre: Centre
) -> None:
    client = client_of("supervisor")
    broken = tmp_path / "note.wav"
    broken.write_text("not a sound")
    client.post("/manage/upload", data={**TOLD, "files": sent(broken)}, content_type="multipart/form-data")
    row = quarantine_reads.listed(centre.actors["supervisor"])[0]
    page = client.post(f"/manage/quarantine/{row.id}/discard", follow_redirects=True).text
    assert "已丢弃 note.wav" in page
    undo = re.search(r'action="(/manage/quarantine/\d+/restore)"', page)
    assert undo is not None
    client.post(undo[1])
    assert quarantine_reads.count(centre.actors["supervisor"]) == 1
