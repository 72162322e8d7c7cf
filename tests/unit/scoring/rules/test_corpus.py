from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

import pytest

from scoring.rules import RuleInvalid, corpus, load_rules

MISCONDUCT = tuple(sorted(corpus.kinds() - {"promise", "inside", "secret"}))
RUDE = (
    "您眼睛长哪儿去了，这么大的字看不见啊",
    "您要是再啰嗦，我可就不伺候了",
    "这点破事也值得打三遍电话，真够闲的",
    "别跟我讲道理，讲道理您也讲不过我",
    "反正钱不是我扣的，您爱上哪儿说上哪儿说去",
)
KIND = (
    "您慢慢看，字有点小，我在电话里等您",
    "这件事我做不了主，不过我可以帮您转给主管",
    "您连着打了三遍，辛苦了，这次我给您办到底",
    "您讲得有道理，我把您的意见记下来了",
    "这笔钱是系统自动扣的，我帮您申请退回来",
)


def written() -> list[tuple[str, str]]:
    texts = (f.read_text("utf-8") for f in files(corpus).iterdir() if f.name.endswith(".tsv"))
    return [(kind, said) for text in texts for kind, said in (line.split("\t") for line in text.splitlines())]


def test_every_sentence_stands_once_and_is_chinese() -> None:
    said = Counter(text for _, text in written())
    assert [text for text, times in said.items() if times > 1] == []
    assert [
        text for text in said if re.search("[a-z0-9]", text) or not re.search("[\u4e00-\u9fff]", text)
    ] == []
    assert min(Counter(kind for kind, _ in written()).values()) >= 100


def test_it_carries_to_sentences_that_it_does_not_hold() -> None:
    known = {text for texts in corpus.sentences().values() for text in texts}
    assert not known & {*RUDE, *KIND}
    learned = corpus.model(MISCONDUCT)
    rude, kind = (learned.probability(corpus.space().vectors(side)) for side in (RUDE, KIND))
    assert rude.min() > kind.max(), (rude, kind)


def test_the_reason_shown_is_a_sentence_of_the_kinds_asked_for() -> None:
    learned = corpus.model(("threat",))
    (nearest,) = learned.nearest(corpus.space().vectors(["您不还钱我就告诉您全家人"]))
    assert nearest in corpus.sentences()["threat"]


def test_one_model_stands_for_the_same_kinds_however_they_are_written() -> None:
    assert corpus.model(("threat", "secret", "threat")) is corpus.model(("secret", "threat"))


@pytest.mark.parametrize(
    ("manner", "detail"),
    [
        ("{kinds: [grumpy]}", "grumpy"),
        ("{kinds: [innocent]}", "innocent"),
        ("{kinds: [rude], examples: [烦不烦]}", "只能写一种"),
        ("{threshold: 0.9}", "kinds、examples"),
    ],
)
def test_what_cannot_be_learned_is_refused(manner: str, detail: str) -> None:
    with pytest.raises(RuleInvalid, match=detail):
        load_rules(f"key: a1\ntitle: x\nviolated_when:\n  manner: {manner}\n")
