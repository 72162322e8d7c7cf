"""Words that desk pages write: times, directions, answers, why there is no transcript yet."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext, lazy_gettext

from qm.core.audit import AuditAction
from qm.frame.figures import clock
from qm.frame.locale import current_locale
from qm.frame.registry import name_actions, template_filter, template_global
from qm.frame.saying import said, say
from qm.hearing.reads.moments import NOT_HEARD
from qm.models import RecordingStatus
from qm.rubrics.reads.form_views import CriterionView, EvidenceView, SuggestionView
from qm.rubrics.words.answers import said_words
from recorder.message import Message
from scoring.types import Verdict


@template_filter
def answer_words(criterion: CriterionView) -> str:
    """An answer with its proofs and comment in one line, to tell two versions apart."""
    parts = [said_words(criterion.said), criterion.comment]
    parts += [f"▶ {clock(proof.start_s)} {said(proof.text)}" for proof in criterion.attached]
    return " · ".join(part for part in parts if part)


@template_global
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


@template_global
def waiting_words(status: RecordingStatus, problem: str) -> str:
    """Why there is nothing to read, and what to do meanwhile."""
    if status is RecordingStatus.FAILED:
        why = say(problem) or gettext("原因未知。")
        return str(gettext("转写失败：%(problem)s 可以先听录音评分。", problem=why))
    if status is RecordingStatus.STORED:
        return str(gettext("正在转写，完成后刷新即可看到文字。可以先听录音评分。"))
    return str(gettext("没有听到可转写的话。请直接听录音评分。"))


ACTIONS = name_actions(
    {
        AuditAction.EVALUATION_SAVED: lazy_gettext("保存评分"),
        AuditAction.EVALUATION_RELEASED: lazy_gettext("发布评分"),
        AuditAction.EVALUATION_TAKEN_BACK: lazy_gettext("收回评分"),
        AuditAction.EVALUATION_PACK_EXPORTED: lazy_gettext("导出证据包"),
    }
)
