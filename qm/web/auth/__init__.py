"""Signing in and out, choosing a language."""

from flask import Blueprint

blueprint = Blueprint("auth", __name__, url_prefix=None)

from qm.web.auth import routes  # noqa: E402, F401 - routes register on the blueprint
