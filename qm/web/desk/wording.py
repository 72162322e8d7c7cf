"""Words that desk pages write: times, directions, answers, why there is no transcript yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext

from qm.clock import local
from qm.models import RecordingStatus
from qm.queries.formviews import CriterionView, EvidenceView, SuggestionView
from qm.queries.moments import NOT_HEARD
from qm.web.desk import blueprint
from qm.web.desk.answer_words import said_words
from qm.web.desk.filters import clock
from qm.web.locale import current_locale
from qm.web.saying import said, say
from recorder.message import Message
from scoring.types import Verdict


@blueprint.app_template_filter("at_words")
def at_words(at: datetime) -> str:
    """Day and time in the installation's zone: `11月2日 10:40`."""
    here = local(at)
    return str(gettext("%(month)d月%(day)d日 %(time)s", month=here.month, day=here.day, time=f"{here:%H:%M}"))


@blueprint.app_template_filter("time_words")
def time_words(at: datetime) -> str:
    """The time of day in the installation's zone."""
    return f"{local(at):%H:%M}"


@blueprint.app_template_global("direction_words")
def direction_words(direction: str) -> str:
    """Who called whom."""
    if direction == "inbound":
        return str(gettext("呼入"))
    return str(gettext("呼出")) if direction == "outbound" else direction


@blueprint.app_template_filter("answer_words")
def answer_words(criterion: CriterionView) -> str:
    """An answer with its proofs and comment in one line, to tell two versions apart."""
    parts = [said_words(criterion.said), criterion.comment]
    parts += [f"▶ {clock(proof.start_s)} {said(proof.text)}" for proof in criterion.attached]
    return " · ".join(part for part in parts if part)


@blueprint.app_template_global("why_words")
def why_words(suggestion: SuggestionView, proofs: Sequence[EvidenceView]) -> str:
    """Why an answer is suggested: the rule's own sentence; in English one built from its first proof."""
    text = suggestion.explanation
    found = [proof for proof in proofs if proof.source != "human"]
    if current_locale() == "zh" or not text or isinstance(text, Message) or not found:
        return say(text)
    first = found[0]
    if suggestion.verdict is Verdict.NOT_APPLICABLE:
        return str(gettext("本通电话不适用"))
    if first.source in NOT_HEARD:
        return said(first.text)
    at, words = clock(first.start_s), said(first.text)
    if first.source.startswith("acoustics:"):
        return str(gettext("%(at)s %(fact)s，共 %(n)d 处", at=at, fact=words, n=len(found)))
    return str(gettext("%(at)s “%(quote)s”，共 %(n)d 处", at=at, quote=words, n=len(found)))


@blueprint.app_template_global("waiting_words")
def waiting_words(status: RecordingStatus, problem: str) -> str:
    """Why there is nothing to read, and what to do meanwhile."""
    if status is RecordingStatus.FAILED:
        why = say(problem) or gettext("原因未知。")
        return str(gettext("转写失败：%(problem)s 可以先听录音评分。", problem=why))
    if status is RecordingStatus.STORED:
        return str(gettext("正在转写，完成后刷新即可看到文字。可以先听录音评分。"))
    return str(gettext("没有听到可转写的话。请直接听录音评分。"))
