"""One clock and one zone: whoever sets them for a test, or changes the setting, has set them everywhere."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from time_machine import TimeMachineFixture

from qm.core import clock
from qm.core.settings import settings

ROOT = Path(__file__).parents[3]
WALL_CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime"},
}


def reads_another_clock(node: ast.AST) -> bool:
    """`datetime.now(…)`, `datetime.datetime.now(…)`, `time.time()`, and `ZoneInfo(…)`."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Name):
        return called.id == "ZoneInfo"
    if not isinstance(called, ast.Attribute):
        return False
    owner = called.value.attr if isinstance(called.value, ast.Attribute) else getattr(called.value, "id", "")
    return called.attr in WALL_CLOCKS.get(owner, ())


def test_nothing_but_the_clock_reads_the_time_or_chooses_the_zone() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{node.lineno}"  # type: ignore[attr-defined]
        for room in ("qm", "scoring", "transcribe", "recorder")
        for path in (ROOT / room).rglob("*.py")
        if path != Path(clock.__file__)
        for node in ast.walk(ast.parse(path.read_text()))
        if reads_another_clock(node)
    }
    assert found == set()


def test_nobodys_clock_is_exchanged_for_one_module_alone() -> None:
    """A test travels with `time_machine`, and takes every module along."""
    exchanged = [
        path
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") == "setattr"
        and any(isinstance(given, ast.Constant) and given.value == "now" for given in node.args)
    ]
    assert exchanged == []


@pytest.mark.parametrize(("zone", "day"), [("Asia/Shanghai", 2), ("America/New_York", 1)])
def test_the_day_is_that_of_the_installations_zone(
    monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachineFixture, zone: str, day: int
) -> None:
    monkeypatch.setattr(settings(), "timezone", zone)
    time_machine.move_to(datetime(2026, 6, 1, 20, tzinfo=UTC), tick=False)
    assert clock.today() == date(2026, 6, day)
    assert clock.midnight(clock.today()) <= clock.now()
