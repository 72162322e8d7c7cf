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

from qm.core.catalogue import HAN
from qm.core.paths import ROOT, TEMPLATES, TRANSLATIONS

COUNTED = re.compile(
    r"%\(((?:n|count|number|total|points)(?=\)s)|\w+(?=\)[dg]))\)[sdg]"
    r" (?:(?!of )[a-z-]+ ){0,2}?([a-z]{2,}s|people|criteria)\b"
)
"""A figure and the several that it counts: `%(n)d calls`. Figures are `d` or `g`, or go by these names."""
LIMITS = ("most", "least")
"""Figures that are never one."""
VERBS = ("is", "was", "belongs", "equals", "fails", "holds", "lacks", "looks", "waits")
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
        original
        for original, forms in texts_of(english)
        for form in forms
        if form and sorted(PLACEHOLDER.findall(original)) != sorted(PLACEHOLDER.findall(form))
    ]
    assert wrong == []
    assert sum(len(forms) > 1 for _, forms in texts_of(english)) > 90


def texts_of(catalogue: Catalog) -> list[tuple[str, list[str]]]:
    """Each text with its translation, or with both forms of it."""
    found = [(message.id, message.string) for message in catalogue if message.id]
    return [(i, [str(s)]) if isinstance(i, str) else (str(i[0]), [*map(str, s or ())]) for i, s in found]


def test_whatever_is_counted_has_a_singular(english: Catalog) -> None:
    bare = [
        form
        for _, (form, *_plural) in texts_of(english)
        for place, noun in COUNTED.findall(form)
        if place not in LIMITS and noun not in VERBS
    ]
    assert bare == [], "give the entry a msgid_plural, msgstr[0] for one and msgstr[1] for several"


def test_a_bare_plural_would_be_seen() -> None:
    assert COUNTED.findall("%(n)d more calls") == [("n", "calls")]
    assert COUNTED.findall("%(n)d call of today, %(s)g s long") == []


def test_no_english_text_is_still_chinese(english: Catalog) -> None:
    # What stands in quotes is an example of what to type, and that is Chinese in both languages.
    texts = {original: re.sub("“[^”]*”", "", " ".join(forms)) for original, forms in texts_of(english)}
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
