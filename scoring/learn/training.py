"""Learning a criterion from the answers people gave."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from recorder.message import Message
from scoring.agreement import cohen_kappa
from scoring.averages import wilson
from scoring.errors import NotEnoughData
from scoring.learn.features import LENGTHS, MOST_GRAMS, Space, space_of
from scoring.learn.model import SURE, CrossValidated, LearnedModel, calibrated
from scoring.suggest import LEAST_ANSWERS, Measured
from scoring.types import Conversation

Matrix = NDArray[np.float64]
LEAST_EACH = 8
"""Each answer that is to be learned must have been given so often."""
FOLDS = 5
STRENGTH = 10.0
"""Inverse of regularisation; rows are of unit length, so that weights must be able to grow."""
NEVER = -20.0
"""Score of a class that a part of the calls did not hold."""
RECIPE = f"char{LENGTHS}-{MOST_GRAMS}-logistic{STRENGTH:g}-platt-{FOLDS}fold/1"
"""Part of each version: another recipe is another model."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One call with the option a person chose. Calls of one `group` (agent) are never on both sides."""

    conversation: Conversation
    answer: str
    group: str = ""


def train(criterion: str, examples: Sequence[Labelled], *, seed: int = 0) -> LearnedModel:
    """Learn one criterion; the agreement figure is of calls not seen, the model is of all calls.

    1. Leave out answers given fewer than 8 times. 2. Cross-validate in 5 parts, agents kept apart where
    there are enough. 3. Calibrate on the scores of the calls not seen. 4. Fit on everything.
    The same examples and seed give the same model, in whatever order they come.
    Raises `NotEnoughData` with fewer than 50 answers, or with fewer than two kinds of them.
    """
    used = _usable(examples)
    classes = tuple(sorted({item.answer for item in used}))
    truth = np.array([classes.index(item.answer) for item in used])
    unseen = np.zeros((len(used), len(classes)))
    for inside, outside in _folds(used, truth, seed):
        weights, offsets, space = _fit([used[n] for n in inside], truth[inside], len(classes))
        placed = space.place([used[n].conversation for n in outside])
        unseen[outside] = np.asarray(placed @ weights.T) + offsets
    slopes, shifts = _platt(unseen, truth)
    weights, offsets, space = _fit(used, truth, len(classes))
    checked = _checked(classes, truth, unseen, calibrated(unseen, slopes, shifts), seed)
    version = _version(criterion, used, seed)
    return LearnedModel(criterion, classes, space, weights, offsets, slopes, shifts, version, checked)


def _usable(examples: Sequence[Labelled]) -> list[Labelled]:
    counts = Counter(item.answer for item in examples)
    kept = [item for item in examples if counts[item.answer] >= LEAST_EACH and item.conversation.utterances]
    if len(kept) < LEAST_ANSWERS:
        words = Message(
            "只有 %(n)s 个可用的人工答案，至少需要 %(least)s 个，请先人工评分",
            n=len(kept),
            least=LEAST_ANSWERS,
        )
        raise NotEnoughData(words)
    if len({item.answer for item in kept}) < 2:
        words = Message("人工答案只有一种（各种答案至少要有 %(least)s 个），学不到区别", least=LEAST_EACH)
        raise NotEnoughData(words)
    return sorted(kept, key=lambda item: (item.conversation.recording_id, item.answer))


def _folds(
    used: Sequence[Labelled], truth: NDArray[np.int64], seed: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Parts of the calls; by agent where each answer comes from as many agents as there are parts."""
    groups = np.array([item.group for item in used])
    spread = min(len(set(groups[truth == answer])) for answer in set(truth.tolist()))
    if spread >= FOLDS:
        yield from StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(truth, truth, groups)
    else:
        yield from StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(truth, truth)


def _fit(used: Sequence[Labelled], truth: NDArray[np.int64], classes: int) -> tuple[Matrix, Matrix, Space]:
    """Weights and offsets, one row a class; a class absent from this part gets a score that never wins."""
    calls = [item.conversation for item in used]
    space = space_of(calls)
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
    model.fit(space.place(calls), truth)
    weights, offsets = np.zeros((classes, space.width)), np.full(classes, NEVER)
    if len(model.classes_) == 2:
        pair = np.vstack([-model.coef_[0], model.coef_[0]]) / 2
        weights[model.classes_], offsets[model.classes_] = pair, np.r_[-1, 1] * model.intercept_[0] / 2
    else:
        weights[model.classes_], offsets[model.classes_] = model.coef_, model.intercept_
    return weights, offsets, space


def _platt(scores: Matrix, truth: NDArray[np.int64]) -> tuple[Matrix, Matrix]:
    """Slope and shift of each class's sigmoid, fitted one against the rest."""
    slopes, shifts = [], []
    for n in range(scores.shape[1]):
        sigmoid = LogisticRegression(C=1e3, max_iter=1000).fit(np.maximum(scores[:, [n]], NEVER), truth == n)
        slopes.append(max(float(sigmoid.coef_[0, 0]), 0.0))
        shifts.append(float(sigmoid.intercept_[0]))
    return np.array(slopes), np.array(shifts)


def _checked(
    classes: Sequence[str], truth: NDArray[np.int64], scores: Matrix, chances: Matrix, seed: int
) -> CrossValidated:
    given = [classes[n] for n in truth]
    found = [classes[n] for n in scores.argmax(axis=1)]
    same = sum(a == b for a, b in zip(given, found, strict=True))
    sure = chances.max(axis=1) >= SURE
    likeliest = chances.argmax(axis=1)
    right = int((likeliest[sure] == truth[sure]).sum())
    counts = Counter(given)
    return CrossValidated(
        n=len(given),
        answers=dict(sorted(counts.items())),
        kappa=cohen_kappa(given, found, categories=classes, seed=seed),
        measured=Measured(same, len(given)),
        majority=max(counts.values()) / len(given),
        sure=wilson(right, int(sure.sum())) if sure.any() else None,
        suggested=float(sure.mean()),
    )


def _version(criterion: str, used: Sequence[Labelled], seed: int) -> str:
    """Hash of the recipe and of everything learned from."""
    learned_from = [
        [
            item.conversation.recording_id,
            item.answer,
            item.group,
            [u.text for u in item.conversation.utterances],
        ]
        for item in used
    ]
    text = json.dumps([RECIPE, criterion, seed, learned_from], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
