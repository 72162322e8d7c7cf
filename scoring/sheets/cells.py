"""What single cells say: figures, yes and no, veto, critical class, kinds, options."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from recorder.message import Message
from scoring.types import CriterionKind, CriticalClass, Option, Verdict, Veto

YES = frozenset({"是", "√", "✓", "✔", "v", "y", "yes", "true", "1", "有", "可", "可以", "允许"})
NO = frozenset({"", "否", "×", "✗", "x", "n", "no", "false", "0", "无", "-", "—", "/", "不可", "不允许"})
KINDS = {
    "是非": CriterionKind.YES_NO, "是否": CriterionKind.YES_NO, "判断": CriterionKind.YES_NO,
    "等级": CriterionKind.SCALE, "量表": CriterionKind.SCALE, "分档": CriterionKind.SCALE,
    "单选": CriterionKind.CHOICE, "选择": CriterionKind.CHOICE, "多选": CriterionKind.MULTIPLE,
    "数值": CriterionKind.NUMBER, "数字": CriterionKind.NUMBER, "扣分": CriterionKind.DEDUCTION,
    "文字": CriterionKind.TEXT, "文本": CriterionKind.TEXT, "评语": CriterionKind.TEXT,
}  # fmt: skip
CLASSES = {"客户": CriticalClass.CUSTOMER, "业务": CriticalClass.BUSINESS, "合规": CriticalClass.COMPLIANCE}
VERDICTS = {"符合": Verdict.MET, "不符合": Verdict.NOT_MET}
LARGEST = Decimal(1_000_000)


class CellUnclear(ValueError):
    """A cell says nothing that can be read; raised with the `Message` of its problem."""


def words(value: Any) -> str:
    """The text of a cell, spaces around it removed."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def figure(value: Any) -> Decimal | None:
    """The figure of a cell such as `5`, `5分` or `满分 10`; None where empty. Per cent: `percentage`."""
    text = unicodedata.normalize("NFKC", words(value))
    if not text or text in {"-", "—", "/"}:
        return None
    if isinstance(value, bool):
        raise CellUnclear(Message("“%(text)s”不是数字。", text=text))
    found = re.findall(r"-?\d+(?:\.\d+)?", text)
    if len(found) != 1 or not re.fullmatch(r"(满分|共|计)?\s*-?\d+(\.\d+)?\s*(分|%|次)?", text):
        return _exact(text)
    return _bounded(Decimal(found[0]), text)


def percentage(value: Any) -> Decimal | None:
    """A weight: `20`, `20%`, `0.2`; the caller judges whether shares of one were meant."""
    return figure(value)


def deduction(value: Any) -> tuple[Decimal | None, Decimal | None]:
    """Points per occurrence and their cap, from `2`, `-2`, `每次扣2分，最多10分`, `0.5分/5分钟`."""
    text = unicodedata.normalize("NFKC", words(value))
    if not text or text in NO - {"0"}:
        return None, None
    cap = re.search(r"(?:最多|上限|封顶|不超过|至多|最高)\D{0,4}(\d+(?:\.\d+)?)", text)
    before = text[: cap.start()] if cap else text
    first = re.search(r"\d+(?:\.\d+)?", before)
    if first is None:
        raise CellUnclear(Message("“%(text)s”里没有扣分数值，请写明每次扣几分。", text=text))
    limit = Decimal(cap.group(1)) if cap else None
    return _bounded(Decimal(first.group()), text), limit


def yes(value: Any) -> bool:
    """Yes or no."""
    text = unicodedata.normalize("NFKC", words(value)).lower()
    if text in YES:
        return True
    if text in NO:
        return False
    raise CellUnclear(Message("“%(text)s”不清楚，请填“是”或留空。", text=text))


def veto(value: Any) -> Veto:
    """`是` ends the whole evaluation; `部分`, `本项`, `本部分` only the section."""
    text = words(value)
    if any(part in text for part in ("部分", "本项", "该项", "分项", "一级项")):
        return Veto.SECTION
    if "否决" in text and not text.startswith(("不", "非")):
        return Veto.EVALUATION
    return Veto.EVALUATION if yes(value) else Veto.NONE


def critical(value: Any) -> CriticalClass | None:
    """The class of a critical error; empty is none."""
    text = words(value)
    for name, found in CLASSES.items():
        if name in text:
            return found
    if text.lower() in NO:
        return None
    raise CellUnclear(Message("“%(text)s”不是差错类别，请填 客户、业务 或 合规。", text=text))


def kind(value: Any) -> CriterionKind | None:
    """The kind of a criterion, by its first words; empty is none."""
    text = words(value).lower()
    if not text:
        return None
    for name, found in KINDS.items():
        if text.startswith(name):
            return found
    try:
        return CriterionKind(text)
    except ValueError:
        told = Message("“%(text)s”不是题型，可用：%(kinds)s。", text=text, kinds="、".join(KINDS))
        raise CellUnclear(told) from None


def options(value: Any) -> tuple[Option, ...]:
    """Options of a cell, one a line or between `；`: `优秀=5；一般=3；差=0 【否决 客户 理由 证据】 #poor`."""
    parts = [part.strip() for part in re.split(r"[\n;；]+", words(value)) if part.strip()]
    return tuple(_option(part, n) for n, part in enumerate(parts, start=1))


def grades(text: str, top: Decimal) -> tuple[Option, ...]:
    """Grades that a standard spells out (`优秀5分，良好3分，差0分`), best first; none where it does not.

    Only taken where they fall from the full points; a text about deductions is never read as grades.
    """
    if "扣" in text:
        return ()
    normal = unicodedata.normalize("NFKC", text)
    found = re.findall(r"([^\d,;:。、\n=()]{1,20}?)[:=(]?\s*(\d+(?:\.\d+)?)\s*分", normal)
    points = [Decimal(number) for _, number in found]
    falling = all(a > b for a, b in pairwise(points))
    if len(found) < 2 or points[0] != top or not falling:
        return ()
    labels = [label.strip("得为给 ") for label, _ in found]
    if not all(labels):
        return ()
    return tuple(
        Option(f"o{n}", label, point)
        for n, (label, point) in enumerate(zip(labels, points, strict=True), start=1)
    )


def _option(part: str, position: int) -> Option:
    key = re.search(r"#([a-z][a-z0-9_]*)\s*$", part)
    rest = part[: key.start()].strip() if key else part
    flags = re.search(r"【(.*?)】\s*$", rest)
    rest = rest[: flags.start()].strip() if flags else rest
    label, sign, number = re.sub(r"[＝]", "=", rest).rpartition("=")
    low, high = None, None
    band = re.search(r"\[\s*(-?[\d.]*)\s*[,，]\s*(-?[\d.]*)\s*\)\s*$", label)
    if band:
        low, high = (_exact(side) if side else None for side in band.groups())
        label = label[: band.start()]
    if not sign or not label.strip():
        raise CellUnclear(Message("选项“%(part)s”应写成“文字=分值”，例如“优秀=5”。", part=part))
    points = figure(number)
    if points is None:
        raise CellUnclear(Message("选项“%(part)s”缺少分值。", part=part))
    marks = flags.group(1).split() if flags else []
    return Option(
        key=key.group(1) if key else f"o{position}",
        label=label.strip(),
        points=points,
        veto=Veto.SECTION if "部分否决" in marks else Veto.EVALUATION if "否决" in marks else Veto.NONE,
        critical=next((CLASSES[mark] for mark in marks if mark in CLASSES), None),
        requires_comment="理由" in marks,
        requires_evidence="证据" in marks,
        verdict=next((VERDICTS[mark] for mark in marks if mark in VERDICTS), None),
        low=low,
        high=high,
    )


def option_text(option: Option) -> str:
    """One option as `options` reads it."""
    marks = [name for name, found in VERDICTS.items() if found is option.verdict]
    marks += {Veto.EVALUATION: ["否决"], Veto.SECTION: ["部分否决"], Veto.NONE: []}[option.veto]
    marks += [name for name, found in CLASSES.items() if found is option.critical]
    marks += ["理由"] * option.requires_comment + ["证据"] * option.requires_evidence
    band = ""
    if option.low is not None or option.high is not None:
        low, high = ("" if side is None else format(side, "f") for side in (option.low, option.high))
        band = f" [{low}, {high})"
    flags = f" 【{' '.join(marks)}】" if marks else ""
    return f"{option.label}{band}={option.points:f}{flags} #{option.key}"


def _exact(text: str) -> Decimal:
    try:
        return _bounded(Decimal(text), text)
    except InvalidOperation:
        raise CellUnclear(Message("“%(text)s”不是数字。", text=text)) from None


def _bounded(value: Decimal, text: str) -> Decimal:
    if not value.is_finite() or abs(value) > LARGEST:
        raise CellUnclear(Message("“%(text)s”超出范围。", text=text))
    return value
