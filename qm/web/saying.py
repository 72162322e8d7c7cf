"""An expected error in the reader's language, for pages that show it beside their form."""

from __future__ import annotations

from flask_babel import gettext

from qm.errors import QmError
from qm.web.built_words import built


def say(error: QmError) -> str:
    """The message with its figures filled in; what was wrong in detail is put into the language too."""
    text: str = gettext(error.message)
    params = dict(error.params)
    if "detail" in params:
        params["detail"] = built(str(params["detail"]))
    return text % params if params else text
