"""Two speakers on one channel."""

from __future__ import annotations

import numpy as np

from recorder.types import Role
from transcribe.assemble import Stretch
from transcribe.diarize import by_role, part
from transcribe.types import Span

RATE = 16_000


def voice(pitch_hz: float, brightness: float, seconds: float, seed: int) -> np.ndarray:
    """A buzzing voice: harmonics of a wavering pitch with a spectral slope."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(pitch_hz * (1 + 0.03 * np.sin(2 * np.pi * 3 * time))) / RATE
    harmonics = sum(np.sin(k * phase) / k**brightness for k in range(1, int(3400 / pitch_hz)))
    return (0.05 * harmonics + rng.normal(0, 0.002, time.size)).astype(np.float32)


def call(voices: list[tuple[float, float]]) -> tuple[np.ndarray, list[Span]]:
    pieces, spans, at = [], [], 0.0
    for number, (pitch, brightness) in enumerate(voices):
        pieces.append(voice(pitch, brightness, 2.0, number))
        spans.append(Span(at, at + 2.0))
        at += 2.0
    return np.concatenate(pieces), spans


HIGH, LOW = (220.0, 0.8), (110.0, 1.4)
TEXTS = ["您好，工号一零零一为您服务", "我想查一下我的账单", "好的，请您稍等", "多少钱", "感谢您的来电，再见"]


def test_voices_are_parted_and_words_name_the_agent() -> None:
    samples, spans = call([HIGH, LOW, HIGH, LOW, HIGH])
    found = part(samples, RATE, spans, TEXTS)
    assert found.roles == (Role.AGENT, Role.CUSTOMER, Role.AGENT, Role.CUSTOMER, Role.AGENT)
    assert found.certain


def test_one_voice_gives_no_certain_roles() -> None:
    samples, spans = call([HIGH] * 5)
    assert not part(samples, RATE, spans, TEXTS).certain


def test_words_that_do_not_tell_give_no_certain_roles() -> None:
    samples, spans = call([HIGH, LOW, HIGH, LOW])
    assert not part(samples, RATE, spans, ["嗯", "啊", "嗯", "哦"]).certain


def test_too_few_turns_give_no_certain_roles() -> None:
    samples, spans = call([HIGH, LOW])
    assert not part(samples, RATE, spans, TEXTS[:2]).certain


def test_voiced_spans_go_to_who_spoke_in_them() -> None:
    stretches = [Stretch(Role.AGENT, Span(0, 2), ()), Stretch(Role.CUSTOMER, Span(2, 5), ())]
    found = by_role(stretches, (Span(0.1, 1.9), Span(2.2, 4.8), Span(9, 9.5)))
    assert found[Role.AGENT] == (Span(0.1, 1.9),)
    assert found[Role.CUSTOMER] == (Span(2.2, 4.8),)
    assert found[Role.UNKNOWN] == (Span(9, 9.5),)
