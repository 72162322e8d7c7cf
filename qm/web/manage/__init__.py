"""Supervisors and administrators: recordings in, quarantine, phrases, rubrics, people, jobs."""

from flask import Blueprint

blueprint = Blueprint("manage", __name__, url_prefix="/manage")

from qm.web.manage import (  # noqa: E402, F401 - routes register on the blueprint
    audit,
    audit_details,
    contacts,
    jobs,
    learning,
    overview,
    people,
    phrase_versions,
    phrases,
    proposals,
    quarantine,
    roster,
    rubric_bindings,
    rubric_builder,
    rubric_files,
    rubrics,
    rules,
    rules_agreement,
    rules_edit,
    rules_rejudge,
    rules_updates,
    rules_words,
    tokens,
    upload,
    vocabulary,
    whatif,
)
