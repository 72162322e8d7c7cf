"""Spoken numbers as a reader expects them: 八零二一 is 8021, 三千二百一十五元六角 is 3215.6元.

Only the shown text changes; what was heard stays beside it. Words that merely contain a numeral (一下, 万一,
十分, 千万别) stay words.
"""

from __future__ import annotations

import re

_DIGIT = {"零": 0, "〇": 0, "一": 1, "幺": 1, "二": 2, "两": 2, "三": 3, "四": 4}
_DIGIT |= {"五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SCALE = {"十": 10, "百": 100, "千": 1000}
_D = "零〇一二三四五六七八九"
_SERIES = re.compile(f"[{_D}幺]{{3,}}")
"""Digits said one by one: agent numbers, cards, telephones, years. Two alone are often words (一一, 三五)."""
_VALUE = f"(?:[{_D}两十][{_D}两十百千万亿]*)"
_PERCENT = re.compile(f"(百|千|万)分之({_VALUE})(?:点([{_D}]+))?")
_MONEY = re.compile(f"({_VALUE})(元|块)(?:([{_D}两])[角毛])?(?:([{_D}两])分)?")
_DECIMAL = re.compile(f"({_VALUE})点([{_D}]+)")
_MEASURED = re.compile(f"({_VALUE})(个工作日|个小时|个月|分钟|小时|工作日|月|日|号|天|年|期|岁|位|次|万)?")
_SINGLE_UNITS = frozenset(
    {"个工作日", "个月", "月", "日", "号", "期", "岁", "小时", "个小时", "分钟", "天", "年"}
)
_NOT_NUMBERS = ("十分", "十足", "十全")
_SIGN = {"百": "%", "千": "‰"}


def value_of(spoken: str) -> int | None:
    """Whole number said with 十, 百, 千, 万, 亿; None where the characters do not form one.

    A last digit right after a scale counts in the next lower one: 三千五 is 3500. Two digits side by side are
    no value (三五块 is three or five); the number converter that the tests compare with makes 35 of them.
    """
    total, section, digit, scale = 0, 0, None, 1
    for character in spoken:
        if character in _DIGIT:
            if digit is not None and digit != 0:
                return None
            digit = _DIGIT[character]
            scale = 1 if digit == 0 else scale
        elif character in _SCALE:
            scale = _SCALE[character]
            section += (1 if digit is None else digit) * scale
            digit, scale = None, scale // 10
        else:
            big = 10_000 if character == "万" else 100_000_000
            if digit is None and section == 0:
                return None
            total = (total + section + (digit or 0)) * big
            section, digit, scale = 0, None, big // 10
    return total + section + (digit or 0) * max(1, scale)


def displayed(text: str) -> str:
    """`text` with spoken numbers written in digits; everything else as it was."""
    for pattern, write in (
        (_SERIES, _series), (_PERCENT, _percent), (_MONEY, _money), (_DECIMAL, _decimal),
        (_MEASURED, _measured),
    ):  # fmt: skip
        text = pattern.sub(write, text)
    return text


def _series(found: re.Match[str]) -> str:
    """Digit by digit, unless a scale follows: then the last digit belongs to a value."""
    rest = found.string[found.end() : found.end() + 1]
    if rest and rest in "十百千万亿":
        return found.group()
    return "".join(str(_DIGIT[character]) for character in found.group())


def _percent(found: re.Match[str]) -> str:
    value = value_of(found[2])
    if value is None:
        return found.group()
    number = f"{value}.{_digits(found[3])}" if found[3] else str(value)
    return number + _SIGN[found[1]] if found[1] in _SIGN else f"万分之{number}"


def _money(found: re.Match[str]) -> str:
    value = value_of(found[1])
    if value is None or (found[1] == "一" and found[2] == "块" and not found[3]):
        return found.group()
    if not found[3] and not found[4]:
        return _written(found[1], value) + found[2]
    return f"{value}.{_DIGIT.get(found[3] or '零')}{_DIGIT[found[4]] if found[4] else ''}{found[2]}"


def _decimal(found: re.Match[str]) -> str:
    value = value_of(found[1])
    after = found.string[found.end() : found.end() + 1]
    clock = len(found[2]) == 1 and after not in {"倍", "万", "亿", "个", "%"} and len(found[1]) <= 2
    if value is None or clock:
        return found.group()
    return f"{value}.{_digits(found[2])}"


def _measured(found: re.Match[str]) -> str:
    spoken, unit = found[1], found[2] or ""
    before = found.string[max(0, found.start() - 1) : found.start()]
    if found.group().startswith(_NOT_NUMBERS) and unit != "分钟":
        return found.group()
    inexact = found.string[found.end() : found.end() + 1] in {"几", "来"}
    if inexact or (before in {"第", "百", "千", "万"} and len(spoken) == 1):
        return found.group()
    value = value_of(spoken)
    if value is None or (len(spoken) == 1 and (spoken == "一" or unit not in _SINGLE_UNITS)):
        return found.group()
    if len(spoken) > 1 and not any(scale in spoken for scale in "十百千万亿"):
        return found.group()
    return _written(spoken, value) + unit


def _written(spoken: str, value: int) -> str:
    """Round tens of thousands keep their word: 五万 is 5万, 一万两千四百 is 12400."""
    for word, big in (("亿", 100_000_000), ("万", 10_000)):
        if spoken.endswith(word) and value % big == 0:
            return f"{value // big}{word}"
    return str(value)


def _digits(spoken: str) -> str:
    return "".join(str(_DIGIT[character]) for character in spoken)
