"""A page that the code or another page refers to is in the repository."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROOMS = ("qm", "scoring", "transcribe", "recorder", "tests")
PAGE = re.compile(r"[\w./-]*\w\.md\b")


def test_every_page_referred_to_is_there() -> None:
    code = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    missing = {
        f"{path.name}: {page}"
        for path in (*code, *pages)
        for page in PAGE.findall(path.read_text("utf-8"))
        if not any((base / page).exists() for base in (ROOT, ROOT / "docs", path.parent))
    }
    assert missing == set()
