"""The Whisper network behind the engine: loading, hearing a batch of windows, timing and proving words.

Everything here works on 16 kHz windows of at most thirty seconds and knows nothing of calls or roles.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recorder.message import Message, advised
from transcribe.engines.vocabulary import SmallVocabulary, UnknownLayout, cut
from transcribe.types import EngineUnavailable, Word
from transcribe.weights import Weights

RATE_HZ = 16_000
FRAMES_PER_S = 50
"""Encoder frames a second."""
WINDOW_MAX_S = 30.0
TAIL_S = 2.0
"""Silence after a window's speech. The encoder's cost grows with length, so short windows are not filled up
to thirty seconds; without this silence the decoder does not see that the speech ends."""
MAX_TOKENS = 448
PROMPT_MAX = 200
WORKERS_MAX = 4
"""Two batches on a core each finish sooner than two cores on one batch, which wait for one another at every
step; beyond this many, memory grows more than speed."""
LANGUAGE = "zh"


@dataclass(frozen=True, slots=True)
class Heard:
    """What one window gave."""

    tokens: tuple[int, ...]
    mean_log_probability: float
    no_speech: float
    """Probability that the window holds no speech, 0..1."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token heard, with its times in the window and its probability 0..1."""

    id: int
    start_s: float
    end_s: float
    probability: float


class SpeechModel:
    """Whisper on CTranslate2, loaded once: int8 on CPU, float16 on a GPU."""

    def __init__(self, weights: Weights, *, threads: int = 0) -> None:
        """`threads` 0 means one a core. Raises `EngineUnavailable` where the folder cannot be loaded."""
        import ctranslate2  # noqa: PLC0415 - heavy, and only this engine needs it
        import tokenizers  # noqa: PLC0415
        from faster_whisper.feature_extractor import FeatureExtractor  # noqa: PLC0415

        gpu = ctranslate2.get_cuda_device_count() > 0
        cores = threads or os.cpu_count() or 1
        self.workers = 1 if gpu else min(cores, WORKERS_MAX)
        """Batches that may be heard at the same time, each from a thread of its own."""
        self.device = "cuda" if gpu else "cpu"
        self.compute_type = "float16" if gpu else "int8"
        self._ct2 = ctranslate2
        try:
            self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(weights.path / "tokenizer.json"))
            small = self._small(weights)
            self._model: Any = ctranslate2.models.Whisper(
                str(weights.path), device=self.device, compute_type=self.compute_type,
                inter_threads=self.workers, intra_threads=max(1, cores // self.workers),
                files=dict(small.files) if small else None,
            )  # fmt: skip
        except Exception as error:  # the loaders raise bare RuntimeError and Exception
            told = {"path": str(weights.path), "what": str(error)}
            fact = Message("语音模型目录 %(path)s 无法载入（%(what)s）", **told)
            detail = advised(fact, Message("请运行 qm models 检查或换目录"))
            raise EngineUnavailable(detail) from error
        self._kept = small.kept if small else tuple(range(self._tokenizer.get_vocab_size()))
        self._renumbered = {old: new for new, old in enumerate(self._kept)}
        self._mel: Any = FeatureExtractor(feature_size=_mel_bins(weights))
        self._start = [self._id(f"<|{name}|>") for name in ("startoftranscript", LANGUAGE, "transcribe")]
        self._no_times = self._id("<|notimestamps|>")
        self._previous = self._id("<|startofprev|>")
        self._end = self._id("<|endoftext|>")
        self._suppressed = [-1, *self._numbered(self._digit_tokens())]

    def encode(self, sounds: list[NDArray[np.float32]]) -> Any:
        """Encoder output of a batch of windows (16 kHz, 30 s at most), as long as the longest of them."""
        longest_s = max(samples.size for samples in sounds) / RATE_HZ
        length_s = min(WINDOW_MAX_S, math.ceil((longest_s + TAIL_S) * 10) / 10)
        features = np.stack([self._features(samples, int(length_s * RATE_HZ)) for samples in sounds])
        return self._model.encode(self._ct2.StorageView.from_array(features), to_cpu=False)

    def generate(self, encoded: Any, prompts: list[str], *, beam: int = 1) -> list[Heard]:
        """Words of each window in `encoded`; each window's prompt says what language to expect."""
        results = self._model.generate(
            encoded, self._prompts(prompts), beam_size=beam, max_length=MAX_TOKENS, return_scores=True,
            return_no_speech_prob=True, suppress_blank=True, suppress_tokens=self._suppressed,
        )  # fmt: skip
        return [self._heard(result) for result in results]

    def align(self, encoded: Any, tokens: list[list[int]], durations_s: list[float]) -> list[list[Token]]:
        """Times and probabilities of given tokens in each window of `encoded`."""
        frames = [max(2, math.ceil(d * 2 * FRAMES_PER_S)) for d in durations_s]
        known = [[token for token in given if token in self._renumbered] for given in tokens]
        numbered = [self._numbered(given) for given in known]
        results = self._model.align(
            encoded, self._numbered(self._start), numbered, frames, median_filter_width=7
        )
        return [_timed(given, result) for given, result in zip(known, results, strict=True)]

    def grouped(self, tokens: list[Token]) -> list[Word]:
        """Words with window times: tokens grouped until each group decodes to whole characters."""
        found: list[Word] = []
        group: list[Token] = []
        for token in tokens:
            group.append(token)
            text = self.text([t.id for t in group])
            if "\ufffd" in text and len(group) < 4:
                continue
            chance = sum(t.probability for t in group) / len(group)
            found.append(Word(text.replace("\ufffd", ""), group[0].start_s, group[-1].end_s, chance))
            group = []
        return found

    def tokens(self, text: str) -> list[int]:
        """Token ids of `text`, no specials."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def text(self, tokens: list[int]) -> str:
        """Text of token ids."""
        return str(self._tokenizer.decode(tokens))

    def _prompts(self, texts: list[str]) -> list[list[int]]:
        """Prompt tokens of equal length, as one batch needs them: longer ones lose their beginning."""
        coded = [[t for t in self.tokens(text) if t in self._renumbered] for text in texts]
        length = min(PROMPT_MAX, *(len(tokens) for tokens in coded))
        before = [[self._previous, *tokens[len(tokens) - length :]] if length else [] for tokens in coded]
        return [self._numbered([*tokens, *self._start, self._no_times]) for tokens in before]

    def _small(self, weights: Weights) -> SmallVocabulary | None:
        try:
            return cut(weights, self.text)
        except UnknownLayout:
            return None

    def _numbered(self, tokens: list[int]) -> list[int]:
        """Ids as the loaded network numbers them; tokens it does not have are left out."""
        return [self._renumbered[token] for token in tokens if token in self._renumbered]

    def _heard(self, result: Any) -> Heard:
        tokens = (self._kept[token] for token in result.sequences_ids[0])
        kept = tuple(token for token in tokens if token < self._end)
        return Heard(kept, float(result.scores[0]), float(result.no_speech_prob))

    def _features(self, samples: NDArray[np.float32], length: int) -> NDArray[np.float32]:
        whole = np.zeros(length, dtype=np.float32)
        whole[: samples.size] = samples[:length]
        mel = self._mel(whole, padding=0)
        return np.ascontiguousarray(mel[:, : length * 2 * FRAMES_PER_S // RATE_HZ], dtype=np.float32)

    def _digit_tokens(self) -> list[int]:
        """Tokens with Arabic digits: numbers are to be written as they are said, 八零二一 and not 80 21."""
        vocabulary: dict[str, int] = self._tokenizer.get_vocab(with_added_tokens=False)
        return [token for text, token in vocabulary.items() if any("0" <= c <= "9" for c in text)]

    def _id(self, token: str) -> int:
        found = self._tokenizer.token_to_id(token)
        if found is None:
            fact = Message("语音模型缺少标记 %(token)s，不是多语言 Whisper", token=token)
            raise EngineUnavailable(advised(fact, Message("请换用多语言模型")))
        return int(found)


def _mel_bins(weights: Weights) -> int:
    """80 for most sizes, 128 for large-v3 kinds, as the folder's own description says."""
    file = weights.path / "preprocessor_config.json"
    return int(json.loads(file.read_text(encoding="utf-8")).get("feature_size", 80)) if file.is_file() else 80


def _timed(ids: list[int], result: Any) -> list[Token]:
    """Tokens with the window times at which the alignment path reaches and leaves them."""
    if not ids:
        return []
    starts: dict[int, int] = {}
    for text_at, time_at in result.alignments:
        starts.setdefault(int(text_at), int(time_at))
    last = int(result.alignments[-1][1]) if result.alignments else 0
    edges = [starts.get(at, last) for at in range(len(ids) + 1)]
    chances = result.text_token_probs
    return [
        Token(token, edges[at] / FRAMES_PER_S, edges[at + 1] / FRAMES_PER_S, float(chances[at]))
        for at, token in enumerate(ids)
    ]
