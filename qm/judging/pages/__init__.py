"""Pages of judgements."""

from __future__ import annotations

from qm.frame.navigation import Pages
from qm.judging import words
from qm.judging.pages import learning, rejudge

PAGES = Pages(
    modules=(learning, rejudge),
    words=(words,),
    under={"learning": "rubrics", "rejudge": "rules"},
)
