"""What can stand between an inspector and a saved or released evaluation, each by its name."""

from __future__ import annotations

from datetime import datetime

from qm.core.clock import local
from qm.core.errors import Conflict, Forbidden, InvalidInput
from scoring.rubric import Missing


class OwnCall(Forbidden):
    """Nobody scores a call of their own."""

    message = "这是您自己的通话，不能由您评分。请交给其他质检员。"


class StaleEvaluation(Conflict):
    """Somebody saved the same evaluation after this person had opened it."""

    message = "您打开之后，%(name)s 在 %(time)s 保存过这份评分。您的内容还在，请对照后选择保留哪一份。"

    def __init__(self, *, name: str, time: str, revision: int) -> None:
        super().__init__(name=name, time=time)
        self.revision = revision
        """The revision that is stored now."""


class AlreadyReleased(Conflict):
    """A released evaluation is not changed; it is taken back first."""

    message = "这份评分已经发布给座席，不能再改。如需修改，请先撤回。"


class NotReleased(Conflict):
    """Only a released evaluation can be taken back."""

    message = "这份评分还没有发布，不需要撤回，可以直接修改。"


class SeenByAgent(Conflict):
    """The agent acknowledged it: taking it back would change what was agreed to."""

    message = "座席已经确认过这份反馈，不能再撤回。"


class TakeBackTooLate(Conflict):
    """The time for taking back is over."""

    message = "发布已超过 %(minutes)d 分钟，不能再撤回。"

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes=minutes)


class NotTheEvaluator(Forbidden):
    """Only who released an evaluation, or a supervisor, takes it back."""

    message = "只有评分人本人或质检主管可以撤回。"


class Incomplete(InvalidInput):
    """Something is still lacking before release; `lacks` says what, in the order of the form."""

    message = "还差 %(count)d 项才能提交：%(first)s"

    def __init__(self, lacks: tuple[Missing, ...]) -> None:
        super().__init__(count=len(lacks), first=lacks[0].message)
        self.lacks = lacks


class AnswerRefused(InvalidInput):
    """An answer does not fit its question."""

    message = "有一项答案无法保存：%(detail)s"

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail)


class TextTooLong(InvalidInput):
    """A comment is longer than can be kept."""

    message = "“%(title)s”的备注超过 %(most)d 个字，请精简。"

    def __init__(self, title: str, most: int) -> None:
        super().__init__(title=title, most=most)


def local_time(at: datetime) -> str:
    """Hour and minute of a moment in the installation's zone, for messages."""
    return f"{local(at):%H:%M}"
