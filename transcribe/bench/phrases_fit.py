"""Fit the weights of the phonetic matcher from calls whose truth is known.

`python -m transcribe.bench.phrases_fit CALLS HEARD.json… [--write]`: CALLS is a folder of calls with
known truth, each HEARD file what an engine wrote for them:
`{call: [{role, start, end, text, words: [[text, start, end, probability], …]}, …]}`. Word sequences of
1 to 10 characters from all calls, and the seed library, are laid over every role's heard text; what
stands in that role's truth was said. Scores are of calls left out of the fit.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transcribe.bench.phrases import Truth, heard_utterances, read_truth
from transcribe.normalize import normalize
from transcribe.phrases import library, weights
from transcribe.phrases.dense import Dense
from transcribe.phrases.evidence import MEASURES, measure
from transcribe.phrases.patterns import forms
from transcribe.phrases.stream import Stream, streams
from transcribe.phrases.trace import banded, covered, straight
from transcribe.types import Phrase, PhraseKind

_POOL = 6000
_LENGTHS = range(2, 11)


@dataclass(frozen=True, slots=True)
class Sample:
    """One phrase at one place."""

    call: str
    key: tuple[str, str, str]
    measures: tuple[float, ...]
    exact: bool
    said: bool


def pool(truth: Truth, *, size: int = _POOL, seed: int = 0) -> list[str]:
    """Word sequences of all calls, drawn at random, and the phrases of the seed library."""
    texts = [normalize(u.text).text for call in truth.values() for u in call.utterances]
    cuts = sorted({t[i : i + n] for t in texts for n in _LENGTHS for i in range(len(t) - n + 1)})
    random.Random(seed).shuffle(cuts)  # noqa: S311 - repeatable, not secret
    listed = [p.text for s in library.seed() for p in s.phrases if library.AGENT_NO not in p.text]
    return list(dict.fromkeys(cuts[:size] + listed))


def samples(truth: Truth, heard: Path, phrases: Sequence[str]) -> list[Sample]:
    """Every place of every phrase that the matcher would look at."""
    known = forms(Phrase(p, p, p, PhraseKind.TOPIC) for p in phrases)
    dense = Dense([f.spoken for f in known])
    found: list[Sample] = []
    for call, utterances in heard_utterances(heard).items():
        for line in streams(utterances):
            said = truth[call].said_by(line.role)
            for near in dense.near(line.spoken):
                form = known[near.form]
                laid = banded if near.shifted else straight
                steps = laid(form.spoken, line.spoken, near.start)
                first, end = covered(steps)
                if end - first >= 2:
                    found.append(
                        Sample(
                            call,
                            (call, line.role.value, form.phrase.text),
                            _measured(form.text, line, steps),
                            line.text[first:end] == form.text,
                            form.text in said,
                        )
                    )
    return found


def _measured(wanted: str, line: Stream, steps: Sequence[object]) -> tuple[float, ...]:
    return measure(wanted, line.text, steps, line.probability)  # type: ignore[arg-type]


def _fit(x: NDArray[np.float64], y: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
    """Weights on raw measures of a ridge-penalised logistic regression on standardised ones."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    scaler = StandardScaler().fit(x)
    model = LogisticRegression(C=0.3, max_iter=400).fit(scaler.transform(x), y)
    raw = model.coef_[0] / scaler.scale_
    return raw, float(model.intercept_[0] - raw @ scaler.mean_)


def left_out(near: Sequence[Sample]) -> NDArray[np.float64]:
    """Likelihood of each sample by weights fitted without its call."""
    x = np.array([s.measures for s in near])
    y = np.array([s.said for s in near])
    calls = np.array([s.call for s in near])
    out = np.zeros(len(near))
    for call in np.unique(calls):
        others = calls != call
        raw, intercept = _fit(x[others], y[others])
        out[~others] = 1 / (1 + np.exp(-(x[~others] @ raw + intercept)))
    return out


def report(near: Sequence[Sample], exact: Sequence[Sample], likelihoods: NDArray[np.float64]) -> list[str]:
    """Precision and recall of left-out calls at several thresholds, exact hits counted in."""
    certain = {s.key: s.said for s in exact}
    best: dict[tuple[str, str, str], tuple[float, bool]] = {}
    for sample, value in zip(near, likelihoods, strict=True):
        if sample.key not in certain and best.get(sample.key, (-1.0, False))[0] < value:
            best[sample.key] = (float(value), sample.said)
    said = sum(certain.values()) + sum(s for _, s in best.values())
    lines = []
    for threshold in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9):
        taken = [s for v, s in best.values() if v >= threshold]
        right = sum(taken) + sum(certain.values())
        total = len(taken) + len(certain)
        nonexact = sum(taken) / max(1, len(taken))
        lines.append(
            f"≥ {threshold:.2f}: precision {right / total:.4f} recall {right / said:.4f}, near {nonexact:.4f}"
        )
    return lines


def _write(raw: Iterable[float], intercept: float) -> None:
    rows = "".join(f'    "{name}": {w:.4f},\n' for name, w in zip(MEASURES, raw, strict=True))
    text = (
        '"""Weights of `evidence.likelihood`, written by `python -m transcribe.bench.phrases_fit`."""\n\n'
        f"INTERCEPT = {intercept:.4f}\nWEIGHTS: dict[str, float] = {{\n{rows}}}\n"
    )
    Path(weights.__file__).write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print scores of left-out calls; with `--write`, store weights fitted on all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=Path)
    parser.add_argument("heard", type=Path, nargs="+")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    truth = read_truth(options.calls)
    phrases = pool(truth)
    found = [
        Sample(s.call, (f"{at} {s.key[0]}", *s.key[1:]), s.measures, s.exact, s.said)
        for at, path in enumerate(options.heard)
        for s in samples(truth, path, phrases)
    ]
    near, exact = [s for s in found if not s.exact], [s for s in found if s.exact]
    for line in report(near, exact, left_out(near)):
        print(line)
    if options.write:
        _write(*_fit(np.array([s.measures for s in near]), np.array([s.said for s in near])))


if __name__ == "__main__":
    main()
