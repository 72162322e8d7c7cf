"""Sentences that the machine builds: a Chinese template and its figures, to be said in any language.

The template is what gettext calls the msgid. Whoever shows a message to a reader asks `qm.frame.saying.say`;
everything else may treat it as the Chinese sentence that it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

Param = str | int | float | Decimal
"""What may be filled in; a `Message` is a `str` and stays one."""

_PLACE = re.compile(r"%\((\w+)\)[sd]|%%")
"""The only places there are: no width or precision, so that no template can ask for a gigabyte of blanks."""


_CHARS_MOST = 2000
"""Of a stored template, and of each of its parameters; what the machine says is far shorter."""


class NotAMessage(ValueError):
    """A document is not what `Message.to_json` gives."""


class Message(str):
    """The Chinese sentence of `text` with `params` filled in. Equal to any string of the same characters.

    Cutting or joining one gives a plain string, which is shown as it stands in every language.
    """

    __slots__ = ("_params", "_text")
    _text: str
    _params: Mapping[str, Param]

    def __new__(cls, text: str, /, **params: Param) -> Message:
        """`text` has places such as `%(seconds)s`; a figure is given as it is to be read (`"17.2"`)."""
        made = super().__new__(cls, filled(text, params))
        made._text, made._params = text, MappingProxyType(params)
        return made

    @property
    def text(self) -> str:
        """The template."""
        return self._text

    @property
    def params(self) -> Mapping[str, Param]:
        """What is filled in, by name."""
        return self._params

    def __reduce__(self) -> tuple[Any, ...]:
        """Messages travel between processes."""
        return _again, (self._text, dict(self._params))

    def to_json(self) -> dict[str, Any]:
        """`{"text": …, "params": {…}}`, without `params` where there are none; decimals become text."""
        given = {name: plain(value) for name, value in self._params.items()}
        return {"text": self._text, "params": given} if given else {"text": self._text}


def filled(text: str, params: Mapping[str, object]) -> str:
    """`text` with its places filled in; one without its parameter stays as it is."""
    if not params:
        return text

    def value(place: re.Match[str]) -> str:
        name = place.group(1)
        return "%" if name is None else str(params[name]) if name in params else place.group()

    return _PLACE.sub(value, text)


def message_of_json(document: object) -> Message:
    """The message of `Message.to_json`. Raises `NotAMessage`, also where filling in would never end.

    A document may come from a browser: places within places could double a text at every step.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("text"), str):
        raise NotAMessage("not a message")
    params = document.get("params", {})
    if not isinstance(params, Mapping):
        raise NotAMessage("not a message")
    given = {str(name): _param(value) for name, value in params.items()}
    if len(document["text"]) > _CHARS_MOST or any(len(str(value)) > _CHARS_MOST for value in given.values()):
        raise NotAMessage("not a message: too long")
    return Message(document["text"], **given)


def _again(text: str, params: dict[str, Param]) -> Message:
    return Message(text, **params)


def message_of(error: BaseException) -> Message:
    """What an error says: the message it was raised with, else its plain words or its name."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, Message) else Message(str(error) or type(error).__name__)


def advised(fact: Message, advice: Message) -> Message:
    """What happened, and what to do about it."""
    return Message("%(fact)s。%(advice)s", fact=fact, advice=advice)


def listed(messages: tuple[Message, ...]) -> Message:
    """Several messages as one: first；second；third."""
    whole = messages[0]
    for message in messages[1:]:
        whole = Message("%(first)s；%(then)s", first=whole, then=message)
    return whole


def shortened(text: str, most: int) -> str:
    """At most so many characters of a text; one that is not too long stays the message that it may be."""
    return text if len(text) <= most else text[:most]


def plain(value: Param) -> Any:
    """A message or a figure as JSON holds it: an object, a number or text."""
    if isinstance(value, Message):
        return value.to_json()
    return str(value) if isinstance(value, Decimal) else value


def _param(value: object) -> Param:
    if isinstance(value, str | int | float):
        return value
    return message_of_json(value)
