"""The front page, health and readiness."""

from flask import Blueprint

blueprint = Blueprint("home", __name__, url_prefix=None)

from qm.web.home import routes  # noqa: E402, F401 - routes register on the blueprint
