"""Drafts of forms: edited step by step, taken back, imported with their faults, published only when sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import html5lib
import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlmodel import select

from qm.app.seeds import ensure_seeded
from qm.core.database import reading
from qm.core.errors import Forbidden, NotFound
from qm.models import AuditEvent, RubricVersion, VersionState
from qm.rubrics.reads import builder as builder_reads
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import drafts_edit as rubric_edits
from qm.rubrics.writes import versions as rubric_writes
from scoring.rubric import change_in_words, rubric_from_dict, rubric_to_yaml, validate
from scoring.types import ConditionSource, CriterionKind, CriticalClass, Rubric, ScoringMode, Veto
from tests.support.people import Centre
from tests.support.scored import add_call

Client = Callable[[str], FlaskClient]


@pytest.fixture
def seeded(centre: Centre) -> Centre:
    ensure_seeded()
    return centre


def stored(rubric_id: int) -> Rubric:
    with reading() as session:
        row = session.get(RubricVersion, rubric_id)
    assert row is not None
    return rubric_from_dict(row.document)


def version_of(key: str) -> RubricVersion:
    with reading() as session:
        return session.exec(select(RubricVersion).where(RubricVersion.key == key)).one()


@pytest.fixture
def draft(seeded: Centre) -> int:
    row = rubric_drafts.copy(seeded.actors["headquarters"], version_of("phone_banking").id or 0)
    return row.id or 0


def test_a_copy_is_the_next_draft_and_copying_again_goes_on_with_it(seeded: Centre, draft: int) -> None:
    supervisor = seeded.actors["headquarters"]
    source = version_of_id(draft)
    assert (source.version, source.state) == (2, VersionState.DRAFT)
    assert rubric_drafts.copy(supervisor, draft).id == draft


def version_of_id(rubric_id: int) -> RubricVersion:
    with reading() as session:
        row = session.get(RubricVersion, rubric_id)
    assert row is not None
    return row


def test_each_edit_can_be_taken_back_to_the_beginning(seeded: Centre, draft: int) -> None:
    supervisor, before = seeded.actors["headquarters"], stored(draft)
    steps = [
        rubric_edits.remove_criterion("greeting"),
        rubric_edits.add_section("新的部分"),
        rubric_edits.move_section("service", -1)
        if any(s.key == "service" for s in before.sections)
        else rubric_edits.move_section(before.sections[1].key, -1),
        rubric_edits.copy_criterion(
            "identity_check"
            if any(c.key == "identity_check" for c in before.criteria)
            else before.criteria[1].key
        ),
    ]
    for n, step in enumerate(steps):
        rubric_drafts.change(supervisor, draft, step, what=f"第 {n} 步")
    assert stored(draft) != before
    undone = [rubric_drafts.undo(supervisor, draft) for _ in steps]
    assert undone == [f"第 {n} 步" for n in reversed(range(len(steps)))]
    assert stored(draft) == before
    with pytest.raises(rubric_drafts.NothingToUndo):
        rubric_drafts.undo(supervisor, draft)


def test_an_edit_that_changes_nothing_leaves_no_step(seeded: Centre, draft: int) -> None:
    rubric_drafts.change(seeded.actors["headquarters"], draft, lambda r: r, what="没有")
    with pytest.raises(rubric_drafts.NothingToUndo):
        rubric_drafts.undo(seeded.actors["headquarters"], draft)


def test_the_oldest_steps_are_forgotten_but_never_how_the_draft_began(
    seeded: Centre, draft: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rubric_drafts, "STEPS_KEPT", 3)
    for n in range(6):
        rubric_drafts.change(
            seeded.actors["headquarters"], draft, lambda r, n=n: replace(r, title=f"表{n}"), what=f"{n}"
        )
    for _ in range(3):
        rubric_drafts.undo(seeded.actors["headquarters"], draft)
    assert stored(draft).title == "表2"
    with pytest.raises(rubric_drafts.NothingToUndo):
        rubric_drafts.undo(seeded.actors["headquarters"], draft)


def test_published_versions_and_other_roles_are_refused(seeded: Centre, draft: int) -> None:
    published = version_of_published("phone_banking")
    add = rubric_edits.add_section("x")
    with pytest.raises(rubric_drafts.NotADraft):
        rubric_drafts.change(seeded.actors["headquarters"], published, add, what="改")
    for role in ("inspector", "leader", "agent", "administrator"):
        with pytest.raises(Forbidden):
            rubric_drafts.change(seeded.actors[role], draft, add, what="改")
    with pytest.raises(NotFound):
        rubric_drafts.change(seeded.actors["headquarters"], 9999, add, what="改")


def version_of_published(key: str) -> int:
    with reading() as session:
        row = session.exec(
            select(RubricVersion).where(
                RubricVersion.key == key, RubricVersion.state == VersionState.PUBLISHED
            )
        ).one()
    return row.id or 0


def test_a_form_with_faults_is_kept_but_not_published(seeded: Centre) -> None:
    supervisor = seeded.actors["headquarters"]
    row = rubric_drafts.begin(supervisor, title="投诉专项", mode=ScoringMode.WEIGHTED)
    assert row.key == "tou_su_zhuan_xiang"
    with pytest.raises(rubric_writes.RubricUnusable) as refused:
        rubric_writes.publish(supervisor, row.id or 0)
    assert refused.value.problems
    view = builder_reads.builder(row.id or 0)
    assert {item.at for item in view.problems} == {"s:s1", "c:c1"}


@pytest.mark.parametrize("kind", list(CriterionKind))
@pytest.mark.parametrize("mode", list(ScoringMode))
def test_a_new_question_of_any_kind_is_sound_once_named(kind: CriterionKind, mode: ScoringMode) -> None:
    rubric = rubric_edits.add_section("开场")(Rubric("x", "表", 1, mode, ()))
    rubric = rubric_edits.put_criterion(rubric, replace(rubric.criteria[0], title="是非"))
    rubric = rubric_edits.add_criterion("s1", kind)(rubric)
    rubric = rubric_edits.put_criterion(rubric, replace(rubric.criteria[1], title="新问题"))
    assert validate(rubric) == []
    for other in CriterionKind:
        changed = rubric_edits.put_criterion(rubric, rubric_edits.of_kind(rubric.criteria[1], other))
        assert validate(changed) == [], (kind, other)


def test_moving_over_the_edge_goes_into_the_next_section() -> None:
    rubric = rubric_edits.add_section("乙")(
        rubric_edits.add_section("甲")(Rubric("x", "表", 1, ScoringMode.WEIGHTED, ()))
    )
    rubric = rubric_edits.add_criterion("s1", CriterionKind.TEXT)(rubric)
    moved = rubric_edits.move_criterion("c3", 1)(rubric)
    assert [[c.key for c in s.criteria] for s in moved.sections] == [["c1"], ["c3", "c2"]]
    assert rubric_edits.move_criterion("c3", -1)(moved) == rubric
    assert rubric_edits.move_criterion("c1", -1)(rubric) == rubric


def test_conditions_follow_a_question_whose_key_changes() -> None:
    rubric = rubric_edits.add_section("甲")(Rubric("x", "表", 1, ScoringMode.WEIGHTED, ()))
    rubric = rubric_edits.add_criterion("s1", CriterionKind.TEXT)(rubric)
    asked = rubric_edits.add_condition(rubric.criteria[1])
    looking = replace(asked.show_if[0], source=ConditionSource.ANSWER, key="c1", values=("yes",))
    rubric = rubric_edits.put_criterion(rubric, replace(asked, show_if=(looking,)))
    assert rubric_edits.renamed(rubric, "c1", "greeting").criteria[1].show_if[0].key == "greeting"


FIELDS = {
    "title": "规范问候", "kind": "choice", "max_points": "6", "guidance": "先问候", "rule": "greeting",
    "policy": "accept_when_sure", "sure_level": "0.9", "not_applicable_allowed": "1", "opt": ["full", "none"],
    "opt.full.label": "做到", "opt.full.points": "6", "opt.full.verdict": "met", "opt.none.label": "没有",
    "opt.none.points": "0", "opt.none.veto": "section", "opt.none.critical": "customer",
    "opt.none.requires_evidence": "1", "cond": ["0"], "cond.0.source": "call_data",
    "cond.0.data": "direction", "cond.0.operator": "one_of", "cond.0.values": "inbound、outbound",
}  # fmt: skip


def test_every_field_of_a_question_is_kept(client_of: Client, draft: int) -> None:
    client = client_of("headquarters")
    answer = client.post(f"/manage/rubrics/{draft}/build/criteria/greeting", data=FIELDS)
    assert answer.status_code == 302
    kept = rubric_edits.criterion_of(stored(draft), "greeting")
    assert (kept.title, kept.max_points, kept.sure_level) == ("规范问候", Decimal(6), Decimal("0.9"))
    assert kept.not_applicable_allowed
    assert not kept.bonus
    assert [o.veto for o in kept.options] == [Veto.NONE, Veto.SECTION]
    assert kept.options[1].critical == "customer"
    assert kept.options[1].requires_evidence
    assert kept.show_if[0].values == ("inbound", "outbound")


def test_a_new_maximum_is_followed_by_the_option_that_earned_it(client_of: Client, draft: int) -> None:
    before = rubric_edits.criterion_of(stored(draft), "greeting")
    fields = {"title": before.title, "max_points": "9", "opt": [o.key for o in before.options]}
    for option in before.options:
        fields |= {f"opt.{option.key}.label": option.label, f"opt.{option.key}.points": str(option.points)}
    client_of("headquarters").post(f"/manage/rubrics/{draft}/build/criteria/greeting", data=fields)
    points = [o.points for o in rubric_edits.criterion_of(stored(draft), "greeting").options]
    assert points == [Decimal(9), *[o.points for o in before.options[1:]]]


def test_an_unreadable_figure_is_told_in_words_and_nothing_changes(client_of: Client, draft: int) -> None:
    before = stored(draft)
    answer = client_of("headquarters").post(
        f"/manage/rubrics/{draft}/build/criteria/greeting", data={**FIELDS, "max_points": "五分"}
    )
    assert answer.status_code == 422
    assert "“五分”不是数字" in answer.text
    assert stored(draft) == before


def test_an_example_must_be_a_call_one_may_hear(client_of: Client, draft: int) -> None:
    fields = {**FIELDS, "example.recording_id": "nothere", "example.start_s": "1", "example.end_s": "2"}
    answer = client_of("headquarters").post(f"/manage/rubrics/{draft}/build/criteria/greeting", data=fields)
    assert answer.status_code == 404


@pytest.mark.parametrize("at", ["form", "s:opening", "c:greeting", "c:gone"])
def test_the_builder_page_is_valid_with_every_field_named(client_of: Client, draft: int, at: str) -> None:
    client = client_of("headquarters")
    client.post(f"/manage/rubrics/{draft}/build/criteria/greeting", data={**FIELDS, "act": "add_condition"})
    text = client.get(f"/manage/rubrics/{draft}/build?at={at}").text
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(text)
    assert parser.errors == []
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert sorted(ids) == sorted(set(ids))
    labels = {label.get("for") for label in tree.iter("label")}
    within = {id(field) for label in tree.iter("label") for field in label.iter()}
    for field in [*tree.iter("input"), *tree.iter("select"), *tree.iter("textarea")]:
        named = field.get("id") in labels or field.get("aria-label") or field.get("aria-labelledby")
        assert field.get("type") == "hidden" or named or id(field) in within, field.get("name")


def test_the_trial_is_scored_by_the_server_and_stored_nowhere(client_of: Client, draft: int) -> None:
    client = client_of("headquarters")
    data = {"trial_at": "form", "option.greeting": "partial"}
    answer = client.post(f"/manage/rubrics/{draft}/build/trial", data=data, headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div id="builder"')
    assert '<output class="score" id="trial-total">50</output>' in answer.text
    assert "rubric_edited" not in actions()


def actions() -> list[str]:
    with reading() as session:
        return list(session.exec(select(AuditEvent.action)).all())


def test_a_part_somebody_else_removed_is_told(client_of: Client, seeded: Centre, draft: int) -> None:
    rubric_drafts.change(
        seeded.actors["headquarters"], draft, rubric_edits.remove_criterion("greeting"), what="删"
    )
    answer = client_of("headquarters").post(f"/manage/rubrics/{draft}/build/criteria/greeting", data=FIELDS)
    assert answer.status_code == 404


def table(rows: list[list[object]]) -> BytesIO:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in [["一级项", "权重", "评分项", "分值", "一票否决"], *rows]:
        sheet.append(row)
    stream = BytesIO()
    book.save(stream)
    stream.seek(0)
    return stream


def test_a_faulty_table_becomes_a_draft_that_names_each_cell(client_of: Client, seeded: Centre) -> None:
    rows = [["开场", 40, "问候", "五分", None], ["合规", 50, "不索要密码", 5, "也许"]]
    client = client_of("headquarters")
    answer = client.post("/manage/rubrics/import", data={"file": (table(rows), "我的表.xlsx")})
    assert answer.status_code == 302
    assert "/build" in answer.headers["Location"]
    page = client.get(answer.headers["Location"]).text
    assert "D2" in page
    assert "E3" in page
    assert "还差 10" in page, "the weights add up to 90"
    assert "“五分”不是数字。" in page
    client.set_cookie("locale", "en")
    english = client.get(answer.headers["Location"]).text
    assert "“五分” is not a number." in english
    assert "“也许” is unclear" in english
    client.delete_cookie("locale")
    settled = client.post(answer.headers["Location"].split("?")[0] + "/settle", follow_redirects=True)
    assert "D2" not in settled.text


def test_a_yaml_form_comes_back_as_the_next_draft(client_of: Client, draft: int, seeded: Centre) -> None:
    text = rubric_to_yaml(replace(stored(draft), title="改过的表")).encode()
    client = client_of("headquarters")
    answer = client.post("/manage/rubrics/import", data={"file": (BytesIO(text), "a.yaml")})
    with reading() as session:
        drafts = session.exec(select(RubricVersion).where(RubricVersion.state == VersionState.DRAFT)).all()
    assert [(d.key, d.version, d.title) for d in drafts] == [("phone_banking", 2, "改过的表")]
    assert answer.headers["Location"].endswith(f"/rubrics/{drafts[0].id}/build")


def test_differences_are_told_in_words_not_in_codes(client_of: Client, seeded: Centre, draft: int) -> None:
    def change(rubric: Rubric) -> Rubric:
        asked = rubric_edits.add_condition(rubric_edits.criterion_of(rubric, "greeting"))
        worst = replace(asked.options[-1], veto=Veto.EVALUATION, critical=CriticalClass.CUSTOMER)
        return rubric_edits.put_criterion(rubric, replace(asked, options=(*asked.options[:-1], worst)))

    rubric_drafts.change(seeded.actors["headquarters"], draft, change, what="改")
    told = "".join(change_in_words(change) for change in builder_reads.builder(draft).changed)
    assert "一票否决由“不否决”改为“否决整份评分”" in told
    assert "“客户类”" in told
    assert "direction 是其中之一 inbound" in told


def test_an_example_is_played_beside_its_question(client_of: Client, seeded: Centre, draft: int) -> None:
    recording_id = add_call(seeded.agent_id)
    fields = {**FIELDS, "example.pick": f"{recording_id}|1.5|4.25"}
    client = client_of("headquarters")
    assert client.post(f"/manage/rubrics/{draft}/build/criteria/greeting", data=fields).status_code == 302
    kept = rubric_edits.criterion_of(stored(draft), "greeting").example
    assert kept is not None
    assert (kept.recording_id, kept.start_s, kept.end_s) == (recording_id, 1.5, 4.25)
    played = f"/media/{recording_id}/audio#t=1.50,4.25"
    assert client.get(f"/manage/rubrics/{draft}/build?at=c:greeting").text.count(played) == 2
    assert played in client.get(f"/manage/rubrics/{draft}").text
