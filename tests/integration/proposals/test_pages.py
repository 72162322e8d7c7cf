"""Pages of proposals: whoever answers one comes back to where it stood."""

from __future__ import annotations

from flask import Flask

from qm.models import ProposalKind
from qm.proposals.pages.proposals import LISTED_AT


def test_each_kind_of_proposal_stands_on_a_page_of_its_own_capability(app: Flask) -> None:
    assert LISTED_AT.keys() == set(ProposalKind)
    assert [end for end in LISTED_AT.values() if end not in app.view_functions] == []
