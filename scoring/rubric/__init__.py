"""Rubrics: read, write, check, compare, and what a form still lacks before it can be submitted."""

from scoring.rubric.changes import Change, ChangeKind, change_in_words, diff
from scoring.rubric.checks import validate
from scoring.rubric.completeness import Lack, Missing, missing
from scoring.rubric.problems import Problem, RubricInvalid
from scoring.rubric.reading import rubric_and_lines, rubric_from_dict, rubric_from_yaml
from scoring.rubric.seeded import seeded
from scoring.rubric.writing import rubric_to_dict, rubric_to_yaml

__all__ = [
    "Change",
    "ChangeKind",
    "Lack",
    "Missing",
    "Problem",
    "RubricInvalid",
    "change_in_words",
    "diff",
    "missing",
    "rubric_and_lines",
    "rubric_from_dict",
    "rubric_from_yaml",
    "rubric_to_dict",
    "rubric_to_yaml",
    "seeded",
    "validate",
]
