"""Pages and API. One folder an audience; a route loads, validates, calls one service, renders."""

from __future__ import annotations

from flask import Flask

from qm import database, logs
from qm.paths import STATIC, TEMPLATES
from qm.settings import Settings, settings
from qm.web import access, errors, locale, navigation, numbers, registry, security, words


def create_app(config: Settings | None = None) -> Flask:
    """The web application for the bound database, or for the one the settings name."""
    config = config or settings()
    app = Flask("qm.web", template_folder=str(TEMPLATES), static_folder=str(STATIC))
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if not database.is_bound():
        database.bind(database.make_engine(config.resolved_database_url))
    logs.register(app)
    security.register(app, config)
    locale.register(app)
    errors.register(app)
    access.register(app)
    navigation.register(app)
    words.register(app)
    numbers.register(app)
    _register_areas(app)
    registry.register(app)
    return app


def _register_areas(app: Flask) -> None:
    # Imported here: the areas import `access` from this package.
    from qm.web import api, auth, desk, home, manage, media, mine, team  # noqa: PLC0415

    for area in (auth, home, desk, mine, team, manage, media, api):
        app.register_blueprint(area.blueprint)
    security.csrf.exempt(api.blueprint)  # machines bring a token, not a session
