"""What a telephone system knows about a call, checked: every error is collected and said in Chinese."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from recorder.message import Message, listed
from recorder.types import AudioRefused, Refusal


class Direction(StrEnum):
    """Who began the call."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class CallData:
    """Call data of one recording. `(source, external_id)` names a call once and for all."""

    external_id: str
    source: str
    agent_no: str
    team: str
    """Team as the telephone system names it; empty where it does not."""
    started_at: datetime
    """Aware."""
    direction: Direction
    queue: str
    caller: str
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Further columns, as they came."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with call data: the field, and what is wrong and what to do, in Chinese."""

    field: str
    message: Message


class CallDataInvalid(AudioRefused):
    """Call data that cannot be taken; `errors` holds every fault, not only the first."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(Refusal.BAD_CALL_DATA, listed(tuple(error.message for error in errors)))
        self.errors = errors


FIELD_NAMES: dict[str, Message] = {
    "external_id": Message("通话编号"),
    "source": Message("来源"),
    "agent_no": Message("工号"),
    "team": Message("班组"),
    "started_at": Message("开始时间"),
    "direction": Message("呼叫方向"),
    "queue": Message("队列"),
    "caller": Message("客户号码"),
}
"""Fields of `CallData` and their Chinese names."""

_MAX_CHARS = 200
_EXAMPLE = "2026-11-02T09:12:31+08:00"
_MOST_CHARS = {"external_id": 120, "source": 40}
"""Fields that name a call are kept whole: cut short, two calls could become one."""
_DIRECTIONS = {
    **dict.fromkeys(("inbound", "in", "incoming", "呼入", "来电", "入呼"), Direction.INBOUND),
    **dict.fromkeys(("outbound", "out", "outgoing", "呼出", "外呼", "去电", "出呼"), Direction.OUTBOUND),
}
_YEARS = range(1970, 9999)
_TIME_FORMATS = ("%Y/%m/%d %H:%M:%S%z", "%Y/%m/%d %H:%M%z", "%Y-%m-%d %H:%M:%S %z", "%Y/%m/%d %H:%M:%S %z")
_NAIVE_FORMATS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M")


def parse_call_data(fields: Mapping[str, Any], *, source: str = "", zone: tzinfo | None = None) -> CallData:
    """Call data from named fields (`FIELD_NAMES`); any other field becomes an attribute.

    `source` stands in where the fields name none; `zone` is the zone of times that carry none (without it,
    such times are an error). A missing direction is read as inbound.

    Raises `CallDataInvalid` with all faults.
    """
    texts = {str(name): _text(value) for name, value in fields.items() if value is not None}
    errors = [
        FieldError(name, Message("缺少%(name)s（%(field)s），请补上", name=FIELD_NAMES[name], field=name))
        for name in ("external_id", "agent_no", "started_at")
        if not texts.get(name)
    ]
    errors += [
        FieldError(name, _too_long(name))
        for name, text in texts.items()
        if len(text) > _most(name) or not text.isprintable()
    ]
    started_at = _started_at(texts.get("started_at", ""), zone, errors)
    direction = _direction(texts.get("direction", ""), errors)
    if errors or started_at is None or direction is None:
        raise CallDataInvalid(tuple(errors))
    return CallData(
        external_id=texts["external_id"],
        source=texts.get("source") or source,
        agent_no=texts["agent_no"],
        team=texts.get("team", ""),
        started_at=started_at,
        direction=direction,
        queue=texts.get("queue", ""),
        caller=texts.get("caller", ""),
        attributes=MappingProxyType({n: t for n, t in texts.items() if n not in FIELD_NAMES and t}),
    )


def sidecar_call_data(path: Path, *, source: str = "", zone: tzinfo | None = None) -> CallData:
    """Call data from the JSON file beside a recording: its `meta` object and nothing else of it.

    The external id is that of `meta`, or else the file's name without its ending. Raises `CallDataInvalid`.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _bad_sidecar(path, Message("不是有效的 JSON")) from error
    meta = document.get("meta") if isinstance(document, dict) else None
    if not isinstance(meta, dict):
        raise _bad_sidecar(path, Message("缺少 meta 对象"))
    return parse_call_data({"external_id": path.stem, **meta}, source=source, zone=zone)


def sidecar_of(audio: Path) -> Path | None:
    """The JSON file beside a recording (same name, ending `.json`), or None."""
    beside = audio.with_suffix(".json")
    return beside if beside.is_file() else None


def _bad_sidecar(path: Path, fault: Message) -> CallDataInvalid:
    message = Message("通话数据文件 %(name)s %(fault)s，请按接入文档的格式更正", name=path.name, fault=fault)
    return CallDataInvalid((FieldError("meta", message),))


def _too_long(name: str) -> Message:
    told = FIELD_NAMES.get(name, name)
    return Message("%(name)s超过 %(number)s 个字或含控制字符，请更正", name=told, number=_most(name))


def _most(name: str) -> int:
    return _MOST_CHARS.get(name, _MAX_CHARS)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value).strip()


def _started_at(text: str, zone: tzinfo | None, errors: list[FieldError]) -> datetime | None:
    if not text:
        return None
    moment = _moment(text)
    if moment is None or moment.year not in _YEARS:
        fault = Message("开始时间「%(text)s」无法识别，请写成 %(example)s", text=text[:40], example=_EXAMPLE)
        errors.append(FieldError("started_at", fault))
        return None
    if moment.tzinfo is None and zone is None:
        fault = Message("开始时间「%(text)s」没有时区，请写成 %(example)s", text=text[:40], example=_EXAMPLE)
        errors.append(FieldError("started_at", fault))
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _moment(text: str) -> datetime | None:
    """The time a text names, aware or naive, or None."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for pattern in _TIME_FORMATS + _NAIVE_FORMATS:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - naive times are judged by the caller
        except ValueError:
            continue
    return None


def _direction(text: str, errors: list[FieldError]) -> Direction | None:
    if not text:
        return Direction.INBOUND
    direction = _DIRECTIONS.get(text.lower())
    if direction is None:
        fault = Message(
            "呼叫方向「%(text)s」无法识别，请写「呼入」或「呼出」（inbound / outbound）", text=text[:40]
        )
        errors.append(FieldError("direction", fault))
    return direction
