"""Characters as syllables (initial, final, tone) with the readings that are common in speech.

Readings come from pypinyin's character and word tables. A character's rare readings are left out:
they would make unrelated words sound alike.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache

from pypinyin.contrib.tone_convert import to_normal, to_tone3
from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict

_INITIALS = (
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l",
    "g", "k", "h", "j", "q", "x", "r", "z", "c", "s",
)  # fmt: skip

_SPOKEN: dict[str, str] = {
    "一": "yi1", "幺": "yao1 yi1", "两": "liang3 er4", "1": "yi1 yao1",
    "2": "er4 liang3", "3": "san1", "4": "si4", "5": "wu3",
    "6": "liu4", "7": "qi1", "8": "ba1", "9": "jiu3", "0": "ling2", "〇": "ling2", "的": "de5",
    "了": "le5 liao3", "给": "gei3", "都": "dou1", "还": "hai2 huan2", "没": "mei2", "得": "de5 dei3",
    "地": "di4 de5", "和": "he2", "什": "shen2", "么": "me5", "着": "zhe5 zhao2", "这": "zhe4 zhei4",
    "那": "na4 nei4", "哪": "na3 nei3", "谁": "shei2 shui2", "吗": "ma5", "呢": "ne5", "吧": "ba5",
    "啊": "a5 ya5", "不": "bu4", "个": "ge4", "说": "shuo1", "行": "xing2 hang2", "重": "zhong4 chong2",
    "长": "chang2 zhang3", "号": "hao4", "会": "hui4", "大": "da4", "为": "wei4", "好": "hao3",
    "子": "zi5", "们": "men5",
    "您": "nin2", "喂": "wei4", "嗯": "en1", "哦": "o2", "呀": "ya5", "上": "shang4",
    "下": "xia4", "只": "zhi3", "差": "cha4 chai1", "便": "bian4 pian2", "卡": "ka3", "率": "lv4 shuai4",
}  # fmt: skip
"""What a caller says where the dictionaries count written idioms instead (`都` is dōu, not dū)."""

_SHARE_MIN = 0.15
"""A second reading counts from this share of the words that hold the character."""


@dataclass(frozen=True, slots=True)
class Syllable:
    """One syllable; `initial` is empty for vowels, `tone` 1 to 4, 5 for neutral."""

    initial: str
    final: str
    tone: int

    @property
    def base(self) -> str:
        """Toneless spelling, `lv` for lü."""
        return self.initial + self.final


def split(tone3: str) -> Syllable:
    """Syllable of a spelling with a tone digit, e.g. `zhong4`; no digit is the neutral tone."""
    tone = int(tone3[-1]) if tone3[-1:].isdigit() else 5
    base = tone3.rstrip("012345").replace("ü", "v")
    initial = next((i for i in _INITIALS if base.startswith(i)), "")
    return Syllable(initial, base[len(initial) :], tone)


@lru_cache(maxsize=1)
def _counts() -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for word, spelled in phrases_dict.items():
        if len(word) == len(spelled):
            for char, options in zip(word, spelled, strict=True):
                counts[char][options[0]] += 1
    return counts


@cache
def readings(char: str) -> tuple[Syllable, ...]:
    """Common readings of one character, the most usual first; empty for what is not spoken Chinese."""
    if char in _SPOKEN:
        return tuple(split(s) for s in _SPOKEN[char].split())
    listed = pinyin_dict.get(ord(char))
    if listed is None:
        return ()
    first = listed.split(",")[0]
    counts = _counts().get(char, Counter())
    total = sum(counts.values())
    common = [r for r, n in counts.most_common() if n >= 3 and n >= _SHARE_MIN * total and r != first]
    found: dict[str, Syllable] = {}
    for marked in (first, *common):
        syllable = split(to_tone3(marked, neutral_tone_with_five=True))
        if to_normal(marked):
            found.setdefault(syllable.base, syllable)
    return tuple(found.values())


def primary(char: str) -> Syllable | None:
    """The most usual reading, None where the character has no sound."""
    found = readings(char)
    return found[0] if found else None


def toneless(text: str) -> tuple[str, ...]:
    """Toneless primary spelling of each character; characters without a reading stand for themselves."""
    return tuple(found.base if (found := primary(c)) else c for c in text)
