"""What is wrong with a page as it was sent: HTML, title, names of fields, inline code, words in Chinese."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
from sqlalchemy import select
from sqlmodel import Session, SQLModel

RUN = re.compile(r"[\u3400-\u9fff]+")
_SAID = ("title", "aria-label", "placeholder", "alt")
_QUOTED = re.compile("“[^”]*”")
_WHOLE = frozenset(
    {"a", "button", "caption", "dt", "h1", "h2", "h3", "label", "legend", "li", "option", "p", "summary"}
    | {"td", "th"}
)
_SILENT = frozenset({"script", "style", "template"})
_UNNAMED = frozenset({"hidden", "submit", "button", "file"})

DATA = {
    "agent": ("name",),
    "answer": ("comment",),
    "api_token": ("name",),
    "branch": ("name",),
    "evaluation": ("comment", "acknowledgement"),
    "evidence": ("text",),
    "hit": ("phrase", "heard"),
    "phrase": ("text", "group_name"),
    "queue_term": ("queue", "term"),
    "recording": ("queue",),
    "restatement": ("reason",),
    "rubric_version": ("title", "document"),
    "rule_version": ("title", "document", "fixtures"),
    "team": ("name",),
    "transcript": ("document",),
    "user": ("name",),
    "utterance": ("text",),
}
"""The columns that hold what people wrote or said: these are shown as they are in both languages."""


def parsed(html: str) -> tuple[Element, list[str]]:
    """The document and its violations of HTML."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(html)
    return tree, [f"invalid HTML: {code} at {place}" for place, code, _data in parser.errors]


def faults_of(html: str) -> Iterator[str]:
    """Everything that is wrong with a whole page, in words."""
    tree, invalid = parsed(html)
    yield from invalid
    titles = [title.text or "" for title in tree.iter("title")]
    if not titles or not titles[0].split("—")[0].strip():
        yield "no title"
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    yield from (f"duplicate id {name}" for name, count in ids.items() if count > 1)
    for element in tree.iter():
        yield from (f"inline {name}" for name in element.attrib if name == "style" or name.startswith("on"))
    scripts = (script for script in tree.iter("script") if "json" not in (script.get("type") or ""))
    yield from ("inline script" for script in scripts if not script.get("src"))
    yield from _forms(tree)
    yield from _fields(tree)


def _forms(tree: Element) -> Iterator[str]:
    for form in tree.iter("form"):
        names = {field.get("name") for field in form.iter("input")}
        if (form.get("method") or "get").lower() == "post" and "csrf_token" not in names:
            yield f"form {form.get('action')} without its token"


def _fields(tree: Element) -> Iterator[str]:
    labels = {label.get("for") for label in tree.iter("label")}
    within = {id(inner) for label in tree.iter("label") for inner in label.iter()}
    for tag in ("input", "select", "textarea"):
        for field in tree.iter(tag):
            named = any(map(field.get, ("aria-label", "aria-labelledby", "title")))
            if field.get("type") in _UNNAMED or named or field.get("id") in labels or id(field) in within:
                continue
            yield f"field {field.get('name')} without a label"


def links_of(html: str) -> Iterator[str]:
    """Where the page's links lead within the site."""
    for link in parsed(html)[0].iter("a"):
        href = link.get("href") or ""
        if href.startswith("/"):
            yield href


def data_texts(session: Session) -> frozenset[str]:
    """Every text of the database that people wrote or said, by the columns of `DATA`."""
    tables = SQLModel.metadata.tables
    found: set[str] = set()
    for table, names in DATA.items():
        for row in session.execute(select(*(tables[table].c[name] for name in names))):
            found.update(text for value in row for text in _strings(value))
    return frozenset(found)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def left_in_chinese(html: str, data: frozenset[str], interface: frozenset[str]) -> list[str]:
    """Chinese on an English page that no data holds; or a whole element's text that the interface says.

    What stands in quotes is an example of what to type, and that is Chinese in both languages.
    """
    everything = "\n".join(data)
    left = []
    for element in _readable(parsed(html)[0]):
        for text in _texts(element):
            if any(run not in everything for run in RUN.findall(_QUOTED.sub(" ", text))):
                left.append(text)
        whole = "".join(element.itertext()).strip() if element.tag in _WHOLE else ""
        if whole in interface and whole not in data:
            left.append(whole)
    return left


def _readable(element: Element) -> Iterator[Element]:
    """What people read or hear, and is not marked as Chinese."""
    silent = not isinstance(element.tag, str) or element.tag in _SILENT
    if silent or (element.get("lang") or "").startswith("zh"):
        return
    yield element
    for child in element:
        yield from _readable(child)


def _texts(element: Element) -> Iterator[str]:
    """The texts that stand directly in an element, one node at a time."""
    for name, value in element.attrib.items():
        said = name in _SAID or name.startswith("data-")
        if said or (name == "value" and element.get("type") in {"submit", "button"}):
            yield value.strip()
    yield (element.text or "").strip()
    yield from ((child.tail or "").strip() for child in element)
