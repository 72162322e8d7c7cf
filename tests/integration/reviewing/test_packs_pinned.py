"""An evidence pack tells what a score rested on at its release, and what became of it since."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlmodel import select

from qm.cli.verify import verify
from qm.core import database, objects
from qm.core.database import reading
from qm.models import AuditEvent, Evaluation, EvaluationSnapshot, Recording
from qm.reviewing.reads.answers import answers_of
from qm.reviewing.reads.pack_files import check_pack, write_pack
from qm.reviewing.writes.packs import SoundChanged, export, unknown_here
from qm.reviewing.writes.releases import release, take_back
from qm.worker import pipeline
from tests.support.people import Centre
from tests.support.rude_call import release_rude_call


@pytest.fixture
def released(centre: Centre) -> int:
    """A released human evaluation of a rude call."""
    return release_rude_call(centre)


def sql(statement: str) -> None:
    with database.engine().execution_options(qm_writes=True).begin() as connection:
        connection.execute(sa.text(statement))


def exported(centre: Centre, evaluation_id: int, folder: Path) -> Path:
    target = folder / "pack.zip"
    target.write_bytes(export(centre.actors["inspector"], evaluation_id).file.read())
    return target


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_call_judged_anew_leaves_the_pack_as_it_was_released(
    centre: Centre, released: int, tmp_path: Path
) -> None:
    before = members(exported(centre, released, tmp_path))
    with reading() as session:
        row = session.get_one(Evaluation, released)
    sql("DELETE FROM hit")
    pipeline.prescore(row.recording_id)
    sql("UPDATE finding SET verdict = 'cannot_tell', evidence = '[]'")
    after = exported(centre, released, tmp_path)
    assert members(after) == before
    assert json.loads(before["pinned.json"])["hits"]
    assert check_pack(after).holds


def test_the_same_score_exported_twice_is_the_same_pack(centre: Centre, released: int) -> None:
    inspector = centre.actors["inspector"]
    first, second = export(inspector, released), export(inspector, released)
    assert first.file.read() == second.file.read()


def test_a_total_changed_in_the_database_is_told_with_both_figures(
    centre: Centre, released: int, tmp_path: Path
) -> None:
    with reading() as session:
        total = session.get_one(Evaluation, released).total
    sql("UPDATE evaluation SET total = '99.9' WHERE kind = 'human'")
    found = check_pack(exported(centre, released, tmp_path))
    assert found.problems == (f"total：重新计算为 {total}，数据库中为 99.9",)
    with reading() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "evaluation_pack_exported")).one()
    assert event.detail["problems"] == 1


def test_an_answer_changed_in_the_database_is_told_with_its_criterion(
    centre: Centre, released: int, tmp_path: Path
) -> None:
    answer = next(item for item in answers_of(released) if item.options)
    sql(
        f"UPDATE answer SET options = '[\"other\"]' "
        f"WHERE evaluation_id = {released} AND criterion = '{answer.criterion}'"
    )
    found = check_pack(exported(centre, released, tmp_path))
    assert any(
        f"answers.{answer.criterion}.options[0]" in line and "other" in line for line in found.problems
    )


def test_an_altered_transcript_is_told(centre: Centre, released: int, tmp_path: Path) -> None:
    sql("UPDATE transcript SET document = replace(document, 'truth', 'other')")
    found = check_pack(exported(centre, released, tmp_path))
    assert found.problems == ("transcript.json：与发布评分时的转写不同",)


def test_altered_sound_is_no_evidence(centre: Centre, released: int, tmp_path: Path) -> None:
    with reading() as session:
        recording = session.get_one(Recording, session.get_one(Evaluation, released).recording_id)
    other = tmp_path / "other.wav"
    other.write_bytes(b"RIFF")
    sha256 = hashlib.sha256(b"RIFF").hexdigest()
    objects.store().delete(recording.object_key)
    objects.store().put(recording.object_key, other, content_type="audio/wav", sha256=sha256)
    with pytest.raises(SoundChanged):
        export(centre.actors["inspector"], released)


def test_a_pack_rewritten_as_a_whole_is_found_out_by_the_installation_alone(
    centre: Centre, released: int, tmp_path: Path
) -> None:
    path = exported(centre, released, tmp_path)
    assert unknown_here(check_pack(path)) == ()
    assert CliRunner().invoke(verify, [str(path), "--against-database"]).exit_code == 0
    files = {name: data for name, data in members(path).items() if not name.startswith("manifest")}
    pinned = json.loads(files["pinned.json"])
    pinned["hits"] = []
    files["pinned.json"] = json.dumps(pinned).encode()
    forged = tmp_path / "forged.zip"
    with forged.open("wb") as target:
        write_pack(target, files)
    assert check_pack(forged).holds
    told = CliRunner().invoke(verify, [str(forged), "--against-database"])
    assert told.exit_code == 1
    assert "导出记录里没有" in told.output
    assert "pinned.json：与本系统发布评分时的存档不同" in told.output


def test_a_score_taken_back_and_released_again_is_kept_twice(centre: Centre, released: int) -> None:
    inspector = centre.actors["inspector"]
    draft = take_back(inspector, released)
    release(inspector, released, revision=draft.revision)
    with reading() as session:
        kept = session.exec(select(EvaluationSnapshot.revision)).all()
    assert len(kept) == 2
    assert export(inspector, released).problems == ()


def test_a_score_released_before_snapshots_says_so_and_still_verifies(
    centre: Centre, released: int, tmp_path: Path
) -> None:
    sql("DROP TRIGGER guard_evaluation_snapshot_delete")
    sql("DELETE FROM evaluation_snapshot")
    found = check_pack(exported(centre, released, tmp_path))
    assert found.holds
    assert "取自导出之时" in found.notes[0]
    assert unknown_here(found) == ()


def test_a_snapshot_slipped_in_later_is_not_what_was_released(
    centre: Centre, released: int, tmp_path: Path
) -> None:
    before = members(exported(centre, released, tmp_path))
    sql(
        "INSERT INTO evaluation_snapshot (evaluation_id, revision, document, sha256, made_at) "
        f"SELECT evaluation_id, revision + 1, replace(document, '不', '很'), sha256, made_at "
        f"FROM evaluation_snapshot WHERE evaluation_id = {released}"
    )
    assert members(exported(centre, released, tmp_path)) == before
