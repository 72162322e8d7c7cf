"""A page or module that the code or another page refers to is in the repository."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROOMS = ("qm", "scoring", "transcribe", "recorder", "tests")
PAGE = re.compile(r"[\w./-]*\w\.md\b")
MODULE = re.compile(r"`([\w/]+\.py)`")
CITED = re.compile(r"`(qm(?:\.[a-z_]+)+)(?:\.\w+)?`")


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


def test_every_module_that_a_page_names_by_its_file_is_there() -> None:
    known = [f"/{path.relative_to(ROOT)}" for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    pages = [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/*.md")]
    missing = {
        f"{path.name}: {module}"
        for path in pages
        for module in MODULE.findall(path.read_text("utf-8"))
        if not any(name.endswith(f"/{module}") for name in known)
    }
    assert missing == set()


def test_every_module_that_the_code_names_is_there() -> None:
    def there(dotted: str) -> bool:
        """A module, or what one defines."""
        parts = dotted.split(".")
        places = (ROOT.joinpath(*parts), ROOT.joinpath(*parts[:-1]))
        return any(place.is_dir() or place.with_suffix(".py").is_file() for place in places)

    missing = {
        f"{path.name}: {dotted}"
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for dotted in CITED.findall(path.read_text("utf-8"))
        if not there(dotted)
    }
    assert missing == set()
