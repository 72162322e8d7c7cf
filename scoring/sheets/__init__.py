"""Rubrics as the Excel tables that supervisors keep: import, export, and an empty table."""

from scoring.sheets.reading import Imported, read_rubric
from scoring.sheets.writing import Omitted, not_in_table, template, write_rubric

__all__ = ["Imported", "Omitted", "not_in_table", "read_rubric", "template", "write_rubric"]
