"""A rule as a value: what it asks, when it applies, and how it explains its answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from scoring.rules.language.nodes import Condition
from scoring.types import Verdict


@dataclass(frozen=True, slots=True)
class Explanations:
    """Sentences for people, one a verdict.

    `{n}` stands for the number of matches, `{quote}` for the first words heard, `{at}` for its time
    as minutes and seconds, `{title}` for the rule's title.
    """

    met: str = "符合：{title}"
    not_met: str = "不符合：{title}"
    not_applicable: str = "本通电话不适用：{title}"
    cannot_tell: str = "无法判断：相关时段没有听清"

    def of(self, verdict: Verdict) -> str:
        """The sentence of one verdict."""
        text: str = getattr(self, verdict.value)
        return text


@dataclass(frozen=True, slots=True)
class Rule:
    """One question to a conversation. Exactly one of `met_when` and `violated_when` is given."""

    key: str
    title: str
    version: int = 1
    description: str = ""
    applies_when: Condition | None = None
    """Where it does not hold the verdict is *not applicable*; unknown makes *cannot tell*."""
    met_when: Condition | None = None
    violated_when: Condition | None = None
    blind_s: float = 1.0
    """An unheard stretch of this many seconds, where a condition looks, may hide what it looks for."""
    explain: Explanations = field(default_factory=Explanations)

    @property
    def condition(self) -> Condition:
        """The expression that decides."""
        chosen = self.met_when if self.met_when is not None else self.violated_when
        if chosen is None:
            raise ValueError(f"规则 {self.key} 没有条件：请写 met_when 或 violated_when")
        return chosen

    @property
    def demands(self) -> bool:
        """True where something must be said or done, false where something must not."""
        return self.met_when is not None
