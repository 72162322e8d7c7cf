"""The moments of a call: phrases found, silences, interruptions and what rules point at, merged.

A rule's evidence and the phrase it rests on are one moment, so that a person meets each thing once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from qm.hearing.reads.call_views import Moment, MomentKind, Tone
from recorder.types import Role
from scoring.types import Evidence, Finding, Verdict
from transcribe.types import Acoustics, Hit, MatchKind, Overlap, PhraseKind, Span

SURE_SCORE = 0.9
"""A forbidden phrase found by similar sound below this is a doubt, not a violation."""
SHORTEST_OVERLAP_S = 0.3
"""Shorter talking at once is shown nowhere: it is how people take turns."""

NOT_HEARD = frozenset({"absence", "unheard"})
"""Sources of evidence that say that something was not found, or could not be."""

_TONES = {PhraseKind.FORBIDDEN: Tone.BAD, PhraseKind.REQUIRED: Tone.GOOD, PhraseKind.TOPIC: Tone.PLAIN}
_CERTAIN = frozenset({MatchKind.EXACT, MatchKind.SOUND, MatchKind.ACOUSTIC})


Stretch = Span | Overlap | Evidence
"""Anything with `start_s` and `end_s`."""


@dataclass(frozen=True, slots=True)
class HitMoment:
    """A moment with the hit it came from."""

    moment: Moment
    hit: Hit


def gather(
    hits: Sequence[Hit],
    acoustics: Acoustics,
    findings: Iterable[Finding],
    group_names: Mapping[str, str],
    duration_s: float,
) -> tuple[tuple[Moment, ...], tuple[HitMoment, ...]]:
    """All moments in order of time with their keys, and those that came from hits."""
    spoken = [(_spoken(hit, group_names), hit) for hit in distinct(hits)]
    others = [*_silences(acoustics), *_interruptions(acoustics)]
    known = [moment for moment, _ in spoken] + others
    for finding in findings:
        for evidence in finding.evidence:
            moment = _pointed_at(finding.verdict, evidence, duration_s)
            if moment is not None and match(known, evidence) is None:
                known.append(moment)
    keyed = _keyed(known)
    by_identity = {id(moment): keyed[index] for index, moment in enumerate(known)}
    hit_moments = tuple(HitMoment(by_identity[id(moment)], hit) for moment, hit in spoken)
    return tuple(sorted(keyed, key=lambda m: (m.start_s, m.end_s))), hit_moments


def match(moments: Iterable[Moment], evidence: Evidence) -> Moment | None:
    """The moment that a proof speaks of: same kind, most time in common; None where there is none."""
    best, most = None, 0.0
    for moment in moments:
        if not _same_kind(moment, evidence):
            continue
        common = min(moment.end_s, evidence.end_s) - max(moment.start_s, evidence.start_s)
        shorter = min(moment.duration_s, evidence.end_s - evidence.start_s)
        if common >= shorter / 2 and common >= most:
            best, most = moment, common
    return best


def distinct(hits: Sequence[Hit]) -> list[Hit]:
    """Hits in order, without those that lie inside a longer one of the same group."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start_char - h.end_char, -h.score)):
        if not any(_covers(longer, hit) for longer in kept):
            kept.append(hit)
    return sorted(kept, key=lambda h: (h.start_s, h.start_char))


def _covers(longer: Hit, hit: Hit) -> bool:
    same = (longer.utterance, longer.group, longer.role) == (hit.utterance, hit.group, hit.role)
    return same and longer.start_char < hit.end_char and hit.start_char < longer.end_char


def _keyed(moments: Sequence[Moment]) -> list[Moment]:
    """The same list with keys numbered by time."""
    order = sorted(range(len(moments)), key=lambda i: (moments[i].start_s, moments[i].end_s))
    number = {index: place + 1 for place, index in enumerate(order)}
    return [replace(moment, key=f"m{number[index]}") for index, moment in enumerate(moments)]


def _spoken(hit: Hit, group_names: Mapping[str, str]) -> Moment:
    tone = Tone.PLAIN if hit.negated else _TONES[hit.kind]
    if tone is Tone.BAD and hit.match not in _CERTAIN and hit.score < SURE_SCORE:
        tone = Tone.DOUBT
    return Moment(
        key="",
        kind=MomentKind.PHRASE,
        tone=tone,
        start_s=hit.start_s,
        end_s=hit.end_s,
        role=hit.role,
        label=group_names.get(hit.group, hit.group),
        text=hit.heard,
        source=f"phrase:{hit.group}",
        score=hit.score if hit.score < 1 else None,
        acoustic=hit.acoustic,
        negated=hit.negated,
        steps=tone is not Tone.PLAIN,
    )


def _silences(acoustics: Acoustics) -> list[Moment]:
    return [
        _plain(MomentKind.SILENCE, Tone.DOUBT, span, Role.UNKNOWN, "acoustics:dead_air")
        for span in acoustics.dead_air
    ]


def _interruptions(acoustics: Acoustics) -> list[Moment]:
    return [
        _interruption(overlap)
        for overlap in acoustics.overlaps
        if overlap.end_s - overlap.start_s >= SHORTEST_OVERLAP_S
    ]


def _interruption(overlap: Overlap) -> Moment:
    by_agent = overlap.interrupter is Role.AGENT
    moment = _plain(
        MomentKind.INTERRUPTION,
        Tone.DOUBT if by_agent else Tone.PLAIN,
        overlap,
        overlap.interrupter,
        "acoustics:interruption",
    )
    return replace(moment, steps=by_agent)


def _pointed_at(verdict: Verdict, evidence: Evidence, duration_s: float) -> Moment | None:
    """The moment that a proof makes by itself; None for what needs no look: nothing found, as hoped."""
    unheard = evidence.source in NOT_HEARD
    if verdict is Verdict.NOT_APPLICABLE or (unheard and verdict is Verdict.MET):
        return None
    tone = {Verdict.NOT_MET: Tone.BAD, Verdict.MET: Tone.GOOD}.get(verdict, Tone.DOUBT)
    kind = MomentKind.ABSENCE if unheard else MomentKind.EVIDENCE
    moment = _plain(kind, tone, evidence, evidence.role, evidence.source)
    whole = evidence.end_s - evidence.start_s > duration_s / 2
    return replace(moment, text=evidence.text, outline=unheard, steps=not (unheard and whole))


def _plain(kind: MomentKind, tone: Tone, at: Stretch, role: Role, source: str) -> Moment:
    return Moment(
        key="",
        kind=kind,
        tone=tone,
        start_s=at.start_s,
        end_s=at.end_s,
        role=role,
        label="",
        text="",
        source=source,
    )


def _same_kind(moment: Moment, evidence: Evidence) -> bool:
    if moment.source == evidence.source:
        return moment.kind is not MomentKind.ABSENCE or moment.text == evidence.text
    by_itself = evidence.source.startswith(("phrase:", "acoustics:")) or evidence.source in NOT_HEARD
    measured = moment.source.startswith("acoustics:") and evidence.source != "human"
    return not by_itself and not measured and moment.kind is not MomentKind.ABSENCE
