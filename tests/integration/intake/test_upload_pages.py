"""Bringing recordings in by the upload page: files, sidecars, manifests."""

from __future__ import annotations

import io
from hashlib import sha256
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
    (kept,) = quarantine_reads.listed(centre.actors["supervisor"])
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
    (kept,) = quarantine_reads.listed(centre.actors["supervisor"])
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
