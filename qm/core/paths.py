"""Where templates, static files, translations and samples lie: the checkout, or inside the wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_BUNDLED = _PACKAGE / "_assets"
ROOT = _BUNDLED if _BUNDLED.is_dir() else _PACKAGE.parent
"""The folder that holds the four below."""

TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
SAMPLES = ROOT / "samples"
TRANSLATIONS = _PACKAGE / "translations"
MIGRATIONS = _PACKAGE / "migrations"
