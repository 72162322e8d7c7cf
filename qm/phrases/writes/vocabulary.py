"""The words a queue's calls are full of: products, branches. The engine expects them, repair knows them.

Never forbidden speech: an engine that expects a violation may hear one.
"""

from __future__ import annotations

import re

from sqlmodel import col, delete

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Forbidden, InvalidInput
from qm.core.ownership import everywhere
from qm.models import QueueTerm
from qm.phrases.reads import library as phrase_reads
from qm.phrases.reads import vocabulary as vocabulary_reads
from recorder.types import Role
from transcribe.normalize import normalize
from transcribe.phrases import PhraseMatcher
from transcribe.types import Phrase, PhraseKind, Utterance

TERMS_MAX = 100
_TERM = re.compile(r"[^\W_]{2,12}")
_FORBIDDEN_SHARE = 0.5
"""A word that makes up more than this of a forbidden phrase is that phrase."""


class WordsOfTheCentre(Forbidden):
    """A branch would change what every branch's calls are heard with."""

    message = "队列词汇对所有机构的通话生效，由总部质检主管修改。"


class TermUnusable(InvalidInput):
    """No word that could be heard."""

    message = "“%(term)s”不能用：每行一个词，2 到 12 个汉字或字母。"


class TooManyTerms(InvalidInput):
    """More words than the engine can be told."""

    message = "一个队列最多 100 个词，现有 %(count)d 个。请只留最常说、最容易听错的。"


class TermForbidden(InvalidInput):
    """The word is forbidden speech, or nearly."""

    message = "“%(term)s”与服务禁语“%(phrase)s”相同或相近，不能作为队列词汇：提示了反而会误听出违规。"


def set_terms(actor: Actor, *, queue: str, text: str) -> tuple[str, ...]:
    """Make the words of a queue (empty: of all queues) those of `text`, one a line; gives them.

    Raises `Forbidden`, `WordsOfTheCentre`, `TermUnusable`, `TooManyTerms`, `TermForbidden`.
    """
    actor.require(UserRole.SUPERVISOR)
    if not everywhere(actor):
        raise WordsOfTheCentre
    queue = queue.strip()[:80]
    terms = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    for term in terms:
        if not _TERM.fullmatch(term):
            raise TermUnusable(term=term)
    if len(terms) > TERMS_MAX:
        raise TooManyTerms(count=len(terms))
    for term, phrase in forbidden_among(terms).items():
        raise TermForbidden(term=term, phrase=phrase)
    with writing() as session:
        session.exec(delete(QueueTerm).where(col(QueueTerm.queue) == queue))
        session.add_all(
            QueueTerm(queue=queue, term=term, created_at=now(), created_by=actor.user_id) for term in terms
        )
        audit.record(actor, audit.AuditAction.VOCABULARY_CHANGED, queue or "*", terms=len(terms))
    return terms


def expected(queue: str) -> tuple[str, ...]:
    """What the engine is told of a call in this queue; what has become forbidden since is left out."""
    terms = vocabulary_reads.terms_of(queue)
    refused = forbidden_among(terms)
    return tuple(term for term in terms if term not in refused)


def forbidden_among(terms: tuple[str, ...]) -> dict[str, str]:
    """Words that say, sound like, or are most of a forbidden phrase (in force or in the draft), with it."""
    if not terms:
        return {}
    rows = [
        row
        for version in (phrase_reads.published(), phrase_reads.draft())
        for row in phrase_reads.rows(version)
    ]
    texts = dict.fromkeys(row.text for row in rows if row.kind is PhraseKind.FORBIDDEN)
    known = [Phrase(text, text, text, PhraseKind.FORBIDDEN, Role.UNKNOWN) for text in texts]
    said = [Utterance(i, Role.UNKNOWN, 60.0 * i, 60.0 * i + 5, t, t) for i, t in enumerate(terms)]
    found = {terms[hit.utterance]: hit.phrase for hit in PhraseMatcher(known).scan(said)}
    for term in terms:
        plain = normalize(term).text
        near = (t for t in texts if plain in normalize(t).text and len(plain) > _FORBIDDEN_SHARE * len(t))
        if (phrase := next(near, None)) is not None:
            found.setdefault(term, phrase)
    return found
