"""Manifests: good lines go in, faults are told by line and column, files stay inside the folder."""

from __future__ import annotations

from datetime import timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorder.manifest import Manifest, read_manifest

CHINESE = "录音文件,通话编号,工号,班组,开始时间,方向,技能组,客户号码,满意度\n"
LINE = "{file},{id},8021,A组,2026-11-02T09:12:31+08:00,呼入,信用卡,13800138000,5\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "录音").mkdir()
    for name in ("a.wav", "b.wav", "录音/c.wav"):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def manifest(folder: Path, text: str, encoding: str = "utf-8") -> Manifest:
    path = folder / "manifest.csv"
    path.write_bytes(text.encode(encoding))
    return read_manifest(path, source="pbx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headers_are_read_in_every_encoding_in_use(folder: Path, encoding: str) -> None:
    found = manifest(folder, CHINESE + LINE.format(file="录音/c.wav", id="1"), encoding)
    assert found.errors == ()
    (row,) = found.rows
    assert (row.line, row.path) == (2, folder / "录音" / "c.wav")
    assert (row.call.external_id, row.call.agent_no, row.call.team, row.call.queue) == (
        "1",
        "8021",
        "A组",
        "信用卡",
    )
    assert row.call.source == "pbx"
    assert dict(row.call.attributes) == {"满意度": "5"}


def test_english_headers_and_other_separators_are_read(folder: Path) -> None:
    text = "file;external_id;agent_no;started_at\na.wav;7;8021;2026-11-02T09:00:00Z\n"
    assert [row.call.external_id for row in manifest(folder, text).rows] == ["7"]
    assert len(manifest(folder, text.replace(";", "\t")).rows) == 1


def test_good_lines_go_in_and_bad_ones_are_told_by_line_and_column(folder: Path) -> None:
    text = (
        CHINESE
        + LINE.format(file="a.wav", id="1")
        + "b.wav,,8021,A组,昨天,呼入,信用卡,1,5\n"
        + "b.wav,3,8021\n"
        + "\n"
        + LINE.format(file="gone.wav", id="4")
        + LINE.format(file="b.wav", id="1")
        + LINE.format(file="./a.wav", id="6")
        + LINE.format(file="b.wav", id="7")
    )
    found = manifest(folder, text)
    assert [row.line for row in found.rows] == [2, 9]
    assert [(error.line, error.column) for error in found.errors] == [
        (3, "通话编号"),
        (3, "开始时间"),
        (4, ""),
        (6, "录音文件"),
        (7, "通话编号"),
        (8, "录音文件"),
    ]
    assert all("请" in error.message for error in found.errors)
    assert str(found.errors[0]).startswith("第 3 行「通话编号」列：缺少通话编号")


def test_lines_are_counted_as_an_editor_counts_them_even_with_breaks_in_cells(folder: Path) -> None:
    text = CHINESE.replace("满意度", '"满意\n度"') + LINE.format(file="a.wav", id="1") + "x\n"
    found = manifest(folder, text)
    assert [row.line for row in found.rows] == [3]
    assert [error.line for error in found.errors] == [4]


@pytest.mark.parametrize(
    "escape", ["../secret.wav", "/etc/passwd", "..\\secret.wav", "录音/../../secret.wav", "link.wav"]
)
def test_files_outside_the_folder_are_refused(folder: Path, escape: str) -> None:
    secret = folder.parent / "secret.wav"
    secret.write_bytes(b"x")
    (folder / "link.wav").symlink_to(secret)
    found = manifest(folder, CHINESE + LINE.format(file=escape, id="1"))
    assert found.rows == ()
    assert "不在清单所在的目录里" in found.errors[0].message


def test_numbers_that_a_spreadsheet_guarded_keep_their_zeros(folder: Path) -> None:
    text = 'file,external_id,agent_no,started_at\na.wav,"=""007""","=""0012""",2026-11-02T09:00:00Z\n'
    (row,) = manifest(folder, text).rows
    assert (row.call.external_id, row.call.agent_no) == ("007", "0012")


def test_times_without_zone_take_the_zone_of_the_source(folder: Path) -> None:
    path = folder / "m.csv"
    path.write_text("file,id,agent,start\na.wav,1,8021,2026/11/02 09:00\n", encoding="utf-8")
    assert "没有时区" in read_manifest(path).errors[0].message
    (row,) = read_manifest(path, zone=timezone(timedelta(hours=8))).rows
    assert row.call.started_at.isoformat() == "2026-11-02T09:00:00+08:00"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "表头缺少"),
        ("工号,班组\n1,2\n", "录音文件（file）、通话编号（external_id）、开始时间（started_at）"),
        ("file,id,agent,start,工号\n", "出现了两次"),
    ],
)
def test_a_header_that_cannot_be_used_is_one_fault(folder: Path, text: str, words: str) -> None:
    found = manifest(folder, text)
    assert found.rows == ()
    assert len(found.errors) == 1
    assert words in found.errors[0].message


def test_a_broken_quote_keeps_the_good_lines_before_it(folder: Path) -> None:
    found = manifest(folder, CHINESE + LINE.format(file="a.wav", id="1") + 'b.wav,"2"x,8021\n')
    assert [row.line for row in found.rows] == [2]
    assert "请检查引号" in found.errors[-1].message


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_any_bytes_give_a_manifest(folder: Path, data: bytes) -> None:
    path = folder / "any.csv"
    path.write_bytes(CHINESE.encode() + data)
    found = read_manifest(path)
    assert isinstance(found, Manifest)
