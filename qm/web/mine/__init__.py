"""Agents: feedback on own calls, own record."""

from flask import Blueprint

blueprint = Blueprint("mine", __name__, url_prefix="/mine")

from qm.web.mine import record, routes  # noqa: E402, F401 - routes register on the blueprint
