"""What agents say, each sentence with its kind: manner is learned from it beyond a rule's own examples.

Tab-separated files beside this module hold `kind` and sentence, all written for this project. Every kind but
`innocent` is misconduct. Ordinary speech comes from the service sentences of `transcribe.language` too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from scoring.rules.judging.similarity import MannerModel, Space
from transcribe.language.lexicon import service_lines

INNOCENT = "innocent"
_ORDINARY = ("agents", "bank", "lines", "outbound", "securities")
"""Service texts without angry customers."""
_COMMON = 2
"""A feature that only one sentence has teaches nothing about others."""
_TRUST = 30.0
"""How far the model follows its sentences (inverse of regularisation); 10 found less at equal precision."""


@cache
def sentences() -> Mapping[str, tuple[str, ...]]:
    """All sentences by kind."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".tsv"):
            for line in file.read_text(encoding="utf-8").splitlines():
                kind, text = line.split("\t")
                found[kind].append(text)
    found[INNOCENT] += service_lines(_ORDINARY)
    return {kind: tuple(texts) for kind, texts in found.items()}


def kinds() -> frozenset[str]:
    """Kinds of misconduct that a rule may name."""
    return frozenset(sentences().keys() - {INNOCENT})


def model(misconduct: Iterable[str]) -> MannerModel:
    """Tells sentences of these kinds, in any order, from innocent ones. Learned in seconds, then kept."""
    return _model(frozenset(misconduct))


@lru_cache(maxsize=16)
def _model(misconduct: frozenset[str]) -> MannerModel:
    known = sentences()
    wanted = [text for kind in sorted(misconduct) for text in known[kind]]
    return MannerModel(space(), wanted, known[INNOCENT], trust=_TRUST)


@cache
def space() -> Space:
    """The space of all sentences."""
    return Space((text for texts in sentences().values() for text in texts), common=_COMMON)
