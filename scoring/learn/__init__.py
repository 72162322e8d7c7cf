"""Criteria that no rule covers, learned from the answers people gave: measured, versioned, with evidence."""

from scoring.learn.model import CrossValidated, Learned, LearnedModel
from scoring.learn.store import ModelInvalid, model_from_bytes, model_to_bytes
from scoring.learn.training import Labelled, train

__all__ = [
    "CrossValidated",
    "Labelled",
    "Learned",
    "LearnedModel",
    "ModelInvalid",
    "model_from_bytes",
    "model_to_bytes",
    "train",
]
