"""What every GET page costs on the server, on generated data, as the role that the page is for."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from qm.app import create_app
from qm.bench.generated import Generated, installation
from qm.bench.page_addresses import API, Address, addresses
from qm.core import database
from qm.core.actor import UserRole
from qm.core.database import reading
from qm.models import User

Report = dict[str, Any]


def run(
    evaluations: int, recordings: int, *, rounds: int, folder: Path | None = None, fresh: bool = False
) -> Report:
    """Figures by endpoint: milliseconds at the median and at 95 of 100, statements and bytes of one answer.

    Each page is opened once before (templates are compiled then), and then `rounds` times. `cpu_ms` is the
    median of this process's own processor time. `not_opened` names endpoints without an address and why.
    """
    with installation(recordings, evaluations, folder=folder, fresh=fresh) as made:
        app = create_app()
        found = addresses(app, made)
        opened = {item.endpoint: _measured(app, made, item, rounds) for item in found if item.url}
        return {
            "environment": _environment(made, rounds),
            "pages": opened,
            "not_opened": {item.endpoint: item.reason for item in found if not item.url},
        }


def failed(report: Report) -> bool:
    """True where an endpoint was not opened, or answered with an error."""
    return bool(report["not_opened"]) or any(page["status"] >= 400 for page in report["pages"].values())


def _environment(made: Generated, rounds: int) -> Report:
    return {
        "recordings": made.recordings,
        "evaluations": made.evaluations,
        "dialect": database.engine().dialect.name,
        "rounds": rounds,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }


@dataclass(slots=True)
class _Counter:
    statements: int = 0


@contextmanager
def _counting() -> Iterator[_Counter]:
    """Counts the statements that the database is sent meanwhile."""
    counter, engine = _Counter(), database.engine()

    def count(*_: object) -> None:
        counter.statements += 1

    sa.event.listen(engine, "after_cursor_execute", count)
    try:
        yield counter
    finally:
        sa.event.remove(engine, "after_cursor_execute", count)


def _measured(app: Flask, made: Generated, address: Address, rounds: int) -> Report:
    client, headers = _client(app, made, address)
    wall, cpu = [], []
    with _counting() as counter:
        status, size = _open(client, address.url, headers)
        statements = counter.statements
    for _ in range(rounds):
        began, spent = time.perf_counter(), time.process_time()
        _open(client, address.url, headers)
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - spent) * 1000)
    return {
        "role": address.role.value if address.role else None,
        "url": address.url,
        "status": status,
        "p50_ms": _share(wall, 0.5),
        "p95_ms": _share(wall, 0.95),
        "cpu_ms": _share(cpu, 0.5),
        "statements": statements,
        "bytes": size,
    }


def _open(client: FlaskClient, url: str, headers: dict[str, str]) -> tuple[int, int]:
    """Status and bytes of one answer, read to its end."""
    with client.get(url, headers=headers) as answer:
        return answer.status_code, len(answer.get_data())


def _client(app: Flask, made: Generated, address: Address) -> tuple[FlaskClient, dict[str, str]]:
    """A browser in which the person is signed in, or a machine with its token."""
    client = app.test_client()
    if address.path.startswith(API):
        return client, {"Authorization": f"Bearer {made.token}"}
    if address.role is not None:
        _sign_in(client, made, address.role)
    return client, {}


def _sign_in(client: FlaskClient, made: Generated, role: UserRole) -> None:
    with reading() as session:
        user = session.get_one(User, made.people.users[role.value])
    with client.session_transaction() as kept:
        kept.update(user_id=user.id, version=user.session_version)


def _share(values: Sequence[float], share: float) -> float:
    """The least value that this share of the values does not exceed."""
    return round(sorted(values)[max(0, math.ceil(share * len(values)) - 1)], 2)
