"""What pages of agents and leaders cost with many evaluations: `pytest tests/bench/bench_figures.py -s`."""

from __future__ import annotations

import gc
import time

import pytest

from tests.support.people import Centre
from tests.support.scored import many_scored
from tests.support.statements import asked

EVALUATIONS = 3000
PAGES = (
    ("agent", "/mine/"),
    ("agent", "/mine/?criterion=courtesy"),
    ("agent", "/mine/performance"),
    ("leader", "/team/?period=month"),
    ("leader", "/team/calls?period=month"),
    ("leader", "/team/agents/1"),
    ("supervisor", "/team/?period=month"),
)


@pytest.mark.parametrize(
    "chances",
    [(None,), (None, 0.1, 0.25, 0.3), tuple(0.05 + n / 10_000 for n in range(9000))],
    ids=["by hand", "few", "many"],
)
def test_pages_with_many_evaluations(centre: Centre, client_of, chances: tuple[float | None, ...]) -> None:
    many_scored(centre.agent_id, EVALUATIONS, chances=chances)
    print(f"\n{EVALUATIONS} released evaluations, {len(chances)} chances of having been sampled")
    for person, url in PAGES:
        client = client_of(person)
        client.get(url)
        gc.collect()  # of what the tests' own furnishing left
        with asked() as seen:
            start = time.process_time()
            answer = client.get(url)
            spent = time.process_time() - start
        assert answer.status_code == 200
        most = max(len(given) for _, given in seen)
        told = f"{len(seen):3} statements, {most:3} parameters"
        print(f"{person:10} {url:28} {spent:6.3f} s {told}, {len(answer.data)} B")
