"""Phrase spotting measured: precision, recall and time error at (call, role, phrase).

A phrase was said by a role where it stands in that role's true text once punctuation is dropped and
digits are read as Chinese numerals (the definition that comes with the calls).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recorder.types import Role
from transcribe.normalize import normalize
from transcribe.phrases.matcher import Level, PhraseMatcher
from transcribe.phrases.proof import PhraseProver
from transcribe.types import Hit, Phrase, PhraseKind, Transcript, Utterance, Word

Key = tuple[str, str, str]
"""Call, role, phrase."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One true utterance."""

    role: Role
    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class KnownCall:
    """What was truly said in one call."""

    utterances: tuple[Spoken, ...]
    speakers_apart: bool
    """False for mono calls: whose words they are cannot be asked of the matcher."""

    def said_by(self, role: Role) -> str:
        """Normalised text of a role, of everybody for `UNKNOWN`."""
        return "".join(normalize(u.text).text for u in self._of(role))

    def start_s(self, role: Role, phrase: str) -> list[float]:
        """When a phrase was said, from its place in the utterance at even speed; a list, maybe empty."""
        wanted, starts = normalize(phrase).text, []
        for u in self._of(role):
            text = normalize(u.text).text
            at = text.find(wanted)
            while at >= 0:
                starts.append(u.start_s + (u.end_s - u.start_s) * at / len(text))
                at = text.find(wanted, at + 1)
        return starts

    def _of(self, role: Role) -> Iterable[Spoken]:
        return (u for u in self.utterances if role is Role.UNKNOWN or u.role is role)

    @property
    def roles(self) -> tuple[Role, ...]:
        """Roles that are asked about."""
        return (Role.AGENT, Role.CUSTOMER) if self.speakers_apart else (Role.UNKNOWN,)


Truth = Mapping[str, KnownCall]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of (call, role, phrase)."""

    right: int
    found: int
    said: int
    start_error_p95_s: float | None = None
    """95th percentile over right hits with a known start."""

    @property
    def precision(self) -> float:
        """Right of found; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Right of said; 1 where nothing was said."""
        return self.right / self.said if self.said else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def read_truth(folder: Path) -> dict[str, KnownCall]:
    """Known calls of a folder, by file stem. Raises `ValueError` where there are none."""
    calls = {}
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        spoken = tuple(
            Spoken(Role(u["role"]), u["start"], u["end"], u["text"]) for u in data.get("utterances", ())
        )
        if spoken:
            calls[path.stem] = KnownCall(spoken, data.get("channels", 2) == 2)
    if not calls:
        raise ValueError(f"{folder} 中没有带标注的通话（*.json）")
    return calls


def read_phrases(path: Path) -> list[str]:
    """Phrases of a file, one a line, empty lines and repeats left out."""
    return list(dict.fromkeys(line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()))


def heard_utterances(path: Path) -> dict[str, list[Utterance]]:
    """Utterances of a file of heard text (see `phrases_fit`), by call."""
    return {
        call: [_utterance(i, u) for i, u in enumerate(rows)]
        for call, rows in json.loads(path.read_text("utf-8")).items()
    }


def _utterance(index: int, row: Mapping[str, object]) -> Utterance:
    words = tuple(Word(str(w[0]), float(w[1]), float(w[2]), float(w[3])) for w in row["words"])  # type: ignore[attr-defined]
    heard = "".join(w.text for w in words).strip()
    return Utterance(
        index, Role(str(row["role"])), float(str(row["start"])), float(str(row["end"])), heard, heard, words
    )


def score_phrases(
    truth: Truth,
    heard: Mapping[str, Transcript | Sequence[Utterance]],
    phrases: Sequence[str],
    *,
    level: Level = Level.SIMILAR,
    prover: Callable[[str], PhraseProver | None] = lambda _call: None,
) -> Score:
    """Score of one way of matching over the calls in both `truth` and `heard`.

    `prover` gives second listening for a call, or None. Negated hits count: the words were said.
    """
    matcher = PhraseMatcher((_alone(p) for p in phrases), level=level)
    said: set[Key] = set()
    found: dict[Key, float] = {}
    for call in sorted(truth.keys() & heard.keys()):
        known = truth[call]
        said |= {(call, r.value, p) for r in known.roles for p in _said(known, r, phrases)}
        for hit in matcher.scan(_utterances(heard[call]), prover=prover(call)):
            role = hit.role if known.speakers_apart else Role.UNKNOWN
            key = (call, role.value, hit.phrase)
            found[key] = min(found.get(key, float("inf")), _start_error(known, role, hit))
    right = said & found.keys()
    errors = sorted(found[k] for k in right if found[k] != float("inf"))
    p95 = errors[min(len(errors) - 1, int(0.95 * len(errors)))] if errors else None
    return Score(len(right), len(found), len(said), p95)


def score_all(
    truth: Truth,
    heard: Mapping[str, Transcript | Sequence[Utterance]],
    phrases: Sequence[str],
    *,
    prover: Callable[[str], PhraseProver | None] = lambda _call: None,
) -> dict[str, Score]:
    """Scores by name: `exact` characters, same `sound`, `text` (near sound), `ours` (with the prover)."""
    return {
        "exact": score_phrases(truth, heard, phrases, level=Level.EXACT),
        "sound": score_phrases(truth, heard, phrases, level=Level.SOUND),
        "text": score_phrases(truth, heard, phrases),
        "ours": score_phrases(truth, heard, phrases, prover=prover),
    }


def _alone(text: str) -> Phrase:
    return Phrase(text, text, text, PhraseKind.TOPIC, Role.UNKNOWN)


def _utterances(conversation: Transcript | Sequence[Utterance]) -> Sequence[Utterance]:
    return conversation.utterances if isinstance(conversation, Transcript) else conversation


def _said(known: KnownCall, role: Role, phrases: Sequence[str]) -> list[str]:
    text = known.said_by(role)
    return [p for p in phrases if normalize(p).text in text]


def _start_error(known: KnownCall, role: Role, hit: Hit) -> float:
    return min((abs(s - hit.start_s) for s in known.start_s(role, hit.phrase)), default=float("inf"))
