"""A score that can be checked by anyone: its inputs in one document, recomputed to the last digit.

A score document holds the rubric version, the answers, the call data that showing conditions read, and
the score. A pinned document holds one together with all else that the score rested on at its release;
a stored document is what the tables said of the evaluation later. Canonical bytes are JSON with sorted
keys, no spaces, UTF-8 unescaped; the hash is SHA-256 of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scoring.arithmetic import score as compute
from scoring.documents import answer_from_dict, answer_to_dict, score_from_dict, score_to_dict
from scoring.errors import PackInvalid, ScoringError
from scoring.rubric.reading import rubric_from_dict
from scoring.rubric.writing import rubric_to_dict
from scoring.types import Answer, ConditionSource, Rubric, Score

FORMAT = "qm-score/1"
PINNED_FORMAT = "qm-pinned/1"


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


def parse(data: bytes, *, form: str = FORMAT) -> dict[str, Any]:
    """A stored document. Raises `PackInvalid` for bytes that are none."""
    try:
        document = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise PackInvalid("不是有效的 JSON 文件，请重新导出证据包。") from error
    if not isinstance(document, dict) or document.get("format") != form:
        raise PackInvalid(f"不是评分文件（应为 {form}），请确认选对了文件。")
    return document


def parse_pinned(data: bytes) -> dict[str, Any]:
    """A pinned document. Raises `PackInvalid` for bytes that are none."""
    return parse(data, form=PINNED_FORMAT)


def stored_document(
    *,
    revision: int,
    rubric: tuple[str, int],
    total: Decimal | None,
    lost_total: Decimal | None,
    vetoes: Iterable[str],
    critical_errors: Mapping[str, int],
    answers: Iterable[Answer],
) -> dict[str, Any]:
    """What tables say of an evaluation, as `against_stored` reads it. `rubric`: key and version."""
    return {
        "revision": revision,
        "rubric": list(rubric),
        "figures": {
            "total": None if total is None else format(total, "f"),
            "lost_total": None if lost_total is None else format(lost_total, "f"),
            "vetoes": list(vetoes),
            "critical_errors": {kind: number for kind, number in critical_errors.items() if number},
        },
        "answers": {answer.criterion: answer_to_dict(answer) for answer in answers},
    }


def against_stored(
    pinned: Mapping[str, Any], stored: Mapping[str, Any], verification: Verification
) -> tuple[str, ...]:
    """How tables differ from what was released, in Chinese: form, revision, each answer, each figure."""
    document = pinned["score"]
    form = [document["rubric"]["key"], document["rubric"]["version"]]
    again = score_to_dict(verification.recomputed)
    critical = {kind: number for kind, number in again["critical_errors"].items() if number}
    figures = {name: again[name] for name in ("total", "lost_total", "vetoes")} | {
        "critical_errors": critical
    }
    answers = {answer["criterion"]: answer for answer in document["answers"]}
    pairs = [
        ("revision", pinned["evaluation"]["revision"], stored["revision"], "发布时"),
        ("rubric", form, stored["rubric"], "发布时"),
        *((f"answers.{key}", *pair, "发布时") for key, pair in _both(answers, stored["answers"])),
        *((name, *pair, "重新计算") for name, pair in _both(figures, stored["figures"])),
    ]
    return tuple(
        f"{name}：{when}为 {one}，数据库中为 {other}"
        for place, before, after, when in pairs
        for name, (one, other) in _both(_flat(before, place), _flat(after, place))
        if one != other
    )


def _both(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, tuple[Any, Any]]]:
    return [(name, (before.get(name), after.get(name))) for name in sorted(before.keys() | after.keys())]


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
    for name, (before, after) in _both(_flat(score_to_dict(stated)), _flat(score_to_dict(recomputed))):
        if before != after:
            yield f"{name}：文件中为 {before}，重新计算为 {after}"


def _flat(value: object, path: str = "") -> dict[str, object]:
    if isinstance(value, Mapping):
        pairs = [(f"{path}.{key}" if path else str(key), inner) for key, inner in value.items()]
    elif isinstance(value, list):
        pairs = [(f"{path}[{n}]", inner) for n, inner in enumerate(value)]
    else:
        return {path: value}
    return {name: found for inner_path, inner in pairs for name, found in _flat(inner, inner_path).items()}
