"""What can go wrong in judgement, as named facts with a reason code and a plain Chinese detail."""

from __future__ import annotations


class ScoringError(Exception):
    """Ground of all errors of this package. `code` is stable, `detail` says what to do next."""

    code = "scoring_error"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class AnswerInvalid(ScoringError):
    """An answer that does not fit the rubric."""

    code = "answer_invalid"

    def __init__(self, criterion: str, detail: str) -> None:
        super().__init__(f"{criterion}：{detail}")
        self.criterion = criterion


class NotEnoughData(ScoringError):
    """A figure was asked for that the data cannot carry."""

    code = "not_enough_data"


class SamplingImpossible(ScoringError):
    """A sampling plan that cannot be carried out."""

    code = "sampling_impossible"


class PackInvalid(ScoringError):
    """An evidence document that cannot be read, or that does not give the score it states."""

    code = "pack_invalid"
