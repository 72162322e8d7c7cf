"""Every text can be read in English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import Environment

from qm.catalogue import HAN
from qm.paths import ROOT, TEMPLATES, TRANSLATIONS

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")


@pytest.fixture(scope="module")
def wanted() -> set[str]:
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    methods = [(pattern, method) for pattern, method in methods]
    found = extract_from_dir(
        ROOT, methods, options, directory_filter=lambda path: ".venv" not in path and "node" not in path
    )
    return {message if isinstance(message, str) else message[0] for _file, _line, message, *_rest in found}


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def test_every_text_has_an_english_one(wanted: set[str], english: Catalog) -> None:
    missing = sorted(text for text in wanted if not (message := english.get(text)) or not message.string)
    assert missing == [], f"{len(missing)} texts: run `make messages` and translate"
    assert len(wanted) > 100


def test_no_translation_loses_or_invents_a_value(english: Catalog) -> None:
    wrong = [
        message.id
        for message in english
        if message.id and isinstance(message.id, str) and message.string
        if sorted(PLACEHOLDER.findall(message.id)) != sorted(PLACEHOLDER.findall(str(message.string)))
    ]
    assert wrong == []


def test_no_english_text_is_still_chinese(english: Catalog) -> None:
    # What stands in quotes is an example of what to type, and that is Chinese in both languages.
    texts = {str(m.id): re.sub("“[^”]*”", "", str(m.string)) for m in english if m.id}
    left = [original for original, text in texts.items() if HAN.search(text)]
    assert left == []


def test_templates_have_no_chinese_outside_gettext(wanted: set[str]) -> None:
    environment = Environment(autoescape=True)
    stray = []
    for path in sorted(Path(TEMPLATES).rglob("*.html")):
        for line, kind, value in environment.lex(path.read_text("utf-8")):
            text = value.strip("\"'")
            if not HAN.search(value) or kind == "comment":
                continue
            if kind == "data" and not _inside_trans(path, line):
                stray.append(f"{path.name}:{line} {value.strip()[:40]}")
            if kind == "string" and text not in wanted:
                stray.append(f"{path.name}:{line} {text[:40]}")
    assert stray == []


def _inside_trans(path: Path, line: int) -> bool:
    lines = path.read_text("utf-8").splitlines()[:line]
    opened = sum(len(re.findall(r"{%-?\s*trans\b", text)) for text in lines)
    closed = sum(len(re.findall(r"{%-?\s*endtrans\b", text)) for text in lines[:-1])
    return opened > closed
