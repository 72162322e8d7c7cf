"""A learned model as one JSON document: no code in it, so reading one from a store runs nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.agreement import Agreement
from scoring.averages import Proportion
from scoring.errors import ScoringError
from scoring.learn.features import SOUNDS, Space
from scoring.learn.model import CrossValidated, LearnedModel
from scoring.suggest import Measured

FORMAT = "qm-learned/1"


class ModelInvalid(ScoringError):
    """Bytes that are no learned model of this format."""

    code = "model_invalid"


def model_to_bytes(model: LearnedModel) -> bytes:
    """The model as UTF-8 JSON; `model_from_bytes` gives one that answers alike."""
    document = {
        "format": FORMAT,
        "criterion": model.criterion,
        "classes": list(model.classes),
        "grams": sorted(model.space.columns, key=lambda gram: model.space.columns[gram]),
        "idf": model.space.idf.tolist(),
        "centre": model.space.centre.tolist(),
        "scale": model.space.scale.tolist(),
        "weights": model.weights.tolist(),
        "offsets": model.offsets.tolist(),
        "slopes": model.slopes.tolist(),
        "shifts": model.shifts.tolist(),
        "version": model.version,
        "checked": asdict(model.checked),
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def model_from_bytes(data: bytes) -> LearnedModel:
    """The model of stored bytes. Raises `ModelInvalid` for anything else."""
    try:
        document = json.loads(data)
        if document["format"] != FORMAT:
            raise ModelInvalid("模型格式不符，请重新训练。")
        model = _model(document)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ModelInvalid("模型文件无法读取，请重新训练。") from error
    classes = len(model.classes)
    if model.weights.shape != (classes, len(model.space.columns) + len(SOUNDS)):
        raise ModelInvalid("模型文件不完整，请重新训练。")
    return model


def _model(document: dict[str, Any]) -> LearnedModel:
    return LearnedModel(
        criterion=str(document["criterion"]),
        classes=tuple(map(str, document["classes"])),
        space=Space(
            columns={str(gram): n for n, gram in enumerate(document["grams"])},
            idf=_figures(document["idf"]),
            centre=_figures(document["centre"]),
            scale=_figures(document["scale"]),
        ),
        weights=_figures(document["weights"]),
        offsets=_figures(document["offsets"]),
        slopes=_figures(document["slopes"]),
        shifts=_figures(document["shifts"]),
        version=str(document["version"]),
        checked=_checked(document["checked"]),
    )


def _checked(document: dict[str, Any]) -> CrossValidated:
    sure = document["sure"]
    return CrossValidated(
        n=int(document["n"]),
        answers={str(key): int(value) for key, value in document["answers"].items()},
        kappa=Agreement(**document["kappa"]),
        measured=Measured(**document["measured"]),
        majority=float(document["majority"]),
        sure=None if sure is None else Proportion(**sure),
        suggested=float(document["suggested"]),
    )


def _figures(values: Any) -> NDArray[np.float64]:
    found = np.array(values, dtype=np.float64)
    if not np.isfinite(found).all():
        raise ModelInvalid("模型文件含有无效数值，请重新训练。")
    return found
