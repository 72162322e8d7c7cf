"""Figures of judging stored calls again: everything new, nothing changed, and how both grow.

Rules: the seeded library, repeated until there are as many as asked for, each copy with another example in
every condition so that it costs what a rule of its own costs. Calls: the samples with their words varied.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from sqlmodel import func, select

from qm.app import seeds
from qm.bench.stored_calls import store_calls
from qm.core import database
from qm.core.actor import SYSTEM
from qm.core.database import reading
from qm.jobs import schema
from qm.judging.writes import rejudge as rejudge_writes
from qm.models import RuleVersion, VersionState
from qm.rules.writes import judging as rule_judging
from qm.rules.writes.seeds import text_of
from qm.rules.writes.versions import create, publish
from scoring.rules import seeded
from scoring.rules.language.nodes import Manner, Pattern, Phrase, Similar

Judge = Callable[[int], rejudge_writes.Tally]
"""Judges all stored calls again on so many processes, and shows how far it is."""


def run(calls: int, rules: int, judge: Judge) -> dict[str, object]:
    """On a new database of its own: seconds, processor seconds and calls whose verdicts changed.

    1. A run that writes everything. 2. One that finds nothing to change. 3. On a tenth of the calls and one
    process, starting aside: how much more processor time twice the calls and twice the rules take.
    """
    with tempfile.TemporaryDirectory() as folder:
        database.bind(database.make_engine(f"sqlite:///{Path(folder) / 'bench.sqlite'}"))
        try:
            return _figures(calls, rules, judge)
        finally:
            database.unbind()


def _figures(calls: int, rules: int, judge: Judge) -> dict[str, object]:
    schema.migrate()
    seeds.ensure_seeded()
    _rules_up_to(rules)
    store_calls(calls)
    processes = os.cpu_count() or 1
    report: dict[str, object] = {"calls": calls, "rules": _published(), "processes": processes}
    report["load_before"] = os.getloadavg()[0]
    for name in ("first", "again"):
        began, spent = time.perf_counter(), _cpu_s()
        tally = judge(processes)
        report[f"{name}_s"] = time.perf_counter() - began
        report[f"{name}_cpu_s"] = _cpu_s() - spent
        report[f"{name}_changed"] = tally.changed
    few = max(1, calls // 10)
    once = _judged_s(store_calls(few))
    report["calls_doubled"] = _judged_s(store_calls(2 * few)) / once
    _rules_up_to(2 * rules)
    report["rules_doubled"] = _judged_s(store_calls(few)) / once
    report["load_after"] = os.getloadavg()[0]
    return report


def _judged_s(recording_ids: list[str]) -> float:
    """Processor seconds of judging these new calls in this process, the rules being compiled."""
    rule_judging.bench()
    began = time.process_time()
    rejudge_writes.rejudge(recording_ids, processes=1)
    return time.process_time() - began


def _published() -> int:
    with reading() as session:
        return session.exec(
            select(func.count()).select_from(RuleVersion).where(RuleVersion.state == VersionState.PUBLISHED)
        ).one()


def _rules_up_to(number: int) -> None:
    """Publish copies of seeded rules until there are `number`."""
    there = _published()
    for place, rule in enumerate(islice(cycle(seeded()), max(0, number - there)), start=there):
        copied = replace(_varied(rule, place), key=f"{rule.key[:40]}_copy{place}", version=1)
        create(SYSTEM, document=text_of(copied))
        publish(SYSTEM, copied.key)


def _varied(node: Any, number: int) -> Any:
    """An equal expression but for one more example, so that nothing is answered once for two rules."""
    if isinstance(node, tuple):
        return tuple(_varied(part, number) for part in node)
    if not is_dataclass(node):
        return node
    changed = {item.name: _varied(getattr(node, item.name), number) for item in fields(node)}
    extra = "".join("零一二三四五六七八九"[int(digit)] for digit in str(number))
    if isinstance(node, Pattern) and node.sounds:
        changed["sounds"] = (*node.sounds, f"占位{extra}")
    if isinstance(node, Pattern) and node.words:
        changed["words"] = (*node.words, f"占位{extra}")
    if isinstance(node, Similar | Manner) and node.examples:
        changed["examples"] = (*node.examples, f"占位例句{extra}")
    if isinstance(node, Manner) and node.kinds:
        changed["threshold"] = node.threshold + (number + 1) / 1e6
    if isinstance(node, Phrase):
        changed["min_score"] = node.min_score + (number + 1) / 1e6
    return type(node)(**changed)


def _cpu_s() -> float:
    """Processor seconds of this process and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(item.ru_utime + item.ru_stime for item in used)
