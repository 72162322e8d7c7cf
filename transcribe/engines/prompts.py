"""What the engine is told to expect: how each side of a service line speaks.

A prompt sets style (simplified script, numbers in characters) and vocabulary. It holds only courtesy: a
prompt that names violations would make the engine hear them.
"""

from __future__ import annotations

from recorder.types import Role

AGENT = (
    "您好,工号一零六七为您服务,请问有什么可以帮您?好的,请您稍等,我帮您查一下。"
    "感谢您的来电,请您稍后对我的服务作出评价,再见。"
)
CUSTOMER = "喂,你好,我想咨询一下,能帮我查一下吗?好的,我知道了,那我再考虑一下,没有别的问题了,谢谢你,再见。"
PLAIN = "以下是银行客服的普通话通话。"
"""For a second try, where the first gave too little."""


TERMS_CHARS = 60
"""Of a queue's words, so many characters go into one prompt; the next window takes those that follow."""


def prompt_for(role: Role, terms: tuple[str, ...] = (), turn: int = 0) -> str:
    """The prompt for a window of `role`, with as many of the queue's `terms` as fit; `turn` says which."""
    base = CUSTOMER if role is Role.CUSTOMER else AGENT
    chosen = _fitting(terms, turn)
    return f"{'、'.join(chosen)}。{base}" if chosen else base


def _fitting(terms: tuple[str, ...], turn: int) -> list[str]:
    rounds: list[list[str]] = [[]]
    for term in terms:
        if rounds[-1] and sum(map(len, rounds[-1])) + len(term) > TERMS_CHARS:
            rounds.append([])
        rounds[-1].append(term)
    return rounds[turn % len(rounds)]
