"""The figures that autosave brings back: the score has one implementation, on the server."""

from __future__ import annotations

from flask_babel import gettext

from qm.frame.figures import points
from qm.rubrics.reads.form_views import CriterionView, FormView, SectionView


def figures(revision: int, form: FormView) -> dict[str, object]:
    """Revision and score so far, as the page writes them."""
    return {
        "revision": revision,
        "total": points(form.total),
        "lost": points(form.lost_total) if form.lost_total is not None else "",
        "vetoed": form.lost_total is not None,
        "answered": gettext("已评 %(done)d / %(all)d", done=form.answered, all=form.answerable),
        "sections": {section.key: section_figure(section) for section in form.sections},
        "points": {criterion.key: points_figure(criterion) for criterion in form.criteria},
        "lacks": [{"criterion": lack.criterion, "message": lack.message} for lack in form.lacks],
        "hidden": [criterion.key for criterion in form.criteria if not criterion.shown],
    }


def points_figure(criterion: CriterionView) -> str:
    """`0/5`, or `–/5` while nothing is earned or lost."""
    return f"{points(criterion.earned)}/{points(criterion.max_points)}"


def section_figure(section: SectionView) -> str:
    """`3 / 15`; the lost score of a vetoed section is written beside it by the template."""
    return f"{points(section.score, 1)} / {points(section.weight, 1)}"
