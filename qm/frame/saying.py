"""The one place where what the machine says becomes the reader's language.

Errors, evidence, warnings and failures are `Message`s: a Chinese template (the msgid) with parameters. What
was stored before messages were is a finished Chinese sentence, and is shown as it stands.
"""

from __future__ import annotations

import re

from qm.core.errors import QmError
from qm.frame.locale import translated
from qm.frame.registry import template_filter
from recorder.message import Message, filled, message_of

_WIDE = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})
_NARROW = re.compile(r"(?<=[\u3400-\u9fff])[,?!;:](?=[\u3400-\u9fff]|$)")


@template_filter
def say(told: QmError | str) -> str:
    """An error, a message, or a sentence without figures, in the reader's language."""
    if not told:
        return ""
    text = told if isinstance(told, str) else message_of(told)
    message = text if isinstance(text, Message) else Message(text)
    params = {n: say(v) if isinstance(v, Message) else v for n, v in message.params.items()}
    return filled(translated(message.text, params), params)


@template_filter
def said(text: str) -> str:
    """The text of a proof: words of the call as they were said, a measured fact in the reader's language."""
    return say(text) if isinstance(text, Message) else wide(text)


@template_filter
def wide(text: str) -> str:
    """Chinese text as people write it: marks between characters at full width."""
    return _NARROW.sub(lambda found: found.group().translate(_WIDE), text)
