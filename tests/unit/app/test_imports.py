"""No two modules need each other: each can be read, and imported, after those that it builds on."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest


def test_no_module_needs_itself_by_way_of_others() -> None:
    """A module of pages may import its own package, where the blueprint stands that the pages join."""
    rooms = grimp.build_graph("qm", "recorder", "transcribe", "scoring", cache_dir=None)
    needs = {
        module: {
            other
            for other in rooms.find_modules_directly_imported_by(module)
            if not module.startswith(f"{other}.")
        }
        for module in rooms.modules
    }
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as circle:
        pytest.fail(" needs ".join(reversed(circle.args[1])))
