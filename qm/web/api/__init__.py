"""Machines: recordings in, status out. Bearer tokens, JSON."""

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

from qm.web.api import recordings  # noqa: E402, F401 - routes register on the blueprint
