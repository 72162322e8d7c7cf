"""Pages of the API."""

from __future__ import annotations

from qm.connect.pages import recordings
from qm.frame.navigation import Pages

PAGES = Pages(
    modules=(recordings,),
)
