"""Phrases: the library that people edit, and finding them in what was heard."""

from transcribe.phrases.explain import Decision, Explanation, explain
from transcribe.phrases.library import LibraryErrors, LineError, read_csv, seed, write_csv
from transcribe.phrases.matcher import Level, PhraseMatcher
from transcribe.phrases.proof import PhraseProver, ProofScore, Question

__all__ = [
    "Decision",
    "Explanation",
    "Level",
    "LibraryErrors",
    "LineError",
    "PhraseMatcher",
    "PhraseProver",
    "ProofScore",
    "Question",
    "explain",
    "read_csv",
    "seed",
    "write_csv",
]
