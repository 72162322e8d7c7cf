"""A smaller vocabulary: the output layer cut to what Mandarin on a service line is written with.

Multilingual Whisper scores 51,865 tokens at every step, most of them of other languages; in the base size
this layer is more than half of a decoding step. Keeping Chinese characters, byte pieces of rarer ones,
punctuation and short Latin abbreviations leaves less than a tenth, and nothing foreign can be written. The
weights that remain are untouched. The cut is made in memory while loading; the file stays the pinned one.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from transcribe.script import is_han
from transcribe.weights import Weights

_EMBEDDING = "decoder/embeddings/weight"
_MARKS = set("，。？！、：；“”‘’（）…—·《》,?! %")
_LATIN_MAX = 3
_LAST_SPECIAL = "<|notimestamps|>"


class UnknownLayout(Exception):
    """The model file is not laid out as expected: use it as it is."""


@dataclass(frozen=True, slots=True)
class SmallVocabulary:
    """Model files with fewer tokens, and the way between the two numberings."""

    files: dict[str, bytes]
    kept: tuple[int, ...]
    """Token id of the full vocabulary for each id of the small one."""


def wanted(text: str) -> bool:
    """True for text of a token that Mandarin service speech may need (a lone byte piece included)."""
    if "\ufffd" in text or all(is_han(c) or c in _MARKS for c in text):
        return bool(text)
    bare = text.strip()
    return bare.isascii() and bare.isalpha() and bare.isupper() and 2 <= len(bare) <= _LATIN_MAX


def cut(weights: Weights, decode: Callable[[list[int]], str]) -> SmallVocabulary:
    """Files of `weights` with the small vocabulary. Raises `UnknownLayout` where they cannot be cut."""
    names = weights.path / "vocabulary.txt"
    if not names.is_file():
        raise UnknownLayout("no vocabulary.txt")
    tokens = names.read_text(encoding="utf-8").split("\n")
    if tokens and not tokens[-1]:
        tokens.pop()
    try:
        end, last = tokens.index("<|endoftext|>"), tokens.index(_LAST_SPECIAL)
    except ValueError as error:
        raise UnknownLayout("no special tokens") from error
    kept = [token for token in range(end) if wanted(decode([token]))] + list(range(end, last + 1))
    return SmallVocabulary(
        {
            "model.bin": _cut_model(weights.path / "model.bin", kept, len(tokens)),
            "vocabulary.txt": "\n".join(tokens[token] for token in kept).encode() + b"\n",
            "config.json": _cut_config(weights.path / "config.json", kept),
        },
        tuple(kept),
    )


def _cut_config(path: Path, kept: list[int]) -> bytes:
    renumbered = {old: new for new, old in enumerate(kept)}
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for key in ("suppress_ids", "suppress_ids_begin", "lang_ids"):
        config[key] = [renumbered[token] for token in config.get(key, []) if token in renumbered]
    return json.dumps(config).encode()


def _cut_model(path: Path, kept: list[int], full: int) -> bytes:
    """CTranslate2's binary format 6: header, named variables, aliases; only the embedding changes."""
    source, out = BytesIO(path.read_bytes()), BytesIO()
    version, spec = _unpack(source, "I")[0], _string(source)
    if version != 6 or not spec.startswith(b"WhisperSpec"):
        raise UnknownLayout(f"binary version {version}")
    out.write(struct.pack("<I", version) + _packed(spec) + source.read(4))
    (count,) = _unpack(source, "I")
    out.write(struct.pack("<I", count))
    for _ in range(count):
        _copy_variable(source, out, kept, full)
    out.write(source.read())
    return out.getvalue()


def _copy_variable(source: BytesIO, out: BytesIO, kept: list[int], full: int) -> None:
    name = _string(source)
    (rank,) = _unpack(source, "B")
    shape = _unpack(source, "I" * rank)
    kind, size = _unpack(source, "BI")
    data = source.read(size)
    if name.rstrip(b"\0").decode() == _EMBEDDING:
        if shape[0] != full:
            raise UnknownLayout(f"{shape[0]} embeddings for {full} tokens")
        width = size // shape[0]
        data = b"".join(data[token * width : (token + 1) * width] for token in kept)
        shape = (len(kept), *shape[1:])
    head = struct.pack(f"<B{rank}I", rank, *shape) + struct.pack("<BI", kind, len(data))
    out.write(_packed(name) + head + data)


def _unpack(source: BytesIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(f"<{layout}", source.read(struct.calcsize(f"<{layout}")))


def _string(source: BytesIO) -> bytes:
    return source.read(_unpack(source, "H")[0])


def _packed(text: bytes) -> bytes:
    return struct.pack("<H", len(text)) + text
