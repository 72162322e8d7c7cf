"""Sound to ears: streamed with Range after a permission check, every listen on record."""

from flask import Blueprint

blueprint = Blueprint("media", __name__, url_prefix="/media")

from qm.web.media import routes  # noqa: E402, F401 - routes register on the blueprint
