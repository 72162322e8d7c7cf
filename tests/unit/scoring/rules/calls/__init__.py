"""Written conversations with labels, and a way of mishearing them.

`dev*.txt` may be tuned on; `heldout.txt` is only measured.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from pypinyin import Style, lazy_pinyin

from scoring.rules import conversation_from_script
from scoring.types import Conversation

HERE = Path(__file__).parent
_HEAD = re.compile(r"== (\w+) (\w+) (\d+) (.+)")
_NAMES = {"g": "greeting", "c": "closing", "i": "identity_check", "r": "risk_disclosure", "p": "complaint"}
_COMMON = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形"
    "相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展"
    "五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战"
    "先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白"
    "教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且"
    "究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值"
    "号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严首底液官德随"
    "病苏失尔死讲配女黄推显谈罪神艺呢席含企望密批营项防举球英氧势告李台落木帮轮破亚师围注远字材排供河态封另施减树溶怎止案言士均武固"
    "叶鱼波视仅费紧爱左章早朝害续轻服试食充兵源判护司足某练差致板田降黑犯负击范继兴似余坚曲输修故城夫够送笔船占右财吃富春职觉汉画功"
    "巴跟虽杂飞检吸助升阳互初创抗考投坏策古径换未跑留钢曾端责站简述钱副尽帝射草冲承独令限阿宣环双请超微让控州良轴找否纪益依优顶础"
    "载倒房突坐粉敌略客袁冷胜绝析块剂测丝协诉念陈仍罗盐友洋错苦夜刑移频逐靠混母短皮终聚汽村云哪既距卫停烈央察烧迅境若印洲刻括激孔"
    "搞甚室待核校散侵吧甲游久菜味旧模湖货损预阻毫普稳乙妈植息扩银语挥酒守拿序纸医缺雨吗针刘啊急唱误训愿审附获茶鲜粮斤孩脱硫肥善龙"
    "演父渐血欢械掌歌沙刚攻谓盾讨晚粒乱燃矛乎杀药宁鲁贵钟煤读班伯香介迫句丰培握兰担弦蛋沉假穿执答乐谁顺烟缩征脸喜松脚困异免背星福"
    "买染井概慢怕磁倍祖皇促静补评翻肉践尼衣宽扬棉希伤操垂秋宜氢套督振架亮末宪庆编牛触映雷销诗座居抓裂胞呼娘景威绿晶厚盟衡鸡孙延危"
    "胶屋乡临陆顾掉呀灯岁措束耐剧玉赵跳哥季课凯胡额款绍卷齐伟蒸殖永宗苗川炉岩弱零杨奏沿露杆探滑镇饭浓航怀赶库夺伊灵税途灭赛归召鼓"
    "播盘裁险康唯录菌纯借糖盖横符私努堂域枪润幅哈竟熟虫泽脑壤碳欧遍侧寨敢彻虑斜薄庭纳弹饲伸折麦湿暗荷瓦塞床筑恶户访塔奇透梁刀旋迹"
    "卡氯遇份毒泥退洗摆灰彩卖耗夏择忙铜献硬予繁圈雪函亦抽篇阵阴丁尺追堆雄迎泛爸楼避谋吨野猪旗累偏典馆索秦脂潮爷豆忽托惊塑遗愈朱替"
    "纤粗倾尚痛楚谢奋购磨君池旁碎骨监捕弟暴割贯殊释词亡壁顿宝午尘闻揭炮残冬桥妇警综招吴付浮遭徐您摇谷赞箱隔订男吹园纷唐败宋玻巨耕"
    "坦荣闭湾键凡驻锅救恩剥凝碱齿截炼麻纺禁废盛版缓净睛昌婚涉筒嘴插岸朗庄街藏姑贸腐奴啦惯乘恢匀纱扎辩耳彪臣亿璃抵脉秀萨俄网舞店喷"
    "挂罐赔赚啥嘛呗哦嗯喂忘锁码丢吞烦吵催闭滚骗笨傻"
)


def load(name: str) -> list[tuple[Conversation, dict[str, Any]]]:
    """The labelled conversations of one file, as written."""
    return [(_conversation(*parts), parts[3]) for parts in raw(name)]


def raw(name: str) -> list[tuple[str, dict[str, str], str, dict[str, Any]]]:
    """Name, call data, script and labels of each conversation."""
    found: list[tuple[str, dict[str, str], str, dict[str, Any]]] = []
    for block in re.split(r"(?m)^(?=== )", (HERE / f"{name}.txt").read_text(encoding="utf-8"))[1:]:
        head, script = block.split("\n", 1)
        match = _HEAD.match(head)
        assert match, head
        call_data = {"direction": match[2], "agent_no": match[3]}
        found.append((match[1], call_data, script, _labels(match[4])))
    return found


def misheard(name: str, *, seed: int = 1, rate: float = 0.15) -> list[tuple[Conversation, dict[str, Any]]]:
    """The same conversations with wrong characters, as telephone speech recognition writes them."""
    chance = random.Random(seed)
    return [
        (_conversation(key, data, mishear(script, chance, rate), labels), labels)
        for key, data, script, labels in raw(name)
    ]


def mishear(script: str, chance: random.Random, rate: float) -> str:
    """Replace characters by others of the same sound, a few by a near sound, and drop a few."""
    lines = []
    for line in script.splitlines():
        head, colon, text = line.partition(": ")
        lines.append(head + colon + "".join(_heard(char, chance, rate) for char in text))
    return "\n".join(lines)


def _heard(char: str, chance: random.Random, rate: float) -> str:
    if not "\u4e00" <= char <= "\u9fff" or chance.random() >= rate:
        return char
    kind = chance.random()
    if kind < 0.08:
        return ""
    sound = _sound(char)
    if kind < 0.3:
        sound = _near(sound, chance)
    options = [other for other in _homophones().get(sound, ()) if other != char]
    return chance.choice(options) if options else char


@cache
def _sound(char: str) -> str:
    return str(lazy_pinyin(char, style=Style.NORMAL)[0])


def _near(sound: str, chance: random.Random) -> str:
    swaps = [
        ("zh", "z"),
        ("sh", "s"),
        ("ch", "c"),
        ("ng", "n"),
        ("n", "l"),
        ("l", "n"),
        ("b", "p"),
        ("d", "t"),
    ]
    chance.shuffle(swaps)
    for old, new in swaps:
        changed = sound[: -len(old)] + new if old == "ng" and sound.endswith(old) else sound
        if old != "ng" and sound.startswith(old):
            changed = new + sound[len(old) :]
        if changed != sound and changed in _homophones():
            return changed
    return sound


@cache
def _homophones() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for char in dict.fromkeys(_COMMON):
        found[_sound(char)].append(char)
    return {sound: tuple(chars) for sound, chars in found.items()}


def _labels(text: str) -> dict[str, Any]:
    marks = {part[0]: part[1] for part in text.split()}
    plain: dict[str, Any] = {name: {"+": True, "-": False, "0": None}[marks[m]] for m, name in _NAMES.items()}
    return plain | {
        "forbidden": ["*"] if marks["f"] == "+" else [],
        "dead_air_s": 10 if marks["d"] == "+" else 0,
        "agent_interrupts": 1 if marks["x"] == "+" else 0,
    }


def _conversation(name: str, data: dict[str, str], script: str, _: dict[str, Any]) -> Conversation:
    return conversation_from_script(script, call_data=data, recording_id=name)
