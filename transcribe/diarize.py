"""Two speakers on one channel told apart: by voice (pitch and timbre) and by what each side of a call says.

Voices are clustered; words decide which cluster is the agent. Where the voices lie too close together, or the
words do not tell, the roles are shown but called uncertain, and nothing is held against anybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

from recorder.types import CallAudio, Role
from transcribe.assemble import Stretch
from transcribe.types import Span

MIN_SILHOUETTE = 0.42
"""Separation of the two voices from which roles are certain (Rousseeuw's silhouette, -1..1)."""
MIN_LEAD = 2.0
"""How many more of its side's expressions a voice must use to be named by its words."""
_FRAME_S = 0.04
_HOP_S = 0.02
_PITCH_HZ = (70.0, 400.0)
_BANDS = 20
_COEFFICIENTS = 8
_AGENT = re.compile(
    "为您|您好|请问|请您|工号|感谢您|帮您|您的|建议您|给您|再见|稍等|抱歉|核对|办理|来电|评价|不客气|先生|女士"
)
_CUSTOMER = re.compile(
    "我的|我想|我要|怎么|你们|能不能|帮我|多少|为什么|谢谢|没有了|好的好的|知道了|可以吗|我昨天|我不"
)


@dataclass(frozen=True, slots=True)
class Parted:
    """Roles of stretches, one each, and whether they may be relied on."""

    roles: tuple[Role, ...]
    certain: bool
    separation: float
    """Silhouette of the two voices; 0 where there was nothing to separate."""


def part(samples: NDArray[np.float32], rate_hz: int, spans: list[Span], texts: list[str]) -> Parted:
    """Which of agent and customer said each of `spans` (mono samples) with `texts`."""
    voices = np.array([voice_print(_cut(samples, rate_hz, span), rate_hz) for span in spans])
    if len(spans) < 3:
        return Parted(tuple(_by_words(text) for text in texts), False, 0.0)
    scaled = StandardScaler().fit_transform(voices)
    scaled[:, 0] *= 2.0  # pitch tells two people apart better than any single timbre coefficient
    labels = AgglomerativeClustering(n_clusters=2).fit_predict(scaled)
    separation = float(silhouette_score(scaled, labels)) if len(set(labels)) == 2 else 0.0
    lead = _lead(labels, texts)
    agent = 0 if lead >= 0 else 1
    roles = tuple(Role.AGENT if label == agent else Role.CUSTOMER for label in labels)
    return Parted(roles, separation >= MIN_SILHOUETTE and abs(lead) >= MIN_LEAD, separation)


def with_roles(audio: CallAudio, stretches: list[Stretch]) -> tuple[list[Stretch], bool]:
    """Stretches of a mono call with their speakers' roles, and whether those may be relied on."""
    parted = part(
        audio.channels[Role.UNKNOWN],
        audio.rate_hz,
        [found.span for found in stretches],
        ["".join(word.text for word in found.words) for found in stretches],
    )
    named = [replace(found, role=role) for found, role in zip(stretches, parted.roles, strict=True)]
    return named, parted.certain


def by_role(stretches: list[Stretch], voiced: tuple[Span, ...]) -> dict[Role, tuple[Span, ...]]:
    """Voiced spans of a mono call given to the role whose stretch holds most of each."""
    found: dict[Role, list[Span]] = {}
    for span in voiced:
        nearest = max(stretches, key=lambda s: _common_s(s.span, span), default=None)
        role = nearest.role if nearest and _common_s(nearest.span, span) > 0 else Role.UNKNOWN
        found.setdefault(role, []).append(span)
    return {role: tuple(spans) for role, spans in found.items()}


def _common_s(one: Span, other: Span) -> float:
    return min(one.end_s, other.end_s) - max(one.start_s, other.start_s)


def voice_print(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float64]:
    """Median log pitch and mean cepstral coefficients of a stretch of speech; level does not matter."""
    frames = _frames(samples, rate_hz)
    if not len(frames):
        return np.zeros(_COEFFICIENTS + 1)
    loud = frames[(frames**2).mean(axis=1) >= np.percentile((frames**2).mean(axis=1), 40)]
    return np.concatenate([[_pitch(loud, rate_hz)], _cepstrum(loud, rate_hz)])


def _cut(samples: NDArray[np.float32], rate_hz: int, span: Span) -> NDArray[np.float32]:
    return samples[int(span.start_s * rate_hz) : int(span.end_s * rate_hz)]


def _frames(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float64]:
    size, hop = int(_FRAME_S * rate_hz), int(_HOP_S * rate_hz)
    if samples.size < size:
        return np.zeros((0, size))
    windows = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), size)[::hop]
    return np.asarray(windows * np.hanning(size))


def _pitch(frames: NDArray[np.float64], rate_hz: int) -> float:
    """Median log2 of the fundamental by autocorrelation, over frames with a clear period."""
    low, high = int(rate_hz / _PITCH_HZ[1]), int(rate_hz / _PITCH_HZ[0])
    spectrum = np.fft.rfft(frames, n=2 * frames.shape[1], axis=1)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)
    strength = correlation[:, low:high] / (correlation[:, :1] + 1e-9)
    best, height = strength.argmax(axis=1) + low, strength.max(axis=1)
    clear = best[height > 0.35] if (height > 0.35).any() else best
    return float(np.median(np.log2(rate_hz / clear)))


def _cepstrum(frames: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """Mean cepstral coefficients 1.. of mel-like bands up to 3.4 kHz, the width of a telephone line."""
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    hz = np.fft.rfftfreq(frames.shape[1], 1 / rate_hz)
    edges = 700 * (10 ** (np.linspace(_mel(200.0), _mel(3400.0), _BANDS + 1) / 2595) - 1)
    bands = np.stack(
        [
            power[:, (hz >= a) & (hz <= b)].mean(axis=1)
            for a, b in zip(edges[:-1], edges[1:] + hz[1], strict=True)
        ],
        axis=1,
    )
    basis = np.cos(np.pi * np.outer(np.arange(1, _COEFFICIENTS + 1), np.arange(_BANDS) + 0.5) / _BANDS)
    return np.asarray((np.log(bands + 1e-10) @ basis.T).mean(axis=0))


def _mel(hz: float) -> float:
    return float(2595 * np.log10(1 + hz / 700))


def _words_score(text: str) -> float:
    """Above 0 where `text` sounds like the agent, below like the customer."""
    return float(len(_AGENT.findall(text)) - len(_CUSTOMER.findall(text)))


def _by_words(text: str) -> Role:
    score = _words_score(text)
    return Role.UNKNOWN if score == 0 else Role.AGENT if score > 0 else Role.CUSTOMER


def _lead(labels: NDArray[np.int64], texts: list[str]) -> float:
    """How much more voice 0 speaks like the agent than voice 1, the first turn counting as the agent's."""
    scores = [0.0, 0.0]
    for label, text in zip(labels, texts, strict=True):
        scores[int(label)] += _words_score(text)
    return scores[0] - scores[1]
