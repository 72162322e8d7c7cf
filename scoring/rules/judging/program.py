"""Rules made ready to run: every expression compiled once, every example placed in one space."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.rules import corpus
from scoring.rules.judging.prepared import Prepared
from scoring.rules.judging.similarity import MannerModel, Space, clauses, sentences
from scoring.rules.language.expressions import joined
from scoring.rules.language.model import Rule
from scoring.rules.language.nodes import Condition, Manner, Pattern, Phrase, Similar, Spoken, Window
from scoring.rules.language.walk import conditions_of, walk
from scoring.rules.sound import sound_pattern


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
        self._guards = {id(n): joined(map(sound_pattern, n.unless)) for n in guarded}
        self._similar = tuple(n for n in nodes if isinstance(n, Similar))
        self._manner = tuple(n for n in nodes if isinstance(n, Manner) and not n.kinds)
        alike: tuple[Similar | Manner, ...] = (*self._similar, *self._manner)
        texts = [text for n in alike for text in (*n.examples, *n.unlike)]
        self._space = Space(texts)
        self._heaps = {id(n): Heap(self._space, n) for n in self._similar}
        trained = {(n.examples, n.unlike) for n in self._manner}
        models = {heaps: MannerModel(self._space, *heaps) for heaps in sorted(trained)}
        self._models = {id(n): models[n.examples, n.unlike] for n in self._manner}
        self._learned = {id(n): corpus.model(n.kinds) for n in nodes if isinstance(n, Manner) and n.kinds}

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
        texts = {u.text or u.heard: () for p in prepared for u in p.utterances}
        tables: dict[int, Table] = {}
        if (self._similar or self._manner) and (cut := Cut(texts, clauses)).rows:
            vectors = self._space.vectors(tuple(cut.rows))
            tables |= {id(n): self._heaps[id(n)].table(cut, vectors) for n in self._similar}
            tables |= _manner_tables(self._models, cut, vectors)
        if self._learned and (cut := Cut(texts, sentences)).rows:
            tables |= _manner_tables(self._learned, cut, corpus.space().vectors(tuple(cut.rows)))
        return Sitting(tables)


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

    def table(self, cut: Cut, vectors: Any) -> HeapTable:
        """Scores of all clauses."""
        near = self._space.likeness(vectors, self._likes)
        against = np.zeros(near.shape[0], dtype=np.float32)
        if self._unlikes is not None:
            against = self._space.likeness(vectors, self._unlikes).max(axis=1)
        return HeapTable(cut, near.max(axis=1), near.argmax(axis=1), against, self.examples)


class Cut:
    """Utterances cut into pieces, and the row of each different piece."""

    def __init__(self, texts: Iterable[str], into: Callable[[str], tuple[str, ...]]) -> None:
        self.pieces = {text: into(text) for text in texts}
        self.rows = {p: row for row, p in enumerate({p: 0 for ps in self.pieces.values() for p in ps})}


class Table(Protocol):
    """Scores of all pieces of a sitting for one node."""

    @property
    def cut(self) -> Cut:
        """The pieces."""
        ...

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

    cut: Cut
    best: NDArray[np.float32]
    which: NDArray[np.intp]
    against: NDArray[np.float32]
    examples: tuple[str, ...]

    def score(self, piece: str) -> float:
        """Cosine with the best example."""
        return float(self.best[self.cut.rows[piece]])

    def reaching(self, threshold: float) -> Iterable[str]:
        """The clauses whose cosine is at least this."""
        return _reaching(self.cut.rows, self.best, threshold)

    def likeness(self, piece: str) -> Likeness:
        """The score, the example and the best counter-example's score."""
        row = self.cut.rows[piece]
        return Likeness(float(self.best[row]), self.examples[int(self.which[row])], float(self.against[row]))


class MannerTable:
    """Probabilities; the nearest example is looked up only for the clauses that count."""

    def __init__(self, cut: Cut, vectors: Any, given: NDArray[np.float64], model: MannerModel) -> None:
        self.cut, self.given = cut, given
        self._vectors, self._model = vectors, model
        self._nearest: dict[str, str] = {}

    def score(self, piece: str) -> float:
        """The model's probability."""
        return float(self.given[self.cut.rows[piece]])

    def reaching(self, threshold: float) -> Iterable[str]:
        """The clauses whose probability is at least this."""
        pieces = _reaching(self.cut.rows, self.given, threshold)
        self._look_up(pieces)
        return pieces

    def likeness(self, piece: str) -> Likeness:
        """The probability and the nearest example."""
        if piece not in self._nearest:
            self._look_up([piece])
        return Likeness(self.score(piece), self._nearest[piece])

    def _look_up(self, pieces: list[str]) -> None:
        if pieces:
            near = self._model.nearest(self._vectors[[self.cut.rows[piece] for piece in pieces]])
            self._nearest.update(zip(pieces, near, strict=True))


def _manner_tables(models: Mapping[int, MannerModel], cut: Cut, vectors: Any) -> dict[int, Table]:
    """Tables by node; each model is asked once."""
    given = {id(model): model.probability(vectors) for model in models.values()}
    return {key: MannerTable(cut, vectors, given[id(model)], model) for key, model in models.items()}


def _reaching(rows: dict[str, int], scores: NDArray[Any], threshold: float) -> list[str]:
    # As Python floats, as `score` gives them: a threshold must not be rounded to the array's type.
    pieces = tuple(rows)
    return [pieces[row] for row in np.flatnonzero(scores.astype(np.float64) >= threshold)]


class Sitting:
    """Pieces of the conversations judged together, and how like each node's examples they are."""

    def __init__(self, tables: dict[int, Table]) -> None:
        self._tables = tables
        self._near: dict[tuple[int, float], frozenset[str]] = {}

    def near(self, table: Table, threshold: float) -> frozenset[str]:
        """The pieces that reach a threshold: few of many, so that most calls need no closer look."""
        key = id(table), threshold
        if key not in self._near:
            self._near[key] = frozenset(table.reaching(threshold))
        return self._near[key]

    def table(self, search: Similar | Manner) -> Table | None:
        """The scores for a search; None where nothing was said at all."""
        return self._tables.get(id(search))


def compile_pattern(node: Pattern) -> CompiledPattern:
    """Join and compile the expressions of a node. Raises `re.error` where one is not valid."""
    return CompiledPattern(
        joined(node.words), joined(map(sound_pattern, node.sounds)), joined(map(sound_pattern, node.unless))
    )
