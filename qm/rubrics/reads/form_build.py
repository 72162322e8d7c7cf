"""From a rubric, the answers and the machine's findings to the form a person sees. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from qm.hearing.reads.call_views import Moment
from qm.hearing.reads.moments import NOT_HEARD, match
from qm.rubrics.reads.form_views import (
    CriterionView,
    EvidenceView,
    FormView,
    OptionView,
    SectionView,
    SuggestionView,
)
from recorder.message import Message
from scoring.arithmetic import score
from scoring.errors import AnswerInvalid
from scoring.marks import chosen_options, mark
from scoring.rubric import missing
from scoring.said import said
from scoring.suggest import Suggestion, suggest
from scoring.types import (
    Answer,
    Criterion,
    Evidence,
    Finding,
    Policy,
    Rubric,
    ScoringMode,
    Section,
    SectionScore,
    Verdict,
    Veto,
)
from scoring.visibility import is_answered, is_counted, shown

if TYPE_CHECKING:
    from scoring.learn import Learned


def build_form(
    rubric: Rubric,
    rubric_id: int,
    answers: Iterable[Answer],
    *,
    findings: Sequence[Finding] = (),
    moments: Sequence[Moment] = (),
    call_data: Mapping[str, str] | None = None,
    comment: str = "",
    learned: Mapping[str, Learned] | None = None,
) -> FormView:
    """The form with its answers, suggestions and score so far.

    Raises `AnswerInvalid` where an answer does not fit the rubric.
    """
    given = {answer.criterion: answer for answer in answers}
    outcome = score(rubric, given.values(), call_data)
    visible = shown(rubric, {k: a for k, a in given.items() if _counts(rubric, a)}, call_data or {})
    told = {finding.rule_key: finding for finding in findings}
    offers = suggest(rubric, told)
    filled = _Filled(rubric, given, told, offers, moments, visible, outcome.complete, learned or {})
    sections = {part.key: part for part in outcome.sections}
    return FormView(
        rubric_id=rubric_id,
        title=rubric.title,
        version=rubric.version,
        mode=rubric.mode,
        sections=tuple(_section(filled, section, sections[section.key]) for section in rubric.sections),
        total=outcome.total if outcome.scorable else None,
        lost_total=outcome.lost_total,
        answered=outcome.answered,
        answerable=outcome.answerable,
        comment=comment,
        lacks=missing(rubric, given.values(), call_data),
    )


def suggestion(
    criterion: Criterion, finding: Finding | None, offered: Suggestion | None
) -> SuggestionView | None:
    """What the machine would answer and why; None where no rule speaks or a person decides alone."""
    if finding is None or criterion.policy is Policy.HUMAN_ONLY:
        return None
    answer = offered.answer if offered else Answer(criterion.key)
    return SuggestionView(
        verdict=finding.verdict,
        answer=answer,
        said=said(criterion, answer),
        explanation=finding.explanation,
    )


def learned_suggestion(criterion: Criterion, learned: Learned) -> SuggestionView:
    """What a learned model would answer, and how sure it is."""
    return SuggestionView(
        verdict=Verdict.MET,
        answer=learned.answer,
        said=said(criterion, learned.answer),
        explanation=Message(
            "从人工答案学到，把握 %(sure)s（模型 %(version)s）",
            sure=f"{learned.probability:.0%}",
            version=learned.version[:8],
        ),
    )


def _counts(rubric: Rubric, answer: Answer) -> bool:
    criterion = next((c for c in rubric.criteria if c.key == answer.criterion), None)
    return criterion is not None and is_answered(criterion, answer)


@dataclass(frozen=True, slots=True)
class _Filled:
    """What every question is shown with."""

    rubric: Rubric
    given: Mapping[str, Answer]
    told: Mapping[str, Finding]
    offers: Mapping[str, Suggestion]
    moments: Sequence[Moment]
    visible: frozenset[str]
    complete: bool
    learned: Mapping[str, Learned]


def _section(filled: _Filled, section: Section, part: SectionScore) -> SectionView:
    weight, scale = section.weight, Decimal(1)
    if filled.complete and part.weight:
        weight = part.weight
    elif filled.rubric.mode is ScoringMode.WEIGHTED and part.weight:
        # The weight of questions still open is not handed to the answered ones for showing.
        scale = section.weight / part.weight
    return SectionView(
        key=section.key,
        title=section.title,
        weight=weight,
        score=None if part.score is None else part.score * scale,
        lost_score=None if part.lost_score is None else part.lost_score * scale,
        criteria=tuple(_criterion(filled, criterion) for criterion in section.criteria),
    )


def _criterion(filled: _Filled, criterion: Criterion) -> CriterionView:
    finding = filled.told.get(criterion.rule or "")
    given = filled.given.get(criterion.key) or Answer(criterion.key)
    answered = is_answered(criterion, given)
    counts = is_counted(criterion, given)
    worth = mark(filled.rubric, criterion, given) if counts else None
    taken = _taken(criterion, given) if counts else ()
    offered = suggestion(criterion, finding, filled.offers.get(criterion.key))
    proofs = finding.evidence if offered and finding else ()
    learned = filled.learned.get(criterion.key)
    if offered is None and learned is not None:
        offered, proofs = learned_suggestion(criterion, learned), learned.answer.evidence
    return CriterionView(
        key=criterion.key,
        title=criterion.title,
        kind=criterion.kind,
        max_points=criterion.max_points,
        guidance=criterion.guidance,
        options=_options(criterion, taken),
        not_applicable_allowed=criterion.not_applicable_allowed,
        answer=given,
        said=said(criterion, given),
        evidence=_evidence(given.evidence, proofs, filled.moments),
        suggestion=offered,
        earned=worth.earned if worth else None,
        answered=answered,
        shown=criterion.key in filled.visible,
        optional=criterion.optional,
        vetoes=worth is not None and worth.veto is not Veto.NONE,
        example=criterion.example,
    )


def _taken(criterion: Criterion, answer: Answer) -> tuple[str, ...]:
    try:
        return tuple(option.key for option in chosen_options(criterion, answer))
    except AnswerInvalid:
        return ()


def _options(criterion: Criterion, taken: Sequence[str]) -> tuple[OptionView, ...]:
    return tuple(
        OptionView(
            key=option.key,
            label=option.label,
            points=option.points,
            full=option.points == criterion.max_points and option.veto is Veto.NONE,
            chosen=option.key in taken,
            digit=place,
            veto=option.veto is not Veto.NONE,
            requires_comment=option.requires_comment,
            requires_evidence=option.requires_evidence,
        )
        for place, option in enumerate(criterion.options, start=1)
    )


def _evidence(
    attached: Sequence[Evidence], suggested: Sequence[Evidence], moments: Sequence[Moment]
) -> tuple[EvidenceView, ...]:
    """Attached proofs, then suggested ones that say something new: each moment once."""
    views = [proof(item, moments, attached=True) for item in attached]
    for item in suggested:
        view = proof(item, moments, attached=False)
        if not any(_same_proof(view, known) for known in views):
            views.append(view)
    return tuple(views)


def _same_proof(one: EvidenceView, other: EvidenceView) -> bool:
    if one.identity == other.identity or (one.moment and one.moment == other.moment):
        return True
    if one.source in NOT_HEARD or other.source in NOT_HEARD:
        return False
    common = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    return common > 0.6 * min(one.end_s - one.start_s, other.end_s - other.start_s)


def proof(item: Evidence, moments: Sequence[Moment], *, attached: bool) -> EvidenceView:
    """One proof, linked to the moment it speaks of; a machine's quotation shows the words displayed there."""
    found = match(moments, item)
    quotes = found is not None and found.text and _quotes_words(item)
    return EvidenceView(
        start_s=item.start_s,
        end_s=item.end_s,
        role=item.role,
        text=found.text if found and quotes else item.text,
        source=item.source,
        moment=found.key if found else "",
        attached=attached,
    )


def _quotes_words(item: Evidence) -> bool:
    return item.source.startswith(("phrase:", "pattern", "similar:", "manner:"))
