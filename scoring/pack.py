"""A score that can be checked by anyone: its inputs in one document, recomputed to the last digit.

The document holds the rubric version, the answers, the call data that showing conditions read, and the
score as stored. Its canonical bytes are JSON with sorted keys, no spaces, UTF-8 unescaped; its hash is
SHA-256 of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scoring.arithmetic import score as compute
from scoring.documents import answer_from_dict, answer_to_dict, score_from_dict, score_to_dict
from scoring.errors import PackInvalid, ScoringError
from scoring.rubric.reading import rubric_from_dict
from scoring.rubric.writing import rubric_to_dict
from scoring.types import Answer, ConditionSource, Rubric, Score

FORMAT = "qm-score/1"


@dataclass(frozen=True, slots=True)
class Verification:
    """What recomputing found."""

    stated: Score
    recomputed: Score
    differences: tuple[str, ...]
    """Chinese lines, one a figure that differs; empty where all is equal."""

    @property
    def holds(self) -> bool:
        """True where every figure is equal to the last digit."""
        return not self.differences


def score_document(
    rubric: Rubric, answers: Iterable[Answer], call_data: Mapping[str, str], score: Score
) -> dict[str, Any]:
    """The document of one score. Of the call data only what the form's conditions read goes in."""
    read = {c.key for item in rubric.criteria for c in item.show_if if c.source is ConditionSource.CALL_DATA}
    return {
        "format": FORMAT,
        "rubric": rubric_to_dict(rubric),
        "answers": [answer_to_dict(a) for a in sorted(answers, key=lambda a: a.criterion)],
        "call_data": {key: call_data[key] for key in sorted(read & call_data.keys())},
        "score": score_to_dict(score),
    }


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one way to write a document. Raises `PackInvalid` for what JSON cannot hold."""
    try:
        text = json.dumps(
            document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        )
        return text.encode("utf-8")
    except (TypeError, ValueError) as error:
        raise PackInvalid("文件中有无法写成 JSON 的内容，请重新导出证据包。") from error


def sha256(document: Mapping[str, Any]) -> str:
    """Hash of the canonical bytes, hexadecimal."""
    return hashlib.sha256(canonical(document)).hexdigest()


def parse(data: bytes) -> dict[str, Any]:
    """A stored document. Raises `PackInvalid` for bytes that are none."""
    try:
        document = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise PackInvalid("不是有效的 JSON 文件，请重新导出证据包。") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise PackInvalid(f"不是评分文件（应为 {FORMAT}），请确认选对了文件。")
    return document


def verify(document: Mapping[str, Any]) -> Verification:
    """Recompute the score of a document and compare every figure.

    Raises `PackInvalid` where the document is incomplete or its answers do not fit its rubric.
    """
    try:
        rubric = rubric_from_dict(document["rubric"])
        answers = [answer_from_dict(item) for item in document["answers"]]
        call_data = {str(key): str(value) for key, value in document["call_data"].items()}
        stated = score_from_dict(document["score"])
        recomputed = compute(rubric, answers, call_data)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise PackInvalid(f"评分文件不完整（{type(error).__name__}：{error}），请重新导出证据包。") from error
    except PackInvalid:
        raise
    except ScoringError as error:
        raise PackInvalid(f"评分文件自相矛盾：{error.detail}") from error
    return Verification(stated, recomputed, tuple(_differences(stated, recomputed)))


def _differences(stated: Score, recomputed: Score) -> Iterable[str]:
    before, after = _flat(score_to_dict(stated)), _flat(score_to_dict(recomputed))
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield f"{name}：文件中为 {before.get(name)}，重新计算为 {after.get(name)}"


def _flat(value: object, path: str = "") -> dict[str, object]:
    if isinstance(value, Mapping):
        pairs = [(f"{path}.{key}" if path else str(key), inner) for key, inner in value.items()]
    elif isinstance(value, list):
        pairs = [(f"{path}[{n}]", inner) for n, inner in enumerate(value)]
    else:
        return {path: value}
    return {name: found for inner_path, inner in pairs for name, found in _flat(inner, inner_path).items()}
