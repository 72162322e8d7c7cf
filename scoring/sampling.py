"""Which calls are scored, and with what chance each could have been. Pure: same seed, same sample.

The chance (inclusion probability) goes with each call into every average (`scoring.averages`).
Risk-weighted sampling is systematic with probability proportional to size, in random order:
W. G. Madow, Annals of Mathematical Statistics 20 (1949); certainty units taken out first, as in
W. G. Cochran, Sampling Techniques (1977), § 9A.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import isfinite
from typing import TypeVar

from scoring.errors import SamplingImpossible

T = TypeVar("T")
UNIFORM_SHARE = 0.25
"""How much of the draw ignores risk, so that no call's chance, and with it its weight, is extreme."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One call that may be drawn."""

    id: str
    stratum: str = ""
    """Agent, team, queue, or whatever the plan divides by."""
    risk: float = 0.0
    """0 or more; twice the risk is drawn about twice as often."""
    always: bool = False
    """Drawn with certainty: complaints, for instance."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One call of a sample with its chance of having been drawn."""

    id: str
    probability: float
    stratum: str = ""


def draw_random(candidates: Iterable[Candidate], size: int, *, seed: int) -> tuple[Drawn, ...]:
    """Every call with the same chance; those marked `always` come on top of `size`.

    Raises `SamplingImpossible` for a negative size or a call listed twice.
    """
    certain, rest = _split(candidates, size)
    taken = min(size, len(rest))
    chance = taken / len(rest) if rest else 1.0
    return _sorted([*certain, *(_drawn(c, chance) for c in _shuffled(rest, seed)[:taken])])


def draw_stratified(
    candidates: Iterable[Candidate], sizes: Mapping[str, int] | int, *, seed: int
) -> tuple[Drawn, ...]:
    """So many of each stratum: one figure for all (3 calls an agent), or one a stratum.

    A stratum with fewer calls gives all of them. Raises `SamplingImpossible` for a stratum without figure.
    """
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.stratum].append(candidate)
    found: list[Drawn] = []
    for stratum in sorted(groups):
        size = sizes if isinstance(sizes, int) else sizes.get(stratum)
        if size is None:
            raise SamplingImpossible(f"抽样计划没有写明“{stratum}”抽几通，请补上。")
        found += draw_random(groups[stratum], size, seed=_seed_of(seed, stratum))
    return _sorted(found)


def allocate(counts: Mapping[str, int], size: int, *, at_least: int = 1) -> dict[str, int]:
    """Shares `size` among strata by their counts, each with at least `at_least` while it has calls.

    Highest averages with divisors 1, 3, 5 … (A. Sainte-Laguë, 1910), ties by name. The sum is `size`;
    more where the minimum alone needs more, less where there are fewer calls.
    """
    given = {name: min(at_least, count) for name, count in counts.items()}
    queue = [(-count / (2 * given[name] + 1), name) for name, count in counts.items() if given[name] < count]
    heapify(queue)
    for _ in range(size - sum(given.values())):
        if not queue:
            break
        _, name = heappop(queue)
        given[name] += 1
        if given[name] < counts[name]:
            heappush(queue, (-counts[name] / (2 * given[name] + 1), name))
    return given


def draw_by_risk(
    candidates: Iterable[Candidate], size: int, *, seed: int, uniform_share: float = UNIFORM_SHARE
) -> tuple[Drawn, ...]:
    """Calls with higher risk more often, none never. Exactly `size`, and those marked `always`.

    `uniform_share` of the draw is equal for all. Raises `SamplingImpossible` for a risk that is
    negative or no number, a share outside 0 to 1, or calls that could never be drawn.
    """
    certain, rest = _split(candidates, size)
    sizes = _sizes(rest, uniform_share)
    chances = inclusion_probabilities(sizes, min(size, len(rest)))
    order = _shuffled(range(len(rest)), seed)
    start = random.Random(_seed_of(seed, "start")).random()  # noqa: S311 - repeatable, not secret
    picked = _systematic([chances[n] for n in order], start)
    return _sorted([*certain, *(_drawn(rest[order[n]], chances[order[n]]) for n in picked)])


def inclusion_probabilities(sizes: Sequence[float], count: int) -> list[float]:
    """Chances proportional to size that add up to `count`; what would exceed 1 is certain."""
    chances = [0.0] * len(sizes)
    open_ = set(range(len(sizes)))
    left = count
    while open_ and left > 0:
        whole = sum(sizes[n] for n in open_)
        if whole <= 0:
            break
        sure = {n for n in open_ if left * sizes[n] / whole >= 1}
        if not sure:
            for n in open_:
                chances[n] = left * sizes[n] / whole
            break
        for n in sure:
            chances[n] = 1.0
        open_ -= sure
        left = count - sum(chance == 1.0 for chance in chances)
    return chances


def combined(probabilities: Iterable[float]) -> float:
    """The chance of a call that several independent plans could each have drawn."""
    missed = 1.0
    for probability in probabilities:
        missed *= 1 - probability
    return 1 - missed


def _split(candidates: Iterable[Candidate], size: int) -> tuple[list[Drawn], list[Candidate]]:
    """What is certain, and the rest in an order that does not depend on the given one."""
    listed = sorted(candidates, key=lambda c: c.id)
    if size < 0:
        raise SamplingImpossible("抽样数量不能为负，请填写 0 或更多。")
    if len({c.id for c in listed}) != len(listed):
        raise SamplingImpossible("同一通录音在候选中出现两次，请先去重。")
    return [_drawn(c, 1.0) for c in listed if c.always], [c for c in listed if not c.always]


def _sizes(rest: Sequence[Candidate], uniform_share: float) -> list[float]:
    if not 0 <= uniform_share <= 1:
        raise SamplingImpossible("均匀抽样的份额应在 0 到 1 之间。")
    if any(not isfinite(c.risk) or c.risk < 0 for c in rest):
        raise SamplingImpossible("风险值应是 0 或更大的数字，请检查风险规则。")
    risk = sum(c.risk for c in rest)
    if risk == 0:
        return [1.0] * len(rest)
    if uniform_share == 0 and any(c.risk == 0 for c in rest):
        raise SamplingImpossible("有录音永远不会被抽到，平均分将有偏差；请留出均匀抽样的份额。")
    return [uniform_share / len(rest) + (1 - uniform_share) * c.risk / risk for c in rest]


def _systematic(chances: Sequence[float], start: float) -> list[int]:
    """Positions whose stretch of the running total holds start, start + 1, start + 2 …"""
    picked: list[int] = []
    reached = 0.0
    for n, chance in enumerate(chances):
        reached += chance
        if chance >= 1 or start + len(picked) < reached:
            picked.append(n)
    return picked


def _drawn(candidate: Candidate, chance: float) -> Drawn:
    return Drawn(candidate.id, chance, candidate.stratum)


def _sorted(drawn: Iterable[Drawn]) -> tuple[Drawn, ...]:
    return tuple(sorted(drawn, key=lambda d: d.id))


def _shuffled(items: Iterable[T], seed: int) -> list[T]:
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    keyed = [(chance.random(), n, item) for n, item in enumerate(items)]
    return [item for _, _, item in sorted(keyed, key=lambda k: k[:2])]


def _seed_of(seed: int, name: str) -> int:
    return random.Random(f"{seed}/{name}").getrandbits(64)  # noqa: S311 - repeatable, not secret
