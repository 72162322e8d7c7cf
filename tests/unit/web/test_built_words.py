"""Sentences that the machine stored, read in English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml
from flask import Flask, session

from qm.catalogue import HAN
from qm.paths import ROOT
from qm.web import locale
from qm.web.built_words import QUOTING, built, said, wide
from recorder.limits import Limits
from recorder.media import Damage
from recorder.sniff import Container
from recorder.types import AudioRefused
from recorder.verdict import check_shape, not_a_recording, nothing_heard, too_long
from scoring.rules import conversation_from_script, judge_many, seeded

LIBRARY = ROOT / "scoring" / "rules" / "library"


@pytest.fixture
def english() -> Iterator[None]:
    app = Flask("words")
    app.secret_key = "words"
    locale.register(app)
    with app.test_request_context():
        app.preprocess_request()
        session["locale"] = "en"
        yield


@pytest.mark.usefixtures("english")
def test_every_fact_that_seeded_rules_state_has_english_words() -> None:
    scripts = [
        entry["script"]
        for path in sorted(LIBRARY.glob("*.fixtures.yaml"))
        for entry in yaml.safe_load(path.read_text("utf-8"))
    ]
    rules = seeded()
    titles = {rule.title for rule in rules}
    facts = {
        (proof.text, proof.source)
        for findings in judge_many(rules, [conversation_from_script(script) for script in scripts])
        for finding in findings.values()
        for proof in finding.evidence
        if not proof.source.startswith(QUOTING)
    }
    assert len(facts) > 30
    untold = [text for text, source in facts if said(text, source) == text]
    assert [text for text in untold if HAN.search(text) and text not in titles] == []


@pytest.mark.usefixtures("english")
def test_refusals_are_read_sentence_by_sentence() -> None:
    refused = [
        not_a_recording(b""),
        not_a_recording(b"%PDF-1.7 something"),
        nothing_heard(Container.WAV, Damage(), "WAV 文件里没有音频数据块"),
        too_long(Limits()),
    ]
    with pytest.raises(AudioRefused) as told:
        check_shape(6, 8000, Limits())
    texts = [built(error.detail) for error in [*refused, told.value]]
    assert [text for text in texts if HAN.search(text)] == []
    assert built("缺少工号（agent_no），请补上；缺少来源（source），请补上").count("is missing") == 2


def test_marks_between_characters_are_written_wide_and_figures_stay() -> None:
    assert wide("你好,我转了1,000元,谢谢,") == "你好，我转了1,000元，谢谢，"


@pytest.mark.usefixtures("english")
def test_words_of_a_call_are_never_translated() -> None:
    assert said("图片", "phrase:topic") == "图片"
