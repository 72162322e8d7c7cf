"""Figures of judging 10,000 stored calls again by 60 rules.

`python -m tests.bench.bench_rejudge [CALLS] [RULES]`

Rules: the seeded library, repeated until there are as many as asked for, each copy with
another example in every condition so that it costs what a rule of its own costs. Prints JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from dataclasses import fields, is_dataclass, replace
from itertools import cycle, islice
from pathlib import Path

from sqlmodel import func, select

from qm import database, schema
from qm.actor import SYSTEM
from qm.database import writing
from qm.models import RuleVersion
from qm.services import rejudge, seeds
from qm.services.rules import create, publish
from qm.services.rules_seeds import text_of
from scoring.rules import seeded
from scoring.rules.nodes import Manner, Pattern, Phrase, Similar
from tests.support.stored_calls import store_calls


def rules_up_to(number: int) -> None:
    """Publish copies of seeded rules until there are `number`."""
    with writing() as session:
        there = session.exec(select(func.count()).select_from(RuleVersion)).one()
    for place, rule in enumerate(islice(cycle(seeded()), max(0, number - there))):
        copied = replace(varied(rule, place), key=f"{rule.key[:40]}_copy{place}", version=1)
        create(SYSTEM, document=text_of(copied))
        publish(SYSTEM, copied.key)


def varied(node: object, number: int) -> object:
    """An equal expression but for one more example, so that nothing is answered once for two rules."""
    if isinstance(node, tuple):
        return tuple(varied(part, number) for part in node)
    if not is_dataclass(node):
        return node
    changed = {item.name: varied(getattr(node, item.name), number) for item in fields(node)}
    extra = "".join("零一二三四五六七八九"[int(digit)] for digit in str(number))
    if isinstance(node, Pattern) and node.sounds:
        changed["sounds"] = (*node.sounds, f"占位{extra}")
    if isinstance(node, Pattern) and node.words:
        changed["words"] = (*node.words, f"占位{extra}")
    if isinstance(node, Similar | Manner):
        changed["examples"] = (*node.examples, f"占位例句{extra}")
    if isinstance(node, Phrase):
        changed["min_score"] = node.min_score + (number + 1) / 1e6
    return type(node)(**changed)


def _cpu_s() -> float:
    """Processor seconds of this process and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(item.ru_utime + item.ru_stime for item in used)


def main(calls: int = 10_000, rules: int = 60) -> dict[str, object]:
    """One run on a new database: everything is written; and one that finds nothing to change."""
    with tempfile.TemporaryDirectory() as folder:
        database.bind(database.make_engine(f"sqlite:///{Path(folder) / 'bench.sqlite'}"))
        schema.migrate()
        seeds.ensure_seeded()
        rules_up_to(rules)
        store_calls(calls)
        processes = os.cpu_count() or 1
        report: dict[str, object] = {
            "calls": calls,
            "rules": rules,
            "processes": processes,
            "load_before": os.getloadavg()[0],
        }
        for name in ("first_s", "again_s"):
            began, spent = time.perf_counter(), _cpu_s()
            tally = rejudge.rejudge(processes=processes)
            report[name] = round(time.perf_counter() - began, 1)
            report[name.replace("_s", "_cpu_s")] = round(_cpu_s() - spent, 1)
            report[name.replace("_s", "_changed")] = tally.changed
        report["load_after"] = os.getloadavg()[0]
        database.unbind()
    return report


if __name__ == "__main__":
    print(json.dumps(main(*(int(value) for value in sys.argv[1:]))))
