"""Inspectors: the queue, the review page, search."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

from qm.web.desk import routes  # noqa: E402, F401 - routes register on the blueprint
