"""A folder of calls in the format of `samples/`: sound beside its truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qm.core.errors import InvalidInput
from recorder.decode import decode
from recorder.limits import Limits
from recorder.probe import probe
from recorder.types import CallAudio


@dataclass(frozen=True, slots=True)
class LabelledCall:
    """One call: where its sound is, what the exchange knew, what a careful inspector would find."""

    name: str
    sound: Path
    meta: dict[str, str]
    labels: dict[str, Any]

    def audio(self) -> CallAudio:
        """The decoded sound. Raises `AudioRefused`."""
        return decode(self.sound, info=probe(self.sound, limits=Limits()))


class NoCalls(InvalidInput):
    """The folder holds no call with truth."""

    message = "文件夹 %(folder)s 里没有带标注的通话（<名称>.json 与同名录音），格式见 samples/README.md。"


def labelled_calls(folder: Path) -> Iterator[LabelledCall]:
    """Every call of the folder, by name. Raises `NoCalls`."""
    documents = [(path, json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.json"))]
    calls = [(path, document) for path, document in documents if "file" in document and "labels" in document]
    if not calls:
        raise NoCalls(folder=str(folder))
    for path, document in calls:
        meta = {key: str(value) for key, value in document.get("meta", {}).items()}
        yield LabelledCall(document.get("id", path.stem), folder / document["file"], meta, document["labels"])
