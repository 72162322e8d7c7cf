"""How `qm bench pages` shows its figures to a person: the slowest pages last, next to the prompt."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Column, Table

_WIDTH = 110
"""Columns that no figure is cut short in, also where the output goes into a file."""
_NUMBERS = ("p50_ms", "p95_ms", "cpu_ms", "statements", "bytes")


def print_pages(report: dict[str, Any]) -> None:
    """A line an endpoint, what was not opened, and on what data."""
    numbers = (Column(name, justify="right", no_wrap=True) for name in _NUMBERS)
    names = (Column("endpoint", no_wrap=True, min_width=26), Column("role", no_wrap=True))
    table = Table(*names, Column("status", justify="right"), *numbers, box=None)
    for endpoint, page in sorted(report["pages"].items(), key=lambda item: item[1]["cpu_ms"]):
        shown = (f"{page[name]:,}" for name in _NUMBERS)
        table.add_row(endpoint, page["role"] or "", str(page["status"]), *shown)
    console = Console()
    console.width = max(console.width, _WIDTH)
    console.print(table)
    for endpoint, reason in report["not_opened"].items():
        console.print(f"✗ {endpoint}: {reason}", style="red")
    console.print("  ".join(f"{name} {value}" for name, value in report["environment"].items()))
