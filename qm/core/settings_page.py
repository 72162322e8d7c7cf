"""Writes `docs/settings.md` from the settings themselves: `python -m qm.core.settings_page`."""

from __future__ import annotations

from qm.core.settings import Settings

_HEAD = """# Settings

Each setting is an environment variable, or a line of a `.env` file in the folder where `qm` starts.
Nothing has to be set: the defaults give one machine with SQLite and a directory.
This page is written by `make docs`; a test keeps it equal to the code.

| variable | default | meaning |
|---|---|---|
"""


def page() -> str:
    """The whole page, Markdown."""
    rows = []
    for name, field in Settings.model_fields.items():
        shown = field.default
        if hasattr(shown, "get_secret_value"):
            shown = shown.get_secret_value()
        text = "" if shown in ("", None) else f"`{str(shown).lower() if isinstance(shown, bool) else shown}`"
        rows.append(f"| `QM_{name.upper()}` | {text} | {field.description} |")
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(page(), end="")
