"""Whether found words are denied or quoted instead of said: 我们不能保证收益 promises nothing.

The guard reads the characters around a hit: a denial stands close before it in the same clause, a
quotation opens earlier in the sentence, and what unmasks it (都是骗子) may follow.
"""

from __future__ import annotations

import re

from transcribe.types import PhraseKind

_FILL = (
    "(?:我们|银行|公司|任何人?|谁|向?您|给您?|对您?|为您?|跟您?|再|去|来|说|讲|就|也|都|能|会|敢|是|有|让|做|做出|作出|"
    "口头|承诺|什么|任何|所谓的?|百分之?百|绝对|完全|一定|一个|这个|这种|那种|的|得|产品|理财|基金|投资|把|您|的话)"
)
_DENIAL = re.compile(
    "(?:不能|不可能|不可以|不会|不敢|不得|不允许|不准|不许|不应该|不要|不用|不需要|不必|不是|不提供|不做|不作|不存在|"
    "不代表|不意味着|不等于|无法|没法|没办法|没有办法|没有(?!什么|问题)|没说|没跟您说|没告诉|没人|并不|并非|并没有|从不|从没|从来不|从来没|"
    "绝不|决不|禁止|严禁|杜绝|拒绝|避免|请勿|切勿|勿|千万别|别|谁也不|谁都不|哪有|很难|难以|怎么会|怎么可能|怎么能|不)"
    f"{_FILL}{{0,4}}$"
)
_QUOTE = re.compile(
    "(?:有人|别人|对方|他们|骗子|陌生人|不法分子|如果有|凡是|任何人|假如|要是有|谁|声称|宣称|号称|自称|谎称|冒充|所谓|"
    "宣传|网上|群里|您是问|您问的?是|您是说|您说的?是?|您刚才说|您刚说|您的意思是|您提到的?|您担心|您觉得|您认为)"
    "[^。！？!?；;]{0,16}$"
)
_UNMASK = re.compile(
    "^[^。！？!?]{0,12}?(?:骗子|诈骗|骗人|骗局|陷阱|不可信|不要相信|别相信|不要信|别信|切勿相信|请勿相信|是违规|是违法|"
    "是不允许|是不可能|是不对|是不能|是不存在|是没有的|不实|虚假|都是假的|是假的|要警惕|提高警惕|要小心|请您?警惕|"
    "(?:这样|这种|这类)的?(?:话|说法|承诺)?(?:我们)?(?:是)?(?:不能|不可以|不会|不敢))"
)
_NEEDLESS = re.compile("(?:不用|不需要|无需|无须|不必|用不着|不能)(?:再|您|跟您|给您|做|对您)?$")
_CLAUSE = re.compile("[，,。！？!?；;：:、\\s]")
_CLOSED = re.compile("[。！？!?；;]")
_STARTS_DENIED = ("不", "没", "别", "无", "未", "非", "毫无", "零")


def _clause_before(before: str) -> str:
    return _CLAUSE.split(before)[-1]


def _sentence_before(before: str) -> str:
    return _CLOSED.split(before)[-1]


def negated(before: str, heard: str, after: str, *, kind: PhraseKind = PhraseKind.FORBIDDEN) -> bool:
    """True where `heard`, between `before` and `after` in the same role's speech, is denied or quoted.

    Quotation matters for forbidden speech only; a required phrase is undone by 不用, 不需要 and 无需 alone,
    for its polite forms are full of other denials.

    Phrases that are denials themselves (不归我管) are not undone by a bare 不 before them, only by
    不是, 没说 and their like.
    """
    clause = _clause_before(before)
    if heard[:1] in {"不", "没"} and clause[-1:] == heard[1:2] != "":
        return True  # 会不会亏 asks
    if kind is PhraseKind.REQUIRED:
        return bool(_NEEDLESS.search(clause))
    denial = _DENIAL.search(clause)
    if denial and not (heard.startswith(_STARTS_DENIED) and denial.group().startswith(("不会", "不能"))):
        return not _doubled(clause[: denial.start()])
    if kind is PhraseKind.TOPIC:
        return False
    sentence = _sentence_before(before)
    return bool(_QUOTE.search(sentence) or _UNMASK.search(after))


def _doubled(before: str) -> bool:
    """不是不保证 and 不可能不亏: two denials affirm."""
    return bool(re.search("(?:不是|不可能|不会|没有|无不)$", before))
