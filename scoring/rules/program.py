"""Rules made ready to run: every expression compiled once, every example placed in one space."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.rules.model import Rule
from scoring.rules.nodes import Condition, Manner, Pattern, Phrase, Similar
from scoring.rules.prepared import Prepared
from scoring.rules.similarity import MannerModel, Space, clauses
from scoring.rules.sound import plain, sound_pattern
from scoring.rules.walk import conditions_of

_ROWS = 4096


@dataclass(frozen=True, slots=True)
class CompiledPattern:
    """The expressions of a `Pattern`, each kind joined into one; None where there are none."""

    words: re.Pattern[str] | None
    sounds: re.Pattern[str] | None
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like the examples of one node a clause is."""

    score: float
    """Cosine with the best example, or the model's probability; 0 to 1."""
    example: str
    """The nearest example."""
    against: float = 0.0
    """Cosine with the best counter-example."""


class Program:
    """A compiled rule set. Safe to use for any number of conversations, one after the other."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        nodes = tuple({id(n): n for rule in self.rules for n in conditions_of(rule)}.values())
        self._patterns = {id(n): compile_pattern(n) for n in nodes if isinstance(n, Pattern)}
        guarded = [n for n in nodes if isinstance(n, Phrase | Manner)]
        self._guards = {id(n): _join(map(sound_pattern, n.unless)) for n in guarded}
        self._alike = tuple(n for n in nodes if isinstance(n, Similar | Manner))
        self._columns: dict[int, tuple[slice, slice]] = {}
        self._models: dict[int, MannerModel] = {}
        self._texts: list[str] = []
        self._place_examples()

    def _place_examples(self) -> None:
        for node in self._alike:
            start = len(self._texts)
            self._texts += [plain(text) for text in node.examples]
            middle = len(self._texts)
            self._texts += [plain(text) for text in node.unlike]
            self._columns[id(node)] = (slice(start, middle), slice(middle, len(self._texts)))
        self._space = Space(self._texts)
        self._examples = self._space.vectors(self._texts) if self._texts else None
        trained: dict[tuple[tuple[str, ...], tuple[str, ...]], MannerModel] = {}
        for node in self._alike:
            if isinstance(node, Manner):
                heaps = (node.examples, node.unlike)
                if heaps not in trained:
                    trained[heaps] = MannerModel(self._space, *heaps)
                self._models[id(node)] = trained[heaps]

    def pattern(self, node: Pattern) -> CompiledPattern:
        """The compiled expressions of a node of this rule set."""
        return self._patterns[id(node)]

    def guard(self, node: Phrase | Manner) -> re.Pattern[str] | None:
        """What takes a hit or a clause back, or None."""
        return self._guards[id(node)]

    def sitting(self, prepared: Sequence[Prepared]) -> Sitting:
        """Place all clauses of some conversations in the space at once."""
        if self._examples is None:
            return Sitting({}, {})
        texts = {u.text or u.heard: () for p in prepared for u in p.utterances}
        pieces = {text: clauses(text) for text in texts}
        order = {piece: row for row, piece in enumerate({p: 0 for ps in pieces.values() for p in ps})}
        scores = self._score(tuple(order)) if order else {}
        return Sitting(pieces, {key: LikenessTable(order, *value) for key, value in scores.items()})

    def _score(self, pieces: tuple[str, ...]) -> dict[int, tuple[Any, Any, Any, tuple[str, ...]]]:
        best: dict[int, list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]] = {}
        for start in range(0, len(pieces), _ROWS):
            vectors = self._space.vectors(pieces[start : start + _ROWS])
            near = self._space.likeness(vectors, self._examples)
            for node in self._alike:
                likes, unlikes = self._columns[id(node)]
                which = near[:, likes].argmax(axis=1)
                score: NDArray[Any] = near[:, likes].max(axis=1)
                against = near[:, unlikes].max(axis=1, initial=0.0)
                if id(node) in self._models:
                    score = self._models[id(node)].probability(vectors)
                best.setdefault(id(node), []).append((score, which, against))
        return {key: _joined(parts, self._named(key)) for key, parts in best.items()}

    def _named(self, key: int) -> tuple[str, ...]:
        return tuple(self._texts[self._columns[key][0]])


def _joined(
    parts: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]], names: tuple[str, ...]
) -> tuple[Any, Any, Any, tuple[str, ...]]:
    score, which, against = (np.concatenate(column) for column in zip(*parts, strict=True))
    return score, which, against, names


class LikenessTable:
    """Scores of all clauses of a sitting for one node."""

    def __init__(
        self,
        order: dict[str, int],
        score: NDArray[Any],
        which: NDArray[Any],
        against: NDArray[Any],
        examples: tuple[str, ...],
    ) -> None:
        self._order, self._score, self._which = order, score, which
        self._against, self._examples = against, examples

    def __getitem__(self, piece: str) -> Likeness:
        row = self._order[piece]
        return Likeness(
            float(self._score[row]), self._examples[int(self._which[row])], float(self._against[row])
        )


class Sitting:
    """Clauses of the conversations judged together, and how like each node's examples they are."""

    def __init__(self, pieces: dict[str, tuple[str, ...]], tables: dict[int, LikenessTable]) -> None:
        self._pieces, self._tables = pieces, tables

    def likeness(self, node: Condition, text: str) -> Iterator[tuple[str, Likeness]]:
        """Each clause of an utterance with its likeness to the node's examples."""
        table = self._tables.get(id(node))
        if table is None:
            return
        for piece in self._pieces[text]:
            yield piece, table[piece]


def compile_pattern(node: Pattern) -> CompiledPattern:
    """Join and compile the expressions of a node. Raises `re.error` where one is not valid."""
    return CompiledPattern(
        _join(node.words), _join(map(sound_pattern, node.sounds)), _join(map(sound_pattern, node.unless))
    )


def _join(expressions: Iterable[str]) -> re.Pattern[str] | None:
    joined = "|".join(expressions)
    return re.compile(joined, re.MULTILINE) if joined else None
