"""What becomes a moment of the call, and which proofs speak of the same one."""

from __future__ import annotations

from datetime import UTC, datetime

from qm.hearing.reads.call_build import build_call, merged_speech
from qm.hearing.reads.call_views import CallHeader, MomentKind, Tone
from qm.hearing.reads.moments import distinct, gather, match
from recorder.types import Role
from scoring.types import Evidence, Finding, Verdict
from transcribe.types import Acoustics, Hit, MatchKind, Overlap, PhraseKind, Span, Transcript, Utterance

AT = datetime(2026, 11, 2, 10, 40, tzinfo=UTC)
NAMES = {"shirking": "推诿", "greeting": "问候"}


def hit(start: int = 2, end: int = 6, at: float = 1.0, **more: object) -> Hit:
    fields = {
        "phrase_id": "1", "phrase": "我不清楚", "group": "shirking", "kind": PhraseKind.FORBIDDEN,
        "role": Role.AGENT, "utterance": 0, "start_char": start, "end_char": end, "start_s": at,
        "end_s": at + 1, "heard": "我不清楚", "match": MatchKind.EXACT, "score": 1.0,
    }  # fmt: skip
    return Hit(**{**fields, **more})  # type: ignore[arg-type]


def finding(verdict: Verdict, *evidence: Evidence) -> Finding:
    return Finding("rule", 1, verdict, evidence)


def proof(source: str, start: float, end: float, text: str = "我不清楚") -> Evidence:
    return Evidence(start, end, Role.AGENT, text, source)


def gathered(hits: list[Hit], findings: list[Finding], acoustics: Acoustics | None = None):
    return gather(hits, acoustics or Acoustics(), findings, NAMES, 60.0)[0]


def test_a_phrase_and_the_proof_that_rests_on_it_are_one_moment() -> None:
    told = finding(Verdict.NOT_MET, proof("phrase:shirking", 1.1, 1.9))
    (moment,) = gathered([hit()], [told])
    assert (moment.key, moment.tone, moment.label) == ("m1", Tone.BAD, "推诿")
    assert match([moment], told.evidence[0]) is moment


def test_a_phrase_inside_a_longer_one_of_its_group_is_met_once() -> None:
    assert distinct([hit(3, 6, phrase="不清楚"), hit(2, 6)]) == [hit(2, 6)]


def test_negated_phrases_are_shown_but_not_stepped_to() -> None:
    (moment,) = gathered([hit(negated=True)], [])
    assert (moment.tone, moment.steps, moment.negated) == (Tone.PLAIN, False, True)


def test_a_forbidden_phrase_that_only_sounds_similar_is_a_doubt() -> None:
    (moment,) = gathered([hit(match=MatchKind.SIMILAR, score=0.85)], [])
    assert (moment.tone, moment.score) == (Tone.DOUBT, 0.85)


def test_what_was_not_heard_is_an_outline_and_what_could_not_be_heard_a_doubt() -> None:
    missing = finding(Verdict.NOT_MET, proof("absence", 0, 10, "前 10 秒未发现：问候"))
    unsure = finding(Verdict.CANNOT_TELL, proof("unheard", 20, 25, "此处未听清"))
    first, second = gathered([], [missing, unsure])
    assert (first.kind, first.outline, first.tone) == (MomentKind.ABSENCE, True, Tone.BAD)
    assert (second.outline, second.tone) == (True, Tone.DOUBT)


def test_nothing_found_as_hoped_is_no_moment() -> None:
    fine = finding(Verdict.MET, proof("absence", 0, 60, "全程未发现：禁语"))
    idle = finding(Verdict.NOT_APPLICABLE, proof("absence", 0, 60, "全程未出现适用情形"))
    assert gathered([], [fine, idle]) == ()


def test_an_absence_over_the_whole_call_is_told_but_not_stepped_to() -> None:
    (moment,) = gathered([], [finding(Verdict.NOT_MET, proof("absence", 0, 60, "全程未发现：核身"))])
    assert moment.outline
    assert not moment.steps


def test_silences_and_interruptions_stand_between_the_turns_in_order_of_time() -> None:
    acoustics = Acoustics(
        dead_air=(Span(3.0, 12.0),),
        overlaps=(Overlap(14.0, 14.8, Role.AGENT), Overlap(20.0, 20.1, Role.AGENT)),
    )
    turns = (
        Utterance(0, Role.AGENT, 0.0, 3.0, "您好", "您好"),
        Utterance(1, Role.CUSTOMER, 12.0, 14.8, "我想问", "我想问"),
        Utterance(2, Role.AGENT, 14.0, 20.0, "不行", "不行"),
    )
    heard = Transcript(turns, acoustics, 21.0, "zh", "test", "1", "none")
    header = CallHeader("r", None, "", "", "", "", "", "", AT, 21.0, True, Role.AGENT)
    view = build_call(header, heard, [], [], {})
    assert [item.kind for item in view.flow] == ["turn", "note", "turn", "note", "turn"]
    assert [moment.kind for moment in view.moments] == [MomentKind.SILENCE, MomentKind.INTERRUPTION]


def test_a_rules_quotation_marks_its_words_in_the_turn_they_were_said_in() -> None:
    turns = (Utterance(0, Role.AGENT, 0.0, 5.0, "这种事，别来烦我。", "这种事别来烦我"),)
    heard = Transcript(turns, Acoustics(), 6.0, "zh", "test", "1", "none")
    header = CallHeader("r", None, "", "", "", "", "", "", AT, 6.0, True, Role.AGENT)
    told = finding(Verdict.NOT_MET, proof("pattern", 1.0, 5.0, "别来烦我"))
    (turn,) = build_call(header, heard, [], [told], {}).flow
    assert [piece.text for piece in turn.pieces if piece.moment] == ["别来烦我"]


def test_speech_of_both_sides_is_merged_for_skipping_silence() -> None:
    voiced = {Role.AGENT: (Span(0, 2), Span(8, 9)), Role.CUSTOMER: (Span(1.5, 4),)}
    assert merged_speech(Acoustics(voiced=voiced)) == ((0, 4), (8, 9))


def test_words_are_not_taken_for_a_measurement_of_the_whole_call() -> None:
    fast = finding(Verdict.NOT_MET, proof("acoustics:speech_rate", 0, 60, "全程每分钟 432 字"))
    greeted = finding(Verdict.MET, proof("pattern", 1, 3, "您好工号8032"))
    assert [moment.text for moment in gathered([], [fast, greeted])] == ["全程每分钟 432 字", "您好工号8032"]


def test_a_phrase_that_the_sound_decided_says_so() -> None:
    by_ear = hit(match=MatchKind.ACOUSTIC, score=0.93, acoustic=-1.5)
    (moment,) = gathered([by_ear], [])
    assert (moment.acoustic, moment.score) == (-1.5, 0.93)
