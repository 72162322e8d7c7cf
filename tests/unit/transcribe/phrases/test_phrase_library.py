from __future__ import annotations

import pytest

from recorder.types import Role
from transcribe.phrases import LibraryErrors, read_csv, seed, write_csv
from transcribe.types import PhraseKind

BAD = (
    "a,甲,required,agent,您好",
    "b,乙,nonsense,agent,再见",
    "c,丙,topic,nobody,投诉",
    "d,丁,topic,any,，。",
    "a,甲,forbidden,agent,烦死了",
    "a,甲,required,agent,您好。",
    "短",
)
HEADER = "group,name,kind,role,phrase\n"


def test_the_seed_has_the_required_groups_and_sixty_forbidden_phrases_in_eight() -> None:
    required = {s.key for s in seed() if s.kind is PhraseKind.REQUIRED}
    assert {
        "greeting",
        "closing",
        "identity_check",
        "hold_courtesy",
        "risk_disclosure",
        "rating_invitation",
    } <= required
    forbidden = [s for s in seed() if s.kind is PhraseKind.FORBIDDEN]
    assert len(forbidden) >= 8
    assert sum(len(s.phrases) for s in forbidden) >= 60
    assert all(s.name for s in forbidden)


def test_phrase_ids_of_the_seed_are_unique() -> None:
    ids = [p.id for s in seed() for p in s.phrases]
    assert len(ids) == len(set(ids))


def test_an_exported_library_reads_back_the_same() -> None:
    assert read_csv(write_csv(seed())) == seed()


def test_all_bad_lines_are_reported_and_the_good_ones_kept() -> None:
    table = HEADER + "\n".join(BAD)
    with pytest.raises(LibraryErrors) as caught:
        read_csv(table)
    assert [(e.line, e.reason) for e in caught.value.errors] == [
        (3, "kind"),
        (4, "role"),
        (5, "phrase"),
        (6, "mixed"),
        (7, "duplicate"),
        (8, "columns"),
    ]
    assert [p.text for s in caught.value.sets for p in s.phrases] == ["您好"]


def test_chinese_words_for_kind_and_role_are_understood() -> None:
    ((only,),) = (s.phrases for s in read_csv(HEADER + "x,某,禁语,座席,烦死了\n"))
    assert (only.kind, only.role) == (PhraseKind.FORBIDDEN, Role.AGENT)


@pytest.mark.parametrize("table", ["", "phrase\n您好\n"])
def test_a_table_without_its_header_is_refused(table: str) -> None:
    with pytest.raises(LibraryErrors) as caught:
        read_csv(table)
    assert caught.value.errors[0].reason == "header"


def test_a_byte_order_mark_from_a_spreadsheet_is_no_error() -> None:
    assert read_csv("\ufeff" + HEADER + "a,甲,required,agent,您好\n")[0].key == "a"
