"""What a call was about: words that stand out, and topics of the library that were touched."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from recorder.types import Role
from transcribe.types import Hit, PhraseKind, Transcript

_SAID_IN_ANY_CALL = (
    "您好 你好 请问 谢谢 再见 感谢 来电 不客气 先生 女士 工号 服务 可以 什么 怎么 这个 "
    "那个 一下 你们 他们 没有 还有 其他 需要 现在 时候 然后 就是 知道 已经 可能 应该 因为 "
    "所以 但是 如果 进行 稍等 稍后 提供 麻烦 好的 明白 生活愉快 客服 耐心 等待 评价 作出 "
    "做出 愉快 号码 核对 这边 那边 帮忙 没事 不用 不是 是不是 还是 怎么办 有没有 能不能 "
    "昨天 今天 明天 刚才 多少 告诉 这么 那么 一直 身份 信息 考虑一下 不会 祝您 有点 对方 "
    "问题 办理 详细 确认 不要 随便 多久 试试 收到 "
)
_COURTESY = frozenset(_SAID_IN_ANY_CALL.split())
_PERSON_OR_NUMBER = frozenset("我您你他她咱零一二三四五六七八九十百千万幺两0123456789")
_WEIGHT = {Role.CUSTOMER: 1.5, Role.AGENT: 1.0, Role.UNKNOWN: 1.0}
"""The customer says what the call is about; the agent's words are half script."""
_LOCK = threading.Lock()
_statistics: _Statistics | None = None


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word that stands out in a call."""

    word: str
    weight: float
    """TF-IDF, comparable within a call only."""
    count: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic group of the library touched in a call."""

    group: str
    count: int
    """Different phrases of the group that were said."""


@dataclass(frozen=True, slots=True)
class _Statistics:
    """What jieba knows of words."""

    tokenizer: Any
    idf: dict[str, float]
    """Inverse document frequency of the words it has counted."""
    median_idf: float
    """That of every other word."""


def _known(cache_dir: Path | None) -> _Statistics:
    """Word statistics of jieba: read once a process, for every folder gives the same."""
    global _statistics  # noqa: PLW0603 - the first caller's folder keeps the dictionary's cache
    with _LOCK:
        if _statistics is None:
            _statistics = _read(cache_dir or Path(tempfile.gettempdir()) / f"qm-words-{os.getuid()}")
        return _statistics


def _read(cache_dir: Path) -> _Statistics:
    cache_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with warnings.catch_warnings():  # it leaves its files open and its escapes undoubled
        warnings.simplefilter("ignore")
        import jieba  # noqa: PLC0415 - a second to load: only where keywords are wanted

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        tokenizer.tmp_dir = str(cache_dir)
        tokenizer.initialize()
    # `jieba.analyse` reads this file too, but on import it reads the whole dictionary again for its taggers.
    lines = files("jieba").joinpath("analyse", "idf.txt").read_text(encoding="utf-8").splitlines()
    idf = {word: float(value) for word, value in (line.split(" ") for line in lines)}
    return _Statistics(tokenizer, idf, sorted(idf.values())[len(idf) // 2])


def keywords(transcript: Transcript, n: int = 8, *, cache_dir: Path | None = None) -> tuple[Keyword, ...]:
    """The `n` words that stand out most, customer's words counting more, courtesies left out.

    Weights are term frequency times jieba's inverse document frequency. `cache_dir` holds the
    dictionary's cache file (default: a private folder under the system's temporary one); only a process's
    first call reads it.
    """
    known = _known(cache_dir)
    weights: defaultdict[str, float] = defaultdict(float)
    counts: Counter[str] = Counter()
    for utterance in transcript.utterances:
        for word in _words(known.tokenizer, utterance.text):
            counts[word] += 1
            weights[word] += _WEIGHT[utterance.role] * known.idf.get(word, known.median_idf)
    best = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:n]
    return tuple(Keyword(word, round(weight, 4), counts[word]) for word, weight in best)


def _words(tokenizer: Any, text: str) -> list[str]:
    words = (w.strip().lower() for w in tokenizer.cut(text, HMM=False))
    return [w for w in words if len(w) > 1 and w not in _COURTESY and not _PERSON_OR_NUMBER & set(w)]


def topics(hits: Iterable[Hit], n: int = 5) -> tuple[Topic, ...]:
    """The `n` topic groups most touched, by the number of different phrases said."""
    said = {(h.group, h.phrase_id) for h in hits if h.kind is PhraseKind.TOPIC and not h.negated}
    counted = Counter(group for group, _ in said)
    return tuple(Topic(g, c) for g, c in sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:n])
