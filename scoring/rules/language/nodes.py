"""The expression tree of a rule: frozen values, one class a condition. Evaluation lives elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from recorder.types import Role


class Who(StrEnum):
    """Whose speech a condition looks at."""

    AGENT = "agent"
    CUSTOMER = "customer"
    ANYONE = "anyone"

    role: Role
    """The role in the transcript; `UNKNOWN` stands for anyone. Asked often: worked out once."""

    def __init__(self, value: str) -> None:
        self.role = Role.UNKNOWN if value == "anyone" else Role(value)


class Comparison(StrEnum):
    """How a call datum is compared. Numbers compare as numbers where both sides are."""

    IS = "is"
    IS_NOT = "is_not"
    ONE_OF = "one_of"
    CONTAINS = "contains"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class EntityKind(StrEnum):
    """What a run of spoken digits is."""

    CARD = "card"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    AMOUNT = "amount"
    ANY_PII = "any_pii"


class Condition:
    """Base of every node of the tree."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Where in the call a condition looks. All given limits hold together; none given: the whole call.

    Seconds count from the first speech and back from the last; turns count the utterances of the
    condition's own speaker. `after`, `before` and `near` hang on the matches of another condition,
    at most `within_s` seconds away (unlimited where not given).
    """

    first_s: float | None = None
    last_s: float | None = None
    first_turns: int | None = None
    last_turns: int | None = None
    after: Condition | None = None
    before: Condition | None = None
    near: Condition | None = None
    within_s: float | None = None


@dataclass(frozen=True, slots=True)
class Spoken(Condition):
    """What conditions over words and sound have in common."""

    role: Who = Who.AGENT
    window: Window = field(default_factory=Window)
    count: int = 1
    """Matches needed."""


@dataclass(frozen=True, slots=True)
class Phrase(Spoken):
    """Phrases of the library that the scanner found: any of `groups` or of `phrases`."""

    groups: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    """Texts as the library writes them."""
    distinct: int = 1
    """How many different groups and phrases of those listed must be found (all: their number)."""
    min_score: float = 0.0
    """Weakest match that counts, 0 to 1."""
    negated: bool = False
    """Count hits under negation too."""
    unless: tuple[str, ...] = ()
    """Expressions by sound that take a hit back where they touch its neighbourhood."""
    self_evident: bool = False
    """Words that only this speaker would say: count them where speakers could not be told apart."""


@dataclass(frozen=True, slots=True)
class Pattern(Spoken):
    """Regular expressions over the words without punctuation.

    `words` match characters as written. `sounds` match toneless pinyin with zh/z, ch/c, sh/s, ing/in,
    eng/en taken as one, so a wrong character of the same sound still matches; digits read as numerals.
    A match is dropped where an `unless` expression (by sound) touches its neighbourhood.
    """

    words: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    self_evident: bool = False


@dataclass(frozen=True, slots=True)
class Similar(Spoken):
    """Clauses that mean much the same as an example: cosine of TF-IDF over sound and character n-grams.

    A clause counts where its best example reaches `threshold` and beats the best of `unlike` by `margin`.
    """

    examples: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    threshold: float = 0.5
    margin: float = 0.0
    self_evident: bool = False


@dataclass(frozen=True, slots=True)
class Manner(Spoken):
    """What a linear model, trained on sentences of two sides, takes for the one side.

    Either clauses by `examples` against `unlike`, or sentences by the `kinds` of misconduct in the corpus
    (`scoring.rules.corpus`) against its innocent speech. The probability (0 to 1) must reach `threshold`.
    Same features as `Similar`; carries to wordings that no example holds.
    """

    kinds: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    threshold: float = 0.9
    min_chars: int = 4
    """Shorter clauses and sentences say too little."""
    unless: tuple[str, ...] = ()
    """Expressions by sound that take a clause back where they touch its utterance."""


@dataclass(frozen=True, slots=True)
class Entity(Spoken):
    """A card, phone or identity number or an amount spoken aloud."""

    kind: EntityKind = EntityKind.ANY_PII


@dataclass(frozen=True, slots=True)
class AgentNumber(Spoken):
    """The agent gives a number after 工号 that equals `agent_no` of the call data."""

    equal: bool = True


@dataclass(frozen=True, slots=True)
class DeadAir(Spoken):
    """Nobody speaks for at least `min_s`. After a request to `hold`, only beyond `hold_s`."""

    min_s: float = 8.0
    hold: Condition | None = None
    hold_s: float = 60.0


@dataclass(frozen=True, slots=True)
class SlowAnswer(Spoken):
    """`role` begins to speak at least `min_s` after the other has ended, with nothing between."""

    min_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Interruption(Spoken):
    """`role` comes in while the other still speaks, for at least `min_s`, and goes on speaking.

    Short signs of listening (嗯, 好的, 对) of at most `backchannel` characters do not count.
    """

    min_s: float = 0.1
    backchannel: int = 3


@dataclass(frozen=True, slots=True)
class SpeechRate(Spoken):
    """Syllables a minute of an utterance, of `min_s` at least, outside what is allowed.

    `whole_call` looks at the speaker's rate over the call instead. `above_own` and `jump` are ratios:
    to the speaker's own average (call datum `usual_rate`, else this call), and to the previous utterance.
    """

    above: float | None = None
    below: float | None = None
    above_own: float | None = None
    jump: float | None = None
    whole_call: bool = False
    min_s: float = 2.0


@dataclass(frozen=True, slots=True)
class LoudnessRise(Spoken):
    """An utterance at least `min_db` louder than the speaker's median."""

    min_db: float = 8.0


@dataclass(frozen=True, slots=True)
class Repetition(Spoken):
    """The speaker says much the same again: sound n-gram cosine of at least `threshold`.

    Utterances shorter than `min_chars` are left out.
    """

    threshold: float = 0.8
    min_chars: int = 6


@dataclass(frozen=True, slots=True)
class Duration(Condition):
    """The call lasts within the limits, in seconds."""

    min_s: float | None = None
    max_s: float | None = None


@dataclass(frozen=True, slots=True)
class TalkShare(Condition):
    """The speaker's share of all voiced time, 0 to 1, lies within the limits."""

    role: Who = Who.AGENT
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class Turns(Condition):
    """The number of the speaker's utterances lies within the limits."""

    role: Who = Who.ANYONE
    min: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class OpenedBy(Condition):
    """Who speaks first."""

    role: Who = Who.AGENT


@dataclass(frozen=True, slots=True)
class EndedBy(Condition):
    """Who speaks last before the line is cut (call datum `hung_up_by` wins where it is given)."""

    role: Who = Who.CUSTOMER


@dataclass(frozen=True, slots=True)
class CallData(Condition):
    """A comparison with a call datum. A datum that is missing is unknown, or no with `missing_is_no`."""

    key: str = ""
    op: Comparison = Comparison.IS
    values: tuple[str, ...] = ()
    missing_is_no: bool = False


@dataclass(frozen=True, slots=True)
class All(Condition):
    """Every part holds."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """At least one part holds."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Count(Condition):
    """At least `min` of the parts hold; or, with one part, at least `min` matches of it."""

    min: int
    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Sequence(Condition):
    """The parts are matched one after the other, each at most `within_s` after the one before."""

    parts: tuple[Condition, ...] = ()
    within_s: float | None = None


@dataclass(frozen=True, slots=True)
class Except(Condition):
    """Matches of `part` that have no match of `exception` within `within_s` seconds of them."""

    part: Condition
    exception: Condition
    within_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a procedure. With `when`, it belongs to the branch where that holds."""

    key: str
    title: str
    done_when: Condition
    when: Condition | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Flow(Condition):
    """A procedure: every step that belongs is done, in the order written where `ordered`."""

    steps: tuple[Step, ...] = ()
    ordered: bool = True
