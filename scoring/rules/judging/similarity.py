"""Likeness of meaning: TF-IDF over n-grams of sounds and characters, fitted once for a whole rule set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.rules.sound import plain, sound

_BREAK = re.compile(r"[，。！？；：、,.!?;:\s…—]+")
_STOP = re.compile(r"[。！？；!?;]+")
_LONG = 14
_WIDTH = 10
_STRIDE = 5


def features(text: str) -> list[str]:
    """Features of plain text: sounds one to three long, characters two long, and both ends."""
    heard = sound(text)
    padded = f"<{heard}>"
    grams = list(heard)
    grams += [padded[i : i + 2] for i in range(len(padded) - 1)]
    grams += [padded[i : i + 3] for i in range(len(padded) - 2)]
    grams += [text[i : i + 2] for i in range(len(text) - 1)]
    return grams


def clauses(text: str) -> tuple[str, ...]:
    """Stretches of an utterance that may hold one thought: clauses, neighbours together, long ones cut.

    All are plain text and at least two characters long.
    """
    parts = [p for p in (plain(piece) for piece in _BREAK.split(text)) if p]
    found: dict[str, None] = {}
    for place, part in enumerate(parts):
        found[part] = None
        if place + 1 < len(parts) and len(part) + len(parts[place + 1]) <= 2 * _WIDTH:
            found[part + parts[place + 1]] = None
        if len(part) > _LONG:
            for start in range(0, len(part) - _STRIDE, _STRIDE):
                found[part[start : start + _WIDTH]] = None
    return tuple(piece for piece in found if len(piece) >= 2)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of an utterance and all of it: plain text of at least two characters each."""
    parts = [plain(part) for part in _STOP.split(text)]
    return tuple(dict.fromkeys(part for part in (*parts, plain(text)) if len(part) >= 2))


class Space:
    """A vector space of meaning. Fitted on examples, never on calls."""

    def __init__(self, examples: Iterable[str], *, common: int = 1) -> None:
        """`common`: features that fewer examples have are left out."""
        known = sorted({plain(text) for text in examples} | {"您好请讲"})
        # Seconds to load: only where something is judged, not wherever a rule is read.
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

        self._vectoriser = TfidfVectorizer(
            analyzer=features, sublinear_tf=True, min_df=common, dtype=np.float32
        )
        self._examples = self._vectoriser.fit_transform(known)
        self._row = {text: row for row, text in enumerate(known)}

    def vectors(self, texts: Sequence[str]) -> Any:
        """Unit rows, one a plain text: a sparse matrix of shape (len(texts), features)."""
        return self._vectoriser.transform(texts)

    def of_examples(self, texts: Sequence[str]) -> Any:
        """Unit rows, one an example that the space was fitted on."""
        return self._examples[[self._row[plain(text)] for text in texts]]

    def placed(self, texts: Sequence[str]) -> Any:
        """Examples as columns, ready for `likeness`."""
        return self.of_examples(texts).T.tocsr()

    def likeness(self, vectors: Any, placed: Any) -> NDArray[np.float32]:
        """Cosine of each row of `vectors` with each placed example: shape (rows, examples)."""
        return np.asarray((vectors @ placed).toarray(), dtype=np.float32)


class MannerModel:
    """A linear model between two heaps of example sentences. Deterministic for given examples."""

    def __init__(
        self, space: Space, examples: Sequence[str], unlike: Sequence[str], *, trust: float = 10.0
    ) -> None:
        """`trust`: inverse strength of regularisation."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - as above

        self._space, self._examples = space, tuple(examples)
        self._likes = space.placed(examples)
        answers = [1] * len(examples) + [0] * len(unlike)
        self._model = LogisticRegression(
            C=trust, class_weight="balanced", solver="liblinear", max_iter=200, random_state=0
        )
        self._model.fit(space.of_examples((*examples, *unlike)), answers)

    def probability(self, vectors: Any) -> NDArray[np.float64]:
        """Probability of being like the examples, one a row, 0 to 1."""
        return np.asarray(self._model.predict_proba(vectors)[:, 1], dtype=np.float64)

    def nearest(self, vectors: Any) -> list[str]:
        """The example most like each clause (a sparse row): what is shown as the reason."""
        return [self._examples[best] for best in self._space.likeness(vectors, self._likes).argmax(axis=1)]
