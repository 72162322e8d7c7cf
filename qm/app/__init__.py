"""The application: composed of the capabilities, in the order of a recording's road."""

from __future__ import annotations

from flask import Flask

from qm.app import home
from qm.assigning import pages as assigning
from qm.connect import pages as connect
from qm.core import database
from qm.core.paths import STATIC, TEMPLATES
from qm.core.settings import Settings, settings
from qm.frame import access, errors, locale, navigation, numbers, registry, request_ids, security
from qm.hearing import pages as hearing
from qm.intake import pages as intake
from qm.judging import pages as judging
from qm.people import pages as people
from qm.phrases import pages as phrases
from qm.proposals import pages as proposals
from qm.records import pages as records
from qm.reviewing import pages as reviewing
from qm.rubrics import pages as rubrics
from qm.rules import pages as rules
from qm.trials import pages as trials
from qm.upkeep import pages as upkeep

CAPABILITIES = (
    people,
    intake,
    proposals,
    phrases,
    hearing,
    rules,
    rubrics,
    judging,
    assigning,
    reviewing,
    trials,
    records,
    upkeep,
    connect,
)


def create_app(config: Settings | None = None) -> Flask:
    """The web application for the bound database, or for the one the settings name."""
    config = config or settings()
    app = Flask("qm.app", template_folder=str(TEMPLATES), static_folder=str(STATIC))
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if not database.is_bound():
        database.bind(database.make_engine(config.resolved_database_url))
    request_ids.register(app)
    security.register(app, config)
    locale.register(app)
    errors.register(app)
    access.register(app)
    numbers.register(app)
    navigation.register(app, (capability.PAGES for capability in CAPABILITIES))
    app.register_blueprint(home.blueprint)
    registry.register(app)
    security.csrf.exempt(connect.recordings.blueprint)  # machines bring a token, not a session
    return app
