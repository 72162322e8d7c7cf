"""Evidence packs: whole, checkable without the database, and telling every change."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlmodel import select

from qm.cli.verify import verify
from qm.core.database import reading
from qm.models import AuditEvent
from qm.reviewing.reads.pack_files import PackUnreadable, check_pack
from qm.reviewing.writes.packs import NotReleased, export
from tests.support.people import Centre
from tests.support.rude_call import release_rude_call, save_rude_call

_kept: list[bytes] = []


@pytest.fixture
def exported(centre: Centre) -> bytes:
    """A pack exported in this test's database."""
    return export(centre.actors["inspector"], release_rude_call(centre)).file.read()


@pytest.fixture
def packed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A pack alone: it is exported once, since checking it needs no database."""
    if not _kept:
        _kept.append(request.getfixturevalue("exported"))
    target = tmp_path / "pack.zip"
    target.write_bytes(_kept[0])
    return target


def changed(source: Path, name: str, data: bytes) -> Path:
    """A copy of the pack with one member's content replaced."""
    target = source.with_name("changed.zip")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            new.writestr(member, data if member == name else old.read(member))
    return target


def test_a_pack_holds_and_carries_clips_transcript_and_versions(packed: Path) -> None:
    found = check_pack(packed)
    assert found.problems == ()
    with zipfile.ZipFile(packed) as archive:
        names = set(archive.namelist())
        pinned = json.loads(archive.read("pinned.json"))
        stored = json.loads(archive.read("stored.json"))
    assert {"pinned.json", "stored.json", "transcript.json"} <= names
    assert any(name.startswith("clips/") for name in names)
    versions = pinned["versions"]
    assert (versions["rubric"]["key"], versions["rubric"]["version"]) == ("phone_banking", 1)
    assert versions["phrase_library"] == 1
    assert all(rule["version"] == 1 and rule["sha256"] for rule in versions["rules"].values())
    assert pinned["hits"]
    assert {item["rule_key"] for item in pinned["findings"]} == versions["rules"].keys()
    assert any(item["evidence"] for item in pinned["suggested"].values())
    assert stored["figures"]["total"] == found.total


def test_a_changed_score_is_told_twice_by_its_hash_and_by_its_figure(packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        pinned = json.loads(archive.read("pinned.json"))
    pinned["score"]["score"]["total"] = "100.0"
    found = check_pack(changed(packed, "pinned.json", json.dumps(pinned).encode()))
    assert any("pinned.json" in problem for problem in found.problems)
    assert any("重新计算" in problem for problem in found.problems)


def test_a_change_of_any_file_is_told_by_its_name(packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name, data in members.items():
        told = check_pack(changed(packed, name, data + b" ")).problems
        assert any(name in problem for problem in told), name


def test_a_file_taken_out_put_in_or_doubled_is_told(packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    clip = next(name for name in members if name.startswith("clips/"))
    target = packed.with_name("other.zip")

    def problems(names: list[str]) -> str:
        with zipfile.ZipFile(target, "w") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # zipfile warns of the doubled name
            for name in names:
                archive.writestr(name, members.get(name, b"x"))
        return "\n".join(check_pack(target).problems)

    assert f"{clip}：缺失" in problems([name for name in members if name != clip])
    assert "more.txt：清单中没有" in problems([*members, "more.txt"])
    assert "pinned.json：有 2 份" in problems([*members, "pinned.json"])
    assert "manifest.sha256" in problems([name for name in members if name != "manifest.sha256"])


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_what_is_no_pack_is_refused_in_words(tmp_path: Path, data: bytes) -> None:
    target = tmp_path / "x.zip"
    target.write_bytes(data)
    with pytest.raises(PackUnreadable):
        check_pack(target)


@pytest.mark.parametrize("manifest", ["[]", '"x"', '{"format": "qm-pack/2", "files": []}'])
def test_a_manifest_of_another_shape_is_refused_in_words(tmp_path: Path, manifest: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("manifest.json", manifest)
        archive.writestr("score.json", "{}")
    with pytest.raises(PackUnreadable):
        check_pack(tmp_path / "x.zip")


def test_a_damaged_member_is_refused_in_words(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", "x" * 1000)
    data = bytearray(buffer.getvalue())
    at = data.index(b"manifest.json") + len("manifest.json")
    data[at : at + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(PackUnreadable):
        check_pack(tmp_path / "x.zip")


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "a")
    (tmp_path / "x.zip").write_bytes(buffer.getvalue())
    with pytest.raises(PackUnreadable):
        check_pack(tmp_path / "x.zip")


def test_a_draft_is_not_exported(centre: Centre) -> None:
    draft = save_rude_call(centre)
    with pytest.raises(NotReleased):
        export(centre.actors["inspector"], draft.evaluation_id)


def test_the_command_says_yes_and_no_by_its_exit_status(packed: Path) -> None:
    assert CliRunner().invoke(verify, [str(packed)]).exit_code == 0
    with zipfile.ZipFile(packed) as archive:
        heard = archive.read("transcript.json")
    assert CliRunner().invoke(verify, [str(changed(packed, "transcript.json", heard + b" "))]).exit_code == 1


def test_an_export_is_recorded(exported: bytes, tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(exported)
    with reading() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "evaluation_pack_exported")).one()
    assert event.detail["sha256"] == check_pack(tmp_path / "pack.zip").sha256
