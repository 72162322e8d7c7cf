"""Guard against invention: what a speech model writes where nobody speaks.

Whisper learned from subtitles; on silence, music and noise it writes their credits, or one phrase again and
again, often with high confidence. Each test here names a fact of the text or the sound, not of one call.
"""

from __future__ import annotations

import re
import zlib

from transcribe.script import spoken

INVENTIONS = (
    "字幕志愿者", "字幕由", "字幕提供", "字幕by", "中文字幕", "字幕组", "请不吝点赞", "点赞订阅", "订阅转发",
    "打赏支持", "明镜与点点", "明镜", "谢谢观看", "感谢观看", "谢谢收看", "感谢收看", "多谢观看", "优优独播",
    "独播剧场", "YoYoTelevision", "AmaraOrg", "小编字幕", "李宗盛", "词曲", "作词", "作曲", "编曲",
    "未经作者授权", "未经许可不得翻唱", "下期再见", "我们下期", "请订阅", "本期视频",
)  # fmt: skip
"""Credits and sign-offs of video subtitles that nobody says on a service line."""
MAX_COMPRESSION = 2.4
"""Text that packs better than this repeats itself."""
MAX_CHARACTERS_PER_S = 13.0
"""No one speaks faster; more text than this for the voiced time was not heard in it."""
MIN_CHARACTERS_PER_S = 2.2
"""Slow Mandarin has three syllables a second."""
MIN_VOICED_S = 4.0
"""Too short a stretch says nothing about the rate."""
_STUTTER = re.compile(r"([A-Za-z])\1{4,}|([^\d零一二三四五六七八九幺])\2{9,}")
_LOOP = re.compile(r"(.{2,12}?)\1{4,}")


def invented(text: str, voiced_s: float, no_speech: float, mean_log_probability: float) -> str | None:
    """The reason why `text` was not heard in `voiced_s` of speech, or None where it may be trusted."""
    said = spoken(text)
    if not said:
        return None
    if credit(said):
        return "credits"
    if repeats(said):
        return "loop"
    if len(said) > 4 and len(said) > MAX_CHARACTERS_PER_S * max(voiced_s, 0.1):
        return "too_fast"
    if no_speech > 0.6 and mean_log_probability < -1.0:
        return "no_speech"
    return None


def too_little(text: str, voiced_s: float) -> bool:
    """True where far fewer characters came out than `voiced_s` of speech holds: the model stopped early."""
    return voiced_s >= MIN_VOICED_S and len(spoken(text)) < MIN_CHARACTERS_PER_S * voiced_s


def credit(said: str) -> bool:
    """True where a known subtitle credit makes up a third or more of the text (punctuation dropped)."""
    covered = sum(len(mark) for mark in INVENTIONS if mark.lower() in said.lower())
    return covered * 3 >= len(said)


def repeats(said: str) -> bool:
    """True for five or more repetitions in a row, or text that compresses as only loops do.

    A run of one digit or character (六六六六) is speech, so the repeated unit needs two characters.
    """
    if _STUTTER.search(said):
        return True
    loop = _LOOP.search(said)
    if loop and len(set(loop.group(1))) > 1:
        return True
    raw = said.encode()
    return len(raw) > 120 and len(raw) / len(zlib.compress(raw)) > MAX_COMPRESSION
