"""The words of a refusal: every way in which `probe` says no, with what the operator should do."""

from __future__ import annotations

from collections.abc import Sequence

from recorder.limits import Limits
from recorder.media import Damage, MediaUnreadable, NoAudioStream, NoDecoder, Source
from recorder.sniff import Container, document_kind, other_media
from recorder.types import AudioRefused, Refusal

_CONVERT = "请先转换成 WAV、MP3、Ogg/Opus、M4A、AMR 或 FLAC 再导入"
_RESEND = "请从录音系统重新导出完整的文件后再导入"

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
        return AudioRefused(Refusal.EMPTY, "文件是空的（0 字节）。请检查录音是否写成功，" + _RESEND)
    if media := other_media(head):
        return AudioRefused(Refusal.UNSUPPORTED, f"不支持 {media} 格式。{_CONVERT}")
    kind = document_kind(head)
    looks = f"看起来是{kind}，" if kind else ""
    advice = f"请确认选对了文件；如果确是录音，{_CONVERT}"
    return AudioRefused(Refusal.NOT_AUDIO, f"{looks}不是能识别的录音文件。{advice}")


def unreadable(error: MediaUnreadable, container: Container, missing: str | None) -> AudioRefused:
    """The container was recognised, but nothing in it can be opened."""
    if missing:
        return _truncated(missing)
    if isinstance(error, NoAudioStream):
        return AudioRefused(Refusal.UNSUPPORTED, f"文件里没有声音轨道，只有画面。{_CONVERT}，或改选录音文件")
    if isinstance(error, NoDecoder):
        return AudioRefused(Refusal.UNSUPPORTED, f"无法识别录音的编码方式。{_CONVERT}")
    return AudioRefused(Refusal.NOT_AUDIO, f"文件开头像 {container.value}，内容却无法打开。{_RESEND}")


def check_stream(source: Source, bounds: Limits) -> None:
    """Refuse what the stream declares and we do not take: several tracks, codec, channels, rate."""
    tracks = len(source.media.streams.audio)
    if tracks > 1:
        raise AudioRefused(Refusal.UNSUPPORTED, f"文件有 {tracks} 条音轨。请合成一个单声道或双声道文件再导入")
    if source.codec not in CODECS[source.container]:
        raise AudioRefused(Refusal.UNSUPPORTED, f"不支持 {source.codec} 编码。{_CONVERT}")
    check_shape(source.channels, source.rate_hz, bounds)


def check_shape(channels: int, rate_hz: int, bounds: Limits) -> None:
    """Refuse more channels than two, and sampling rates outside the limits. Zero means: not declared."""
    if channels > bounds.max_channels:
        raise AudioRefused(
            Refusal.UNSUPPORTED,
            f"文件有 {channels} 个声道，最多支持 {bounds.max_channels} 个。请只导出座席和客户两个声道",
        )
    if rate_hz and not bounds.min_rate_hz <= rate_hz <= bounds.max_rate_hz:
        raise AudioRefused(
            Refusal.UNSUPPORTED,
            f"采样率 {rate_hz} Hz 不在 {bounds.min_rate_hz}–{bounds.max_rate_hz} Hz 之内。请重新采样后再导入",
        )


def check_whole(container: Container, damage: Damage, missing: str | None) -> None:
    """Refuse what is cut off, or damaged for the greater part."""
    if missing:
        raise _truncated(missing)
    if damage.bad_packets * 2 > damage.packets:
        detail = f"文件开头像 {container.value}，大部分内容却无法解码。{_RESEND}"
        raise AudioRefused(Refusal.NOT_AUDIO, detail)
    if damage.ends_badly and container not in _SELF_ENDING:
        raise _truncated("文件结尾无法解码")


def nothing_heard(container: Container, damage: Damage, missing: str | None) -> AudioRefused:
    """Not one sample could be decoded."""
    if missing:
        return _truncated(missing)
    if damage.bad_packets:
        return AudioRefused(Refusal.NOT_AUDIO, f"文件开头像 {container.value}，内容却无法解码。{_RESEND}")
    return AudioRefused(Refusal.EMPTY, "文件里没有任何声音数据。请检查录音是否写成功，" + _RESEND)


def check_decoded(channels: int, rate_hz: int, duration_s: float, bounds: Limits) -> None:
    """Refuse by what was in fact decoded: shape and length."""
    check_shape(channels, rate_hz, bounds)
    if duration_s < bounds.min_duration_s:
        raise AudioRefused(
            Refusal.TOO_SHORT,
            f"录音只有 {duration_s:.2f} 秒，短于下限 {bounds.min_duration_s:g} 秒。无需质检的短录音可以丢弃",
        )


def too_long(bounds: Limits) -> AudioRefused:
    """Longer than the limit; decoding stopped there."""
    return AudioRefused(
        Refusal.TOO_LONG,
        f"录音超过上限 {bounds.max_duration_s / 60:g} 分钟。请按通话切分后再导入，或由管理员调高上限",
    )


def check_sound(peaks: Sequence[float], silence_peak: float) -> None:
    """Refuse a recording none of whose channels ever rises above the silence level."""
    if max(peaks) < silence_peak:
        raise AudioRefused(
            Refusal.SILENT, "整段录音没有声音。请检查录音线路和声道设置，确认后重新导出；确属空录音可以丢弃"
        )


def _truncated(missing: str) -> AudioRefused:
    return AudioRefused(Refusal.TRUNCATED, f"文件不完整：{missing}。{_RESEND}")
