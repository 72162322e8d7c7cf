"""Forms as files: YAML and Excel, out and in."""

from __future__ import annotations

import io

from qm.app.seeds import ensure_seeded
from qm.models import VersionState
from qm.rubrics.reads import versions as rubric_reads
from scoring.rubric import rubric_to_yaml


def test_a_rubric_goes_out_as_yaml_comes_back_as_a_draft_and_is_published(client_of) -> None:
    ensure_seeded()
    client = client_of("headquarters")
    line = next(line for line in rubric_reads.lines() if line.key == "phone_banking")
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
    draft = rubric_reads.lines()[0].newest
    client.post(f"/manage/rubrics/{draft.id}/publish")
    states = [version.state for version in rubric_reads.view(draft.id or 0).siblings]
    assert states == [VersionState.PUBLISHED, VersionState.RETIRED]
    assert client.post(f"/manage/rubrics/{draft.id}/publish").status_code == 409


def test_what_excel_leaves_out_is_named_in_the_readers_language(client_of) -> None:
    ensure_seeded()
    client = client_of("headquarters")
    line = next(line for line in rubric_reads.lines() if line.key == "phone_banking")
    for locale, words in (("zh", "Excel 里不含：采纳方式"), ("en", "Excel leaves out: Acceptance")):
        client.set_cookie("locale", locale)
        assert words in client.get(f"/manage/rubrics/{line.newest.id}").text


def test_a_rubric_comes_in_from_excel_and_faults_name_their_cell(client_of) -> None:
    ensure_seeded()
    client = client_of("headquarters")
    line = next(line for line in rubric_reads.lines() if line.key == "phone_banking")
    sheet = client.get(f"/manage/rubrics/{line.newest.id}/export.xlsx").data
    page = client.post(
        "/manage/rubrics/import", data={"file": (io.BytesIO(sheet), "r.xlsx")}, follow_redirects=True
    )
    assert page.status_code == 200, "a table leaves the way of acceptance out, so it is another form"
    empty = client.get("/manage/rubrics/template.xlsx").data
    made = client.post("/manage/rubrics/import", data={"file": (io.BytesIO(empty), "t.xlsx")})
    assert made.status_code == 302
    broken = client.post("/manage/rubrics/import", data={"file": (io.BytesIO(b"no table"), "b.xlsx")})
    assert broken.status_code == 422
    assert "文件里的问题" in broken.text
