"""The words of a refusal: every way in which `probe` says no, with what the operator should do."""

from __future__ import annotations

from collections.abc import Sequence

from recorder.limits import Limits
from recorder.media import Damage, MediaUnreadable, NoAudioStream, NoDecoder, Source
from recorder.message import Message, advised
from recorder.sniff import Container, document_kind, other_media
from recorder.types import AudioRefused, Refusal

_CONVERT = Message("请先转换成 WAV、MP3、Ogg/Opus、M4A、AMR 或 FLAC 再导入")
_RESEND = Message("请从录音系统重新导出完整的文件后再导入")
_CHECK = Message("请检查录音是否写成功，请从录音系统重新导出完整的文件后再导入")

CODECS: dict[Container, frozenset[str]] = {
    Container.WAV: frozenset(
        {"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"}
        | {"pcm_mulaw", "pcm_alaw", "gsm_ms", "adpcm_ms", "adpcm_ima_wav", "mp3"}
    ),
    Container.OGG: frozenset({"opus", "vorbis", "flac", "speex"}),
    Container.MP3: frozenset({"mp3", "mp2"}),
    Container.MP4: frozenset({"aac", "alac", "mp3", "amr_nb", "opus"}),
    Container.FLAC: frozenset({"flac"}),
    Container.AMR: frozenset({"amr_nb", "amr_wb"}),
    Container.ADTS: frozenset({"aac"}),
    Container.GSM: frozenset({"gsm"}),
}
"""Codecs taken in each container, by FFmpeg's names."""

_SELF_ENDING = frozenset({Container.MP3, Container.ADTS, Container.AMR, Container.GSM})
"""Rows of frames, whose checker has seen the end; what follows it (tags, padding) is no missing sound."""


def not_a_recording(head: bytes) -> AudioRefused:
    """No accepted container begins with these bytes."""
    if not head:
        return AudioRefused(Refusal.EMPTY, advised(Message("文件是空的（0 字节）"), _CHECK))
    if media := other_media(head):
        return _unsupported(Message("不支持 %(what)s 格式", what=media))
    kind = document_kind(head)
    unknown = Message("不是能识别的录音文件")
    fact = Message("看起来是%(kind)s，不是能识别的录音文件", kind=kind) if kind else unknown
    advice = Message("请确认选对了文件；如果确是录音，请先转换成 WAV、MP3、Ogg/Opus、M4A、AMR 或 FLAC 再导入")
    return AudioRefused(Refusal.NOT_AUDIO, advised(fact, advice))


def unreadable(error: MediaUnreadable, container: Container, missing: Message | None) -> AudioRefused:
    """The container was recognised, but nothing in it can be opened."""
    if missing:
        return _truncated(missing)
    if isinstance(error, NoAudioStream):
        advice = Message("请先转换成 WAV、MP3、Ogg/Opus、M4A、AMR 或 FLAC 再导入，或改选录音文件")
        return AudioRefused(Refusal.UNSUPPORTED, advised(Message("文件里没有声音轨道，只有画面"), advice))
    if isinstance(error, NoDecoder):
        return _unsupported(Message("无法识别录音的编码方式"))
    return _garbled(Message("文件开头像 %(what)s，内容却无法打开", what=container.value))


def check_stream(source: Source, bounds: Limits) -> None:
    """Refuse what the stream declares and we do not take: several tracks, codec, channels, rate."""
    tracks = len(source.media.streams.audio)
    if tracks > 1:
        fact = Message("文件有 %(number)s 条音轨", number=tracks)
        advice = Message("请合成一个单声道或双声道文件再导入")
        raise AudioRefused(Refusal.UNSUPPORTED, advised(fact, advice))
    if source.codec not in CODECS[source.container]:
        raise _unsupported(Message("不支持 %(what)s 编码", what=source.codec))
    check_shape(source.channels, source.rate_hz, bounds)


def check_shape(channels: int, rate_hz: int, bounds: Limits) -> None:
    """Refuse more channels than two, and sampling rates outside the limits. Zero means: not declared."""
    if channels > bounds.max_channels:
        most = bounds.max_channels
        fact = Message("文件有 %(number)s 个声道，最多支持 %(most)s 个", number=channels, most=most)
        raise AudioRefused(Refusal.UNSUPPORTED, advised(fact, Message("请只导出座席和客户两个声道")))
    if rate_hz and not bounds.min_rate_hz <= rate_hz <= bounds.max_rate_hz:
        allowed = f"{bounds.min_rate_hz}–{bounds.max_rate_hz}"
        fact = Message("采样率 %(rate)s Hz 不在 %(range)s Hz 之内", rate=rate_hz, range=allowed)
        raise AudioRefused(Refusal.UNSUPPORTED, advised(fact, Message("请重新采样后再导入")))


def check_whole(container: Container, damage: Damage, missing: Message | None) -> None:
    """Refuse what is cut off, or damaged for the greater part."""
    if missing:
        raise _truncated(missing)
    if damage.bad_packets * 2 > damage.packets:
        raise _garbled(Message("文件开头像 %(what)s，大部分内容却无法解码", what=container.value))
    if damage.ends_badly and container not in _SELF_ENDING:
        raise _truncated(Message("文件结尾无法解码"))


def nothing_heard(container: Container, damage: Damage, missing: Message | None) -> AudioRefused:
    """Not one sample could be decoded."""
    if missing:
        return _truncated(missing)
    if damage.bad_packets:
        return _garbled(Message("文件开头像 %(what)s，内容却无法解码", what=container.value))
    return AudioRefused(Refusal.EMPTY, advised(Message("文件里没有任何声音数据"), _CHECK))


def check_decoded(channels: int, rate_hz: int, duration_s: float, bounds: Limits) -> None:
    """Refuse by what was in fact decoded: shape and length."""
    check_shape(channels, rate_hz, bounds)
    if duration_s < bounds.min_duration_s:
        told = {"seconds": f"{duration_s:.2f}", "least": f"{bounds.min_duration_s:g}"}
        fact = Message("录音只有 %(seconds)s 秒，短于下限 %(least)s 秒", **told)
        raise AudioRefused(Refusal.TOO_SHORT, advised(fact, Message("无需质检的短录音可以丢弃")))


def too_long(bounds: Limits) -> AudioRefused:
    """Longer than the limit; decoding stopped there."""
    fact = Message("录音超过上限 %(minutes)s 分钟", minutes=f"{bounds.max_duration_s / 60:g}")
    advice = Message("请按通话切分后再导入，或由管理员调高上限")
    return AudioRefused(Refusal.TOO_LONG, advised(fact, advice))


def check_sound(peaks: Sequence[float], silence_peak: float) -> None:
    """Refuse a recording none of whose channels ever rises above the silence level."""
    if max(peaks) < silence_peak:
        advice = Message("请检查录音线路和声道设置，确认后重新导出；确属空录音可以丢弃")
        raise AudioRefused(Refusal.SILENT, advised(Message("整段录音没有声音"), advice))


def _truncated(missing: Message) -> AudioRefused:
    return AudioRefused(Refusal.TRUNCATED, advised(Message("文件不完整：%(what)s", what=missing), _RESEND))


def _garbled(fact: Message) -> AudioRefused:
    return AudioRefused(Refusal.NOT_AUDIO, advised(fact, _RESEND))


def _unsupported(fact: Message) -> AudioRefused:
    return AudioRefused(Refusal.UNSUPPORTED, advised(fact, _CONVERT))
