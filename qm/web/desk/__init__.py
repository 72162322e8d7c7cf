"""Inspectors: the queue, the review page, recordings, search."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

# Routes register on the blueprint.
from qm.web.desk import evidence, filters, lists, pack, queue, recording, review, search, wording  # noqa: E402, F401
