"""Supervisors and administrators: recordings in, quarantine, phrases, people, jobs."""

from flask import Blueprint

blueprint = Blueprint("manage", __name__, url_prefix="/manage")

from qm.web.manage import routes  # noqa: E402, F401 - routes register on the blueprint
