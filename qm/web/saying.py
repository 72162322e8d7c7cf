"""The one place where what the machine says becomes the reader's language.

Errors, evidence, warnings and failures are `Message`s: a Chinese template (the msgid) with parameters. What
was stored before messages were is a finished Chinese sentence, and is shown as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask

from qm.errors import QmError
from qm.queries.formviews import EvidenceView
from qm.web.locale import translated
from recorder.message import Message, filled, message_of
from scoring.documents import evidence_from_dict
from scoring.types import Evidence

_WIDE = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})
_NARROW = re.compile(r"(?<=[\u3400-\u9fff])[,?!;:](?=[\u3400-\u9fff]|$)")


def say(told: QmError | str) -> str:
    """An error, a message, or a sentence without figures, in the reader's language."""
    if not told:
        return ""
    text = told if isinstance(told, str) else message_of(told)
    message = text if isinstance(text, Message) else Message(text)
    params = {n: say(v) if isinstance(v, Message) else v for n, v in message.params.items()}
    return filled(translated(message.text, params), params)


def said(text: str) -> str:
    """The text of a proof: words of the call as they were said, a measured fact in the reader's language."""
    return say(text) if isinstance(text, Message) else wide(text)


def proof_words(proof: Evidence | EvidenceView | Mapping[str, Any]) -> str:
    """The text of a proof as `said`, of one that comes as it is stored too."""
    return said((evidence_from_dict(proof) if isinstance(proof, Mapping) else proof).text)


def wide(text: str) -> str:
    """Chinese text as people write it: marks between characters at full width."""
    return _NARROW.sub(lambda found: found.group().translate(_WIDE), text)


def register(app: Flask) -> None:
    """The filters `say`, `said`, `proof_words` and `wide`."""
    for filter_ in (say, said, proof_words, wide):
        app.add_template_filter(filter_, filter_.__name__)
