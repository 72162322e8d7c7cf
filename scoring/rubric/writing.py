"""A rubric as a JSON document and as YAML, without loss."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import yaml

from scoring.rubric.reading import FORMAT
from scoring.types import Rubric


def rubric_to_dict(rubric: Rubric) -> dict[str, Any]:
    """A document of JSON types; `rubric_from_dict` gives the equal rubric back.

    Decimals are strings with every digit; fields that hold their default are left out.
    """
    return {"format": FORMAT, **_plain(rubric)}


def rubric_to_yaml(rubric: Rubric) -> str:
    """YAML text that a person can read and change; `rubric_from_yaml` gives the equal rubric back."""
    return yaml.safe_dump(rubric_to_dict(rubric), allow_unicode=True, sort_keys=False, width=100)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            item.name: _plain(getattr(value, item.name))
            for item in fields(value)
            if item.default is MISSING or getattr(value, item.name) != item.default
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
