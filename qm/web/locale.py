"""Language: Chinese is the source text of every message, English a translation.

The `.po` file is read as it is, so no compiled catalogue has to be built or committed.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, request, session
from flask_babel import Babel, Domain, get_locale

from qm.paths import TRANSLATIONS
from qm.settings import settings

LOCALES = {"zh": "中文", "en": "English"}


@cache
def _catalogue(locale: str) -> NullTranslations:
    path = TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=locale))
    compiled.seek(0)
    return Translations(fp=compiled)


class PoDomain(Domain):  # type: ignore[misc]
    """Messages straight from the `.po` files."""

    def get_translations(self) -> NullTranslations:
        """The catalogue of the request's language."""
        locale = get_locale()
        return _catalogue(locale.language if locale else "zh")


def current_locale() -> str:
    """`zh` or `en`: chosen by the person, else the installation's default."""
    chosen = session.get("locale") or request.cookies.get("locale")
    return chosen if chosen in LOCALES else settings().default_locale


def register(app: Flask) -> None:
    """Install gettext in Python and in templates."""
    Babel(
        app,
        default_locale="zh",
        default_timezone=settings().timezone,
        locale_selector=current_locale,
    )
    domain = PoDomain()
    app.before_request(domain.as_default)
    app.context_processor(lambda: {"locales": LOCALES, "locale": current_locale()})
