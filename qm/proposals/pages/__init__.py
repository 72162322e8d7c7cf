"""Pages of what branches propose to the centre."""

from __future__ import annotations

from qm.frame.navigation import Pages
from qm.proposals import words
from qm.proposals.pages import proposals

PAGES = Pages(
    modules=(proposals,),
    words=(words,),
)
