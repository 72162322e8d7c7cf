"""What is stored comes back equal, to the last digit."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from qm.hearing.reads import stored
from qm.models import FindingRow
from recorder.message import Message
from recorder.types import Role
from scoring.types import Evidence, Finding, Verdict
from transcribe.masking import Secret, hidden
from transcribe.pii import PiiKind
from transcribe.types import (
    Acoustics,
    Hit,
    MatchKind,
    Overlap,
    PhraseKind,
    Span,
    Transcript,
    Utterance,
    Word,
)

seconds = st.floats(0, 1e5, allow_nan=False)
figures = st.floats(-1e3, 1e6, allow_nan=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
roles = st.sampled_from(Role)
spans = st.builds(Span, seconds, seconds)
by_role = st.dictionaries(roles, st.lists(spans, max_size=3).map(tuple), max_size=3)
shares = st.dictionaries(roles, figures, max_size=3)
words = st.builds(Word, texts, seconds, seconds, st.floats(0, 1))
utterances = st.builds(
    Utterance,
    index=st.integers(0, 999),
    role=roles,
    start_s=seconds,
    end_s=seconds,
    text=texts,
    heard=texts,
    words=st.lists(words, max_size=4).map(tuple),
    confidence=st.floats(0, 1),
    speech_rate=st.none() | figures,
    loudness_db=st.none() | figures,
)
acoustics = st.builds(
    Acoustics,
    voiced=by_role,
    dead_air=st.lists(spans, max_size=3).map(tuple),
    overlaps=st.lists(st.builds(Overlap, seconds, seconds, roles), max_size=3).map(tuple),
    talk_share=shares,
    speech_rate=shares,
    loudness_db=shares,
)
transcripts = st.builds(
    Transcript,
    utterances=st.lists(utterances, max_size=4).map(tuple),
    acoustics=acoustics,
    duration_s=seconds,
    language=st.just("zh"),
    engine=texts,
    engine_version=texts,
    model=texts,
    unheard=by_role,
    roles_certain=st.booleans(),
)


@given(transcripts)
def test_a_transcript_comes_back_equal_through_json(transcript: Transcript) -> None:
    document = json.loads(json.dumps(stored.dump_transcript(transcript)))
    assert stored.load_transcript(document) == transcript


@given(
    st.builds(
        Hit,
        phrase_id=texts,
        phrase=texts,
        group=texts,
        kind=st.sampled_from(PhraseKind),
        role=roles,
        utterance=st.integers(0, 99),
        start_char=st.integers(0, 99),
        end_char=st.integers(0, 99),
        start_s=seconds,
        end_s=seconds,
        heard=texts,
        match=st.sampled_from(MatchKind),
        score=st.floats(0, 1),
        negated=st.booleans(),
    )
)
def test_a_hit_comes_back_equal(hit: Hit) -> None:
    row = stored.hit_row(hit, recording_id="r", transcript_id=1, library_id=2)
    assert stored.load_hit(row) == hit


@given(
    st.builds(
        Finding,
        rule_key=texts,
        rule_version=st.integers(1, 99),
        verdict=st.sampled_from(Verdict),
        evidence=st.lists(st.builds(Evidence, seconds, seconds, roles, texts, texts), max_size=3).map(tuple),
        explanation=texts,
    )
)
def test_a_finding_comes_back_equal(finding: Finding) -> None:
    row = FindingRow(
        recording_id="r", transcript_id=1, library_id=2, rule_key=finding.rule_key,
        rule_version=finding.rule_version, verdict=finding.verdict, explanation=finding.explanation,
        evidence=[stored.dump_evidence(item) for item in finding.evidence],
    )  # fmt: skip
    assert stored.load_finding(row) == finding


def test_a_fact_is_stored_beside_its_chinese_words() -> None:
    told = Message("静音 %(seconds)s 秒", seconds="17.2")
    document = stored.dump_evidence(Evidence(1.0, 18.2, Role.UNKNOWN, told, "acoustics:dead_air"))
    assert (document["text"], document["message"]) == ("静音 17.2 秒", told.to_json())
    back = stored.load_evidence(json.loads(json.dumps(document))).text
    assert isinstance(back, Message)
    assert back.params == told.params
    before = stored.load_evidence({name: document[name] for name in document if name != "message"}).text
    changed = stored.load_evidence({**document, "text": "静音 3 秒"}).text
    assert [(text, isinstance(text, Message)) for text in (before, changed)] == [
        ("静音 17.2 秒", False),
        ("静音 3 秒", False),
    ]


def test_personal_numbers_are_hidden_in_what_a_fact_quotes() -> None:
    told = Message("抢话 %(seconds)s 秒：%(words)s", seconds="1.00", words="卡号6222020001")
    secret = Secret(
        number=1, kind=PiiKind.CARD, role=Role.CUSTOMER, utterance=0, start_s=0, end_s=1, heard_at=0,
        heard="6222020001", text_at=0, text="6222020001", certain=True,
    )  # fmt: skip
    masked = hidden(told, [secret])
    assert isinstance(masked, Message)
    assert "6222" not in json.dumps(masked.to_json())
