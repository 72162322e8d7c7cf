"""The rubrics that come with the system."""

from __future__ import annotations

from functools import cache
from importlib import resources

from scoring.rubric.reading import rubric_from_yaml
from scoring.types import Rubric

NAMES = ("phone_banking", "outbound", "deduction_form")


@cache
def seeded() -> tuple[Rubric, ...]:
    """电话银行通用评分表 first, then the outbound form and the deduction form."""
    folder = resources.files("scoring") / "rubrics"
    return tuple(rubric_from_yaml((folder / f"{name}.yaml").read_text("utf-8")) for name in NAMES)
