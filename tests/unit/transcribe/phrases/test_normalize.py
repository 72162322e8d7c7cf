from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcribe.normalize import normalize


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("工号8021", "工号八零二一"),
        ("工号幺零两二", "工号一零二二"),
        ("12,400元整", "一万两千四百元整"),
        ("百分之15", "百分之十五"),
        ("15%", "百分之十五"),
        ("3215.6元", "三千二百一十五元六角"),
        ("2026年11月20日", "二零二六年十一月二十日"),
        ("１０天", "十天"),
        ("10005", "一万零五"),
        ("掛失", "挂失"),
        ("APP", "ａｐｐ"),
        ("您好，请 稍等。", "您好请稍等"),
    ],
)
def test_what_is_written_equals_what_is_said(written: str, said: str) -> None:
    heard = {r.text for r in normalize(written).readings}
    assert normalize(said).text in heard


def test_a_long_number_is_never_read_as_a_value() -> None:
    (only,) = normalize("卡号6228480402564890018").readings
    assert only.text == "卡号六二二八四八零四零二五六四八九零零一八"


def test_a_place_in_the_reading_leads_back_to_the_original() -> None:
    original = "好的，工号8021，为您服务"
    found = normalize(original)
    at = found.text.index("为您")
    start, end = found.slice(at, at + 4)
    assert original[start:end] == "为您服务"


@settings(deadline=None)
@given(st.text(alphabet="您好工号，。 0123456789.%元年一二ABｃ掛", max_size=40))
def test_every_reading_maps_into_the_text_without_going_back(text: str) -> None:
    for reading in normalize(text).readings:
        assert len(reading.text) == len(reading.spoken) == len(reading.origin)
        assert all(0 <= a < b <= len(text) for a, b in reading.origin)
        assert list(reading.origin) == sorted(reading.origin)


@settings(deadline=None)  # the first use loads the character tables
@given(st.integers(min_value=0, max_value=999_999))
def test_values_are_read_as_the_number_converter_reads_them(number: int) -> None:
    import cn2an

    said = normalize(cn2an.an2cn(str(number)).removeprefix("一" if 10 <= number < 20 else "")).text
    assert said in {r.text for r in normalize(str(number)).readings}
