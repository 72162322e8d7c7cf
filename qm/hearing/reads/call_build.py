"""From a stored hearing to the view of a call. Pure: rows are read elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from qm.hearing.reads.call_views import CallHeader, CallView, Moment, MomentKind, Note, Turn
from qm.hearing.reads.marking import SpanMark, find_words, pieces, same_words, shown_words
from qm.hearing.reads.moments import HitMoment, gather
from scoring.types import Finding
from transcribe.types import Acoustics, Hit, Span, Transcript, Utterance

_BETWEEN_TURNS = frozenset({MomentKind.SILENCE, MomentKind.INTERRUPTION})


def empty_call(header: CallHeader) -> CallView:
    """A call that was not transcribed yet: it can be played, not read."""
    return CallView(header=header, flow=(), moments=(), voiced=())


def build_call(
    header: CallHeader,
    transcript: Transcript,
    hits: Sequence[Hit],
    findings: Sequence[Finding],
    group_names: Mapping[str, str],
) -> CallView:
    """The view of a transcribed call. `group_names`: phrase group key to its name."""
    found, hit_moments = gather(hits, transcript.acoustics, findings, group_names, header.duration_s)
    marks = marks_of(transcript.utterances, found, hit_moments)
    moments = _worded(found, transcript.utterances, marks)
    return CallView(
        header=header,
        flow=flow(transcript.utterances, moments, marks),
        moments=moments,
        voiced=merged_speech(transcript.acoustics),
        roles_certain=transcript.roles_certain,
    )


Marks = Mapping[int, Sequence[SpanMark]]
"""Marks by the index of their utterance."""


def marks_of(
    utterances: Sequence[Utterance], moments: Sequence[Moment], hit_moments: Sequence[HitMoment]
) -> Marks:
    """Where phrases and quotations of rules stand in what was heard."""
    marks: dict[int, list[SpanMark]] = defaultdict(list)
    for found in hit_moments:
        hit = found.hit
        marks[hit.utterance].append(SpanMark(found.moment, hit.start_char, hit.end_char))
    for moment in moments:
        if moment.kind is MomentKind.EVIDENCE and not _is_sound(moment):
            for index, mark in _in_words(moment, utterances):
                marks[index].append(mark)
    return marks


def flow(utterances: Sequence[Utterance], moments: Sequence[Moment], marks: Marks) -> tuple[Turn | Note, ...]:
    """Turns and the notes between them, in order of time; a note stands before a turn that starts with it."""
    turns: list[Turn | Note] = [_turn(utterance, marks.get(utterance.index, ())) for utterance in utterances]
    notes = [Note(moment) for moment in moments if moment.kind in _BETWEEN_TURNS or _is_sound(moment)]
    return tuple(sorted([*notes, *turns], key=lambda item: (item.start_s, item.kind != "note")))


def _worded(moments: Sequence[Moment], utterances: Sequence[Utterance], marks: Marks) -> tuple[Moment, ...]:
    """Moments quoting what the transcript displays, so that chips and transcript say the same words."""
    said = {
        mark.moment.key: shown_words(utterance, mark)
        for utterance in utterances
        for mark in marks.get(utterance.index, ())
    }
    return tuple(replace(moment, text=said.get(moment.key) or moment.text) for moment in moments)


def _is_sound(moment: Moment) -> bool:
    """Measured on the sound, so it stands between the turns."""
    return moment.kind is MomentKind.EVIDENCE and moment.source.startswith("acoustics:")


def _in_words(moment: Moment, utterances: Sequence[Utterance]) -> list[tuple[int, SpanMark]]:
    """Where a rule's quotation stands: its words in the turn they were said in, else that whole turn."""
    said = [u for u in utterances if u.start_s < moment.end_s and moment.start_s < u.end_s]
    own = [u for u in said if u.role is moment.role] or said
    for utterance in own:
        span = find_words(utterance.heard, moment.text)
        if span is not None:
            return [(utterance.index, SpanMark(moment, *span))]
    return [(u.index, SpanMark(moment, 0, len(u.heard))) for u in own[:1]]


def merged_speech(acoustics: Acoustics) -> tuple[tuple[float, float], ...]:
    """Stretches in which anybody speaks, in order, without overlaps."""
    spans = sorted((span for found in acoustics.voiced.values() for span in found), key=_start)
    merged: list[tuple[float, float]] = []
    for span in spans:
        if merged and span.start_s <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], span.end_s))
        else:
            merged.append((span.start_s, span.end_s))
    return tuple(merged)


def _start(span: Span) -> float:
    return span.start_s


def _turn(utterance: Utterance, marks: Sequence[SpanMark]) -> Turn:
    return Turn(
        index=utterance.index,
        role=utterance.role,
        start_s=utterance.start_s,
        end_s=utterance.end_s,
        pieces=pieces(utterance, marks),
        heard="" if same_words(utterance.heard, utterance.text) else utterance.heard,
    )
