"""Language: Chinese is the source text of every message, English a translation.

The `.po` file is read as it is, so no compiled catalogue has to be built or committed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO

from babel.messages.catalog import Message as PoMessage
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, request, session
from flask_babel import Babel, Domain, get_locale
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from qm.core.paths import TRANSLATIONS
from qm.core.settings import settings

_PLACE = re.compile(r"%\((\w+)\)")
LOCALES = {"zh": "中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class Language:
    """The texts of one language."""

    texts: NullTranslations
    counted: Mapping[str, str]
    """Texts that have a plural, with the place whose figure chooses it."""


@cache
def _language(locale: str) -> Language:
    path = TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Language(NullTranslations(), {})
    with path.open("rb") as source:
        catalogue = read_po(source, locale=locale)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    counted = {str(m.id[0]): counting_place(*_forms(m)) for m in catalogue if m.pluralizable}
    return Language(Translations(fp=compiled), counted)


def _forms(message: PoMessage) -> tuple[str, str]:
    forms = tuple(message.string or ())
    return forms[0], forms[-1]


def counting_place(singular: str, plural: str) -> str:
    """The place whose figure chooses between two forms: the last one before they differ, else the first."""
    bends = (n for n, (one, many) in enumerate(zip(singular, plural, strict=False)) if one != many)
    same = next(bends, min(len(singular), len(plural)))
    places = [(found.end(), found.group(1)) for found in _PLACE.finditer(plural)]
    before = [name for end, name in places if end <= same]
    return before[-1] if before else places[0][1]


def translated(text: str, params: Mapping[str, object]) -> str:
    """`text` in the request's language, its places still open; in the plural where its figure asks for it."""
    locale = get_locale()
    language = _language(locale.language if locale else "zh")
    place = language.counted.get(text)
    if place is None:
        return str(language.texts.ugettext(text))
    return str(language.texts.ungettext(text, text, _count(params.get(place))))


def _count(figure: object) -> int:
    """One is one, also where it is written; whatever else stands there is several."""
    return 1 if figure == 1 or str(figure) == "1" else 2


class PoDomain(Domain):  # type: ignore[misc]
    """Messages straight from the `.po` files."""

    def get_translations(self) -> NullTranslations:
        """The catalogue of the request's language."""
        locale = get_locale()
        return _language(locale.language if locale else "zh").texts

    def gettext(self, string: str, **variables: object) -> str:
        """As `translated`, filled in."""
        text = translated(string, variables)
        return text % variables if variables else text


def current_locale() -> str:
    """`zh` or `en`: chosen by the person, else the installation's default."""
    chosen = session.get("locale") or request.cookies.get("locale")
    return chosen if chosen in LOCALES else settings().default_locale


@pass_context
def _in_template(context: Context, text: str, /, **variables: object) -> str:
    """Jinja's own `gettext` does not show the figures to the catalogue, which needs them for a plural."""
    found = translated(text, variables)
    return (Markup(found) if context.eval_ctx.autoescape else found) % variables  # noqa: S704 - ours


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
    app.jinja_env.globals["gettext"] = _in_template
    app.context_processor(lambda: {"locales": LOCALES, "locale": current_locale()})
