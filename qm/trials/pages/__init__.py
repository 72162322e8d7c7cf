"""Pages of trials of forms and rules."""

from __future__ import annotations

from qm.frame.navigation import Pages
from qm.trials import words
from qm.trials.pages import agreement, whatif

PAGES = Pages(
    modules=(agreement, whatif),
    words=(words,),
    under={"whatif": "rubrics", "agreement": "rules"},
)
