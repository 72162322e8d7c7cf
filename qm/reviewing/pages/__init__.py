"""Pages of evaluations."""

from __future__ import annotations

from qm.frame.navigation import Pages
from qm.reviewing import words
from qm.reviewing.pages import pack, recording, review

PAGES = Pages(
    modules=(pack, recording, review),
    words=(words,),
    under={"review": "desk", "recording": "recordings"},
)
