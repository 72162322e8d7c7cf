"""Rules made ready to run: every expression compiled once, every example placed in one space."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.rules.model import Rule
from scoring.rules.nodes import Condition, Manner, Pattern, Phrase, Similar, Spoken, Window
from scoring.rules.prepared import Prepared
from scoring.rules.similarity import MannerModel, Space, clauses
from scoring.rules.sound import sound_pattern
from scoring.rules.walk import conditions_of, walk


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
        alias = Aliases(self.rules)
        self.same, self.search, self.free = alias.same, alias.search, alias.free
        self._spoken: dict[int, tuple[Spoken, ...]] = {}
        nodes = alias.searches
        self._patterns = {id(n): compile_pattern(n) for n in nodes if isinstance(n, Pattern)}
        guarded = [n for n in nodes if isinstance(n, Phrase | Manner)]
        self._guards = {id(n): _join(map(sound_pattern, n.unless)) for n in guarded}
        self._similar = tuple(n for n in nodes if isinstance(n, Similar))
        self._manner = tuple(n for n in nodes if isinstance(n, Manner))
        alike: tuple[Similar | Manner, ...] = (*self._similar, *self._manner)
        texts = [text for n in alike for text in (*n.examples, *n.unlike)]
        self._space = Space(texts)
        self._heaps = {id(n): Heap(self._space, n) for n in self._similar}
        trained = {(n.examples, n.unlike) for n in self._manner}
        models = {heaps: MannerModel(self._space, *heaps) for heaps in sorted(trained)}
        self._models = {id(n): models[n.examples, n.unlike] for n in self._manner}

    def spoken_in(self, node: Condition) -> tuple[Spoken, ...]:
        """The conditions over words and sound inside an expression of this rule set, outermost first."""
        known = self._spoken.get(id(node))
        if known is None:
            known = self._spoken[id(node)] = tuple(p for p in walk(node) if isinstance(p, Spoken))
        return known

    def pattern(self, search: Pattern) -> CompiledPattern:
        """The compiled expressions of a search of this rule set."""
        return self._patterns[id(search)]

    def guard(self, search: Phrase | Manner) -> re.Pattern[str] | None:
        """What takes a hit or a clause back, or None."""
        return self._guards[id(search)]

    def sitting(self, prepared: Sequence[Prepared]) -> Sitting:
        """Place all clauses of some conversations in the space at once."""
        if not (self._similar or self._manner):
            return Sitting({}, {})
        texts = {u.text or u.heard: () for p in prepared for u in p.utterances}
        pieces = {text: clauses(text) for text in texts}
        rows = {piece: row for row, piece in enumerate({p: 0 for ps in pieces.values() for p in ps})}
        if not rows:
            return Sitting(pieces, {})
        vectors = self._space.vectors(tuple(rows))
        tables: dict[int, Table] = {id(n): self._heaps[id(n)].table(rows, vectors) for n in self._similar}
        given = {id(model): model.probability(vectors) for model in self._models.values()}
        for node in self._manner:
            model = self._models[id(node)]
            tables[id(node)] = MannerTable(rows, vectors, given[id(model)], model)
        return Sitting(pieces, tables)


class Aliases:
    """Equal nodes, and nodes that differ in window and count only, taken together."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        first: dict[Condition, Condition] = {}
        bare: dict[Spoken, Spoken] = {}
        self.same: dict[int, Condition] = {}
        """By a node's identity the one node that stands for all equal ones: those are answered once."""
        self.search: dict[int, Spoken] = {}
        """By a node's identity the node without window and count: what is looked for, wherever."""
        self.free: set[int] = set()
        """Identities of nodes that look at the whole call."""
        for rule in rules:
            for node in conditions_of(rule):
                if id(node) in self.same:
                    continue
                self.same[id(node)] = first.setdefault(node, node)
                if isinstance(node, Spoken):
                    without = replace(node, window=Window(), count=1)
                    self.search[id(node)] = bare.setdefault(without, without)
                    if node.window == without.window:
                        self.free.add(id(node))
        self.searches = tuple(bare)


class Heap:
    """The examples of one `Similar` node, placed in the space."""

    def __init__(self, space: Space, node: Similar) -> None:
        self._space, self.examples = space, node.examples
        self._likes = space.placed(node.examples)
        self._unlikes = space.placed(node.unlike) if node.unlike else None

    def table(self, rows: dict[str, int], vectors: Any) -> HeapTable:
        """Scores of all clauses."""
        near = self._space.likeness(vectors, self._likes)
        against = np.zeros(near.shape[0], dtype=np.float32)
        if self._unlikes is not None:
            against = self._space.likeness(vectors, self._unlikes).max(axis=1)
        return HeapTable(rows, near.max(axis=1), near.argmax(axis=1), against, self.examples)


class Table(Protocol):
    """Scores of all clauses of a sitting for one node."""

    def score(self, piece: str) -> float:
        """0 to 1."""
        ...

    def reaching(self, threshold: float) -> Iterable[str]:
        """The clauses whose score is at least this."""
        ...

    def likeness(self, piece: str) -> Likeness:
        """The score and what it rests on."""
        ...


@dataclass(frozen=True, slots=True)
class HeapTable:
    """Cosines with the best example and the best counter-example."""

    rows: dict[str, int]
    best: NDArray[np.float32]
    which: NDArray[np.intp]
    against: NDArray[np.float32]
    examples: tuple[str, ...]

    def score(self, piece: str) -> float:
        """Cosine with the best example."""
        return float(self.best[self.rows[piece]])

    def reaching(self, threshold: float) -> Iterable[str]:
        """The clauses whose cosine is at least this."""
        return _reaching(self.rows, self.best, threshold)

    def likeness(self, piece: str) -> Likeness:
        """The score, the example and the best counter-example's score."""
        row = self.rows[piece]
        return Likeness(float(self.best[row]), self.examples[int(self.which[row])], float(self.against[row]))


class MannerTable:
    """Probabilities; the nearest example is looked up only for the clauses that count."""

    def __init__(
        self, rows: dict[str, int], vectors: Any, given: NDArray[np.float64], model: MannerModel
    ) -> None:
        self.rows, self.given = rows, given
        self._vectors, self._model = vectors, model
        self._nearest: dict[str, str] = {}

    def score(self, piece: str) -> float:
        """The model's probability."""
        return float(self.given[self.rows[piece]])

    def reaching(self, threshold: float) -> Iterable[str]:
        """The clauses whose probability is at least this."""
        pieces = _reaching(self.rows, self.given, threshold)
        self._look_up(pieces)
        return pieces

    def likeness(self, piece: str) -> Likeness:
        """The probability and the nearest example."""
        if piece not in self._nearest:
            self._look_up([piece])
        return Likeness(self.score(piece), self._nearest[piece])

    def _look_up(self, pieces: list[str]) -> None:
        if pieces:
            near = self._model.nearest(self._vectors[[self.rows[piece] for piece in pieces]])
            self._nearest.update(zip(pieces, near, strict=True))


def _reaching(rows: dict[str, int], scores: NDArray[Any], threshold: float) -> list[str]:
    # As Python floats, as `score` gives them: a threshold must not be rounded to the array's type.
    pieces = tuple(rows)
    return [pieces[row] for row in np.flatnonzero(scores.astype(np.float64) >= threshold)]


class Sitting:
    """Clauses of the conversations judged together, and how like each node's examples they are."""

    def __init__(self, pieces: dict[str, tuple[str, ...]], tables: dict[int, Table]) -> None:
        self._pieces, self._tables = pieces, tables
        self._near: dict[tuple[int, float], frozenset[str]] = {}

    def clauses_of(self, text: str) -> tuple[str, ...]:
        """The clauses of an utterance."""
        return self._pieces[text]

    def near(self, table: Table, threshold: float) -> frozenset[str]:
        """The clauses that reach a threshold: few of many, so that most calls need no closer look."""
        key = id(table), threshold
        if key not in self._near:
            self._near[key] = frozenset(table.reaching(threshold))
        return self._near[key]

    def table(self, search: Similar | Manner) -> Table | None:
        """The scores for a search; None where there is no clause at all."""
        return self._tables.get(id(search))


def compile_pattern(node: Pattern) -> CompiledPattern:
    """Join and compile the expressions of a node. Raises `re.error` where one is not valid."""
    return CompiledPattern(
        _join(node.words), _join(map(sound_pattern, node.sounds)), _join(map(sound_pattern, node.unless))
    )


_CAPTURING = re.compile(r"(?<!\\)\((?!\?)")


def _join(expressions: Iterable[str]) -> re.Pattern[str] | None:
    """One expression of several. Groups need not capture: without, matching is several times faster."""
    joined = _CAPTURING.sub("(?:", "|".join(expressions))
    return re.compile(joined, re.MULTILINE) if joined else None
