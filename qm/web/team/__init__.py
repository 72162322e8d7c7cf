"""Leaders: the team, its members and last calls."""

from flask import Blueprint

blueprint = Blueprint("team", __name__, url_prefix="/team")

from qm.web.team import routes  # noqa: E402, F401 - routes register on the blueprint
