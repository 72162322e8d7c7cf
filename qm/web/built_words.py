"""Sentences that the machine built and stored, in the reader's language.

Evidence, warnings, refusals and failures are stored as Chinese sentences with their figures filled in:
that is what an audit has to find again. For readers of another language each is recognised by its frame.
Quotations, titles and whatever no frame knows stay as they are.
"""

from __future__ import annotations

import re
from functools import cache

from flask import Flask
from flask_babel import gettext

from qm.web.failure_words import FAILURES
from qm.web.fault_words import FAULTS
from qm.web.locale import current_locale

QUOTING = ("phrase:", "pattern", "similar:", "manner:", "repetition", "edge", "entity:", "human")
"""Sources of proofs whose text is what somebody said."""

EVIDENCE = (
    "静音 %(seconds)s 秒",
    "%(seconds)s 秒后才应答",
    "抢话 %(seconds)s 秒：%(words)s",
    "全程每分钟 %(rate)s 字",
    "每分钟 %(rate)s 字",
    "音量升高 %(db)s 分贝",
    "通话 %(seconds)s 秒",
    "说话占比 %(share)s",
    "%(number)s 句",
    "挂机方：%(who)s",
    "没有可用的转写",
    "全程未出现适用情形",
    "说话人未能分清",
    "此处未听清",
    "前 %(seconds)s 秒未发现问题：%(title)s",
    "最后 %(seconds)s 秒未发现问题：%(title)s",
    "全程未发现问题：%(title)s",
    "前 %(seconds)s 秒未发现：%(title)s",
    "最后 %(seconds)s 秒未发现：%(title)s",
    "全程未发现：%(title)s",
    "从人工答案学到，把握 %(sure)s（模型 %(version)s）",
    "无法判断：相关时段没有听清",
)
"""What rules say of what they found, or did not find."""

WARNINGS = (
    "文件带有视频画面，只使用其中的声音",
    "两个声道内容相同，按单声道处理",
    "第 %(number)s 声道没有声音",
    "有 %(number)s 处数据损坏，已跳过",
    "录音中间缺少约 %(seconds)s 秒，之后的时间会提前",
    "文件头没有写数据长度，已按实际数据读取，无法判断结尾是否完整",
    "工号 %(agent_no)s 不在花名册中，请管理员补录座席",
)
"""What was odd about a recording that was taken in."""

REFUSALS = (
    "文件不完整：%(what)s",
    "文件是空的（0 字节）",
    "文件里没有任何声音数据",
    "请检查录音是否写成功，请从录音系统重新导出完整的文件后再导入",
    "请从录音系统重新导出完整的文件后再导入",
    "请先转换成 WAV、MP3、Ogg/Opus、M4A、AMR 或 FLAC 再导入",
    "请先转换成 WAV、MP3、Ogg/Opus、M4A、AMR 或 FLAC 再导入，或改选录音文件",
    "请确认选对了文件；如果确是录音，请先转换成 WAV、MP3、Ogg/Opus、M4A、AMR 或 FLAC 再导入",
    "不支持 %(what)s 格式",
    "不支持 %(what)s 编码",
    "看起来是%(kind)s，不是能识别的录音文件",
    "不是能识别的录音文件",
    "文件里没有声音轨道，只有画面",
    "无法识别录音的编码方式",
    "文件开头像 %(what)s，内容却无法打开",
    "文件开头像 %(what)s，内容却无法解码",
    "文件开头像 %(what)s，大部分内容却无法解码",
    "文件结尾无法解码",
    "文件有 %(number)s 条音轨",
    "请合成一个单声道或双声道文件再导入",
    "文件有 %(number)s 个声道，最多支持 %(most)s 个",
    "请只导出座席和客户两个声道",
    "采样率 %(rate)s Hz 不在 %(range)s Hz 之内",
    "请重新采样后再导入",
    "录音只有 %(seconds)s 秒，短于下限 %(least)s 秒",
    "无需质检的短录音可以丢弃",
    "录音超过上限 %(minutes)s 分钟",
    "请按通话切分后再导入，或由管理员调高上限",
    "整段录音没有声音",
    "请检查录音线路和声道设置，确认后重新导出；确属空录音可以丢弃",
    "压缩包或 Office 文档",
    "压缩包",
    "PDF 文档",
    "图片",
    "Office 文档",
    "程序",
    "网页或 XML 文本",
    "JSON 文本",
    "播放列表",
    "%(kind)s 文件头不完整",
    "%(kind)s 文件只有文件头，没有音频数据",
    "%(kind)s 文件的最后一帧不完整",
    "%(kind)s 文件的最后一页不完整",
    "%(kind)s 文件没有结束标志",
    "%(kind)s 文件在标签处中断",
    "%(kind)s 文件头写有 %(claimed)s 字节音频，实际只有 %(present)s 字节",
    "%(kind)s 文件头写有 %(claimed)s 秒，实际只能解出 %(present)s 秒",
    "M4A 文件在 %(part)s 段中断，少了 %(number)s 字节",
    "M4A 文件缺少索引（moov），录音程序没有正常收尾",
    "M4A 文件只有索引，没有音频数据（mdat）",
    "WAV 文件里没有音频数据块",
    "WAV 文件头写的数据长度是 0，录音程序没有正常收尾",
    "这通录音已经入库（%(id)s），无需重复导入",
    "通话编号 %(call)s 已有另一份录音（%(id)s）",
    "请核对通话编号",
    "内容与通话 %(call)s 的录音（%(id)s）完全相同",
    "请核对文件是否选错",
    "缺少%(name)s（%(field)s），请补上",
    "%(name)s超过 %(number)s 个字或含控制字符，请更正",
    "开始时间「%(text)s」无法识别，请写成 %(example)s",
    "开始时间「%(text)s」没有时区，请写成 %(example)s",
    "呼叫方向「%(text)s」无法识别，请写「呼入」或「呼出」（inbound / outbound）",
    "通话编号",
    "来源",
    "工号",
    "班组",
    "开始时间",
    "呼叫方向",
    "队列",
    "客户号码",
)
"""Why a file was refused, sentence by sentence, and the names that stand in them."""

FRAMES = EVIDENCE + WARNINGS + REFUSALS + FAILURES + FAULTS
_CHARS_MOST = 2000
"""Finding a frame takes the square of a text's length, and a fault may quote all that was typed."""
_PLACE = re.compile(r"%\((\w+)\)s")
_WIDE = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})
_NARROW = re.compile(r"(?<=[\u3400-\u9fff])[,?!;:](?=[\u3400-\u9fff]|$)")


def built(text: str) -> str:
    """A built sentence, or several, in the reader's language; unknown and very long ones stay Chinese."""
    if current_locale() == "zh" or len(text) > _CHARS_MOST:
        return text
    whole = _translated(text)
    return whole if whole != text else ". ".join(_sentence(part) for part in text.split("。") if part)


def _sentence(text: str) -> str:
    whole = _translated(text)
    return whole if whole != text else "; ".join(_translated(part) for part in text.split("；"))


def _translated(sentence: str) -> str:
    for frame, msgid in _patterns():
        found = frame.fullmatch(sentence)
        if found:
            values = {name: _translated(value) for name, value in found.groupdict().items()}
            text = str(gettext(msgid))
            return text % values if values else text
    return sentence


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(_expression(frame)), frame) for frame in FRAMES)


def _expression(frame: str) -> str:
    pieces = _PLACE.split(frame)
    return "".join(re.escape(p) if n % 2 == 0 else f"(?P<{p}>[^；。]+?)" for n, p in enumerate(pieces))


def said(text: str, source: str) -> str:
    """The text of a proof: words of the call as they were said, a measured fact in the reader's language."""
    return wide(text) if source.startswith(QUOTING) else built(text)


def wide(text: str) -> str:
    """Chinese text as people write it: marks between characters at full width."""
    return _NARROW.sub(lambda found: found.group().translate(_WIDE), text)


def register(app: Flask) -> None:
    """The filters `built`, `said` and `wide`."""
    for filter_ in (built, said, wide):
        app.add_template_filter(filter_, filter_.__name__)
