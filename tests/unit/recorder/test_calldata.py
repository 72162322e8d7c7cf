"""Call data: what is good goes in, every fault is told at once and says what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.calldata import (
    CallData,
    CallDataInvalid,
    Direction,
    parse_call_data,
    sidecar_call_data,
    sidecar_of,
)
from recorder.types import Refusal
from tests.support import audio

CHINA = timezone(timedelta(hours=8))
GOOD = {"external_id": "c-1", "agent_no": "8021", "started_at": "2026-11-02T09:12:31+08:00"}


def test_known_fields_are_read_and_further_ones_kept_as_attributes() -> None:
    call = parse_call_data(
        GOOD
        | {
            "direction": "呼出",
            "queue": "理财",
            "team": "A组",
            "caller": 13800138000,
            "满意度": "5",
            "空": "",
        },
        source="pbx-1",
    )
    assert (call.external_id, call.source, call.agent_no, call.team) == ("c-1", "pbx-1", "8021", "A组")
    assert call.started_at == datetime(2026, 11, 2, 1, 12, 31, tzinfo=UTC)
    assert call.direction is Direction.OUTBOUND
    assert (call.queue, call.caller) == ("理财", "13800138000")
    assert dict(call.attributes) == {"满意度": "5"}


def test_every_fault_is_collected_and_named_in_chinese() -> None:
    with pytest.raises(CallDataInvalid) as invalid:
        parse_call_data(
            {"external_id": " ", "started_at": "昨天", "direction": "sideways", "queue": "x" * 201}
        )
    assert [error.field for error in invalid.value.errors] == [
        "external_id",
        "agent_no",
        "queue",
        "started_at",
        "direction",
    ]
    assert invalid.value.reason is Refusal.BAD_CALL_DATA
    assert all("请" in error.message for error in invalid.value.errors)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02T09:12:31+08:00",
        "2026-11-02 09:12:31+0800",
        "2026-11-02T01:12:31Z",
        "2026/11/02 09:12:31 +0800",
        "20261102T091231+0800",
    ],
)
def test_times_with_a_zone_are_understood(text: str) -> None:
    assert parse_call_data(GOOD | {"started_at": text}).started_at == datetime(
        2026, 11, 2, 9, 12, 31, tzinfo=CHINA
    )


@pytest.mark.parametrize("text", ["2026-11-02 09:12:31", "2026/11/2 9:12:31", "2026年11月02日 09:12:31"])
def test_times_without_a_zone_need_one_from_the_source(text: str) -> None:
    with pytest.raises(CallDataInvalid, match="没有时区"):
        parse_call_data(GOOD | {"started_at": text})
    call = parse_call_data(GOOD | {"started_at": text}, zone=CHINA)
    assert call.started_at == datetime(2026, 11, 2, 9, 12, 31, tzinfo=CHINA)


def test_an_unwritten_direction_is_read_as_inbound() -> None:
    assert parse_call_data(GOOD).direction is Direction.INBOUND


@given(st.dictionaries(st.sampled_from([*GOOD, "direction", "caller", "x"]), st.text(max_size=40)))
def test_any_texts_give_call_data_or_named_faults(fields: dict[str, str]) -> None:
    try:
        told: CallData | CallDataInvalid = parse_call_data(fields)
    except CallDataInvalid as invalid:
        told = invalid
    assert told.errors if isinstance(told, CallDataInvalid) else told.started_at.tzinfo


@pytest.mark.parametrize("path", sorted(audio.SAMPLES_DIR.glob("p*.json")), ids=lambda p: p.stem)
def test_sidecars_of_the_samples_give_their_meta_and_nothing_of_the_truth(path: Path) -> None:
    call = sidecar_call_data(path, source="demo")
    assert call.external_id == path.stem
    assert call.started_at.utcoffset() == timedelta(hours=8)
    assert set(call.attributes) == {"agent_name"}


@pytest.mark.parametrize("text", ["{", "[]", '{"meta": 3}', '{"labels": {}}', "\ufeff{}"])
def test_a_bad_sidecar_is_a_named_fault(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CallDataInvalid, match=r"a\.json"):
        sidecar_call_data(path)


def test_the_sidecar_of_a_recording_is_the_json_of_its_name(tmp_path: Path) -> None:
    assert sidecar_of(tmp_path / "a.wav") is None
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    assert sidecar_of(tmp_path / "a.wav") == tmp_path / "a.json"


def test_an_id_or_a_source_too_long_to_be_kept_whole_is_a_fault() -> None:
    with pytest.raises(CallDataInvalid) as invalid:
        parse_call_data(
            {
                "external_id": "x" * 121,
                "source": "y" * 41,
                "agent_no": "1",
                "started_at": "2026-11-02T09:00:00Z",
            }
        )
    assert [error.field for error in invalid.value.errors] == ["external_id", "source"]
    assert "120" in invalid.value.errors[0].message


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
def test_a_start_at_the_edge_of_time_is_a_fault(text: str) -> None:
    with pytest.raises(CallDataInvalid):
        parse_call_data({"external_id": "1", "agent_no": "1", "started_at": text})
