"""Invented people, firms and places of the linking bench. Surnames and given names are as common as they are in life.

Identity numbers stand in regions that do not exist (``99xxxx``) with right check digits. None of it is kept.
"""

import csv
from dataclasses import dataclass, replace
from random import Random

from bench.people import citizen_number, credit_code
from schemas.regions import TABLE, ancestors, region


def _split(words: str) -> list[str]:
    return words.split()


def _pairs(words: list[str]) -> dict[str, str]:
    return {word[0]: word[1] for word in words}


_SURNAMES = _split(
    "王7.2 李7.2 张6.8 刘5.4 陈5.3 杨3.1 黄2.2 赵2.2 吴2.1 周2.0 徐1.7 孙1.5 马1.3 朱1.3 胡1.3 郭1.2 "
    "何1.2 林1.2 罗1.1 高1.1 郑1.0 梁0.9 谢0.8 宋0.7 唐0.7 许0.7 邓0.6 韩0.6 冯0.6 曹0.6 彭0.5 曾0.5 "
    "肖0.5 田0.5 董0.5 潘0.5 袁0.5 蔡0.4 蒋0.5 余0.4 于0.4 杜0.4 叶0.4 程0.4 魏0.4 苏0.4 吕0.4 丁0.4 "
    "任0.4 卢0.4 姚0.4 沈0.4 钟0.4 姜0.4 崔0.4 谭0.4 陆0.4 范0.3 汪0.3 廖0.3 石0.3 金0.3 韦0.3 贾0.3 "
    "夏0.3 傅0.3 方0.3 邹0.3 熊0.3 孟0.2 秦0.2 江0.2 邵0.2 毛0.2 章0.2 娄0.1 楼0.2 竺0.1 应0.2 虞0.1 "
    "欧阳0.1 诸葛0.1 "
)
_SURNAME = [each.rstrip("0123456789.") for each in _SURNAMES]
_SHARE = [float(each.lstrip("".join(set("".join(_SURNAME))))) for each in _SURNAMES]
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英华慧巧美云玲红春菊霞香月平刚桂兰凤洁梅琳素珍荣爱妹雪莹莉岩红彬富顺信子"
    "建国文辉力鹏飞志新波宁贵福生龙元全胜学祥才发武利清亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭琪佳欣怡"
    "梦瑶晨浩宇轩泽睿思涵雨婷诗雅可欣悦嘉豪俊毅昊然子墨一诺卫东向阳援朝水根阿毛土金火木银海山林森炳坤"
)
_STEMS = "虚拟幻海空山云上无名镜湖纸鹤月亮假想乌有子虚梦溪拟真"
_FIRM_WORDS = "宏达远盛恒泰华瑞金鼎新诚信联合中天大禹百川东方元和永利凯旋锦绣安居万兴隆昌博雅顺通"
_TRADES = {
    "wages": ("建筑工程", "装饰工程", "劳务", "服饰", "市政园林", "餐饮管理"), "estate_fee": ("物业服务", "物业管理"),
    "prepaid": ("健身", "美容美发", "教育科技", "文化传播"), "build": ("置业", "房地产开发"),
    "bank_card": ("农村商业银行", "村镇银行"), "traffic": ("运输", "保险"),
}  # fmt: skip
_ROADS = [
    before + behind
    for before in _split(
        "人民 解放 中山 文化 建设 环城 望江 钱塘 凤起 学院 湖滨 滨江 新华 朝阳 南门 东兴 青年 体育 "
        "长乐 镇前 古塔 桃源 和睦 稽山 飞虹 春晓 兴业 创新 "
    )
    for behind in _split("路 街 大道 巷")
]
_ESTATES = [
    before + behind
    for before in _split(
        "阳光 金色 翠苑 湖畔 江南 水岸 御景 绿洲 星海 碧桂 望湖 香樟 锦绣 城南 滨河 丽景 和风 东方 紫荆 银杏 山水 春天 "
    )
    for behind in _split("花园 小区 家园 公寓 苑 新村 府 名苑")
]
_VILLAGES = [
    before + behind
    for before in _split("上 下 前 后 大 小 东 西 新 老 ")
    for behind in _split("湖 溪 墩 塘 陈 王 岭 桥 坞 浦 洋 湾")
]

HOMOPHONES = _pairs(
    _split(
        "伟玮 芳方 敏闵 静靖 丽莉 强蔷 军君 勇永 杰捷 娟鹃 明铭 超朝 秀绣 英瑛 华桦 慧惠 玲灵 红虹 "
        "霞侠 香湘 刚钢 洁杰 梅枚 珍真 荣蓉 志智 建健 国帼 辉晖 鹏朋 飞妃 波博 福富 生笙 龙隆 祥翔 "
        "清青 亮谅 斌彬 维惟 启起 翔祥 旭序 佳嘉 欣新 怡宜 张章 章张 王汪 汪王 杨阳 江姜 徐许 许徐 "
    )
)
LOOKALIKES = _pairs(_split("未末 晴睛 娟捐 建健 明朋 杰木 丽俪 敏每 伟纬 洋祥 斌彬 陈阵 李季 刘浏"))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place: town, and either a road with its number or a village, with or without an estate's flat."""

    town: str
    names: tuple[str, str, str]
    road: str = ""
    number: int = 0
    village: str = ""
    estate: str = ""
    building: int = 0
    unit: int = 0
    room: int = 0


@dataclass(frozen=True, slots=True)
class Body:
    """A person or a firm. ``code`` is an identity number or a credit code."""

    name: str
    code: str
    phone: str
    home: Spot
    firm: bool = False


class World:
    """People, firms and places, another one at each call; the same for the same seed."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._people = random.randrange(10**6)
        with TABLE.open(encoding="utf-8", newline="") as lines:
            self._towns = [row["code"] for row in csv.DictReader(lines) if row["level"] == "town"]
        self.firms: dict[tuple[str, str], list[Body]] = {}

    def spot(self, *, town: str | None = None, flat: bool | None = None) -> Spot:
        """A place in ``town`` or any town; with or without a flat."""
        random = self.random
        found = region(town or random.choice(self._towns))
        assert found is not None
        above = list(ancestors(found))
        names = (above[1].name, above[0].name, found.name)
        if flat or (flat is None and random.random() < 0.6):
            road, number, estate = random.choice(_ROADS), random.randint(1, 400), random.choice(_ESTATES)
            building, unit = random.randint(1, 30), random.randint(1, 3)
            room = random.randint(1, 26) * 100 + random.randint(1, 4)
            return Spot(found.code12, names, road, number, "", estate, building, unit, room)
        if random.random() < 0.5:
            return Spot(found.code12, names, random.choice(_ROADS), random.randint(1, 400))
        return Spot(found.code12, names, number=random.randint(1, 300), village=random.choice(_VILLAGES))

    def person(self, home: Spot | None = None) -> Body:
        """Somebody new, at home in ``home`` or anywhere."""
        random = self.random
        self._people += 1
        name = random.choices(_SURNAME, _SHARE)[0] + random.choice(_GIVEN)
        if random.random() < 0.82:
            name += random.choice(_GIVEN)
        return Body(name, citizen_number(self._people), self.phone(), home or self.spot())

    def phone(self) -> str:
        """A mobile number."""
        return f"138{self.random.randrange(10**8):08d}"

    def firm(self, kind: str, spot: Spot, *, usual: bool = True) -> Body:
        """A firm of a trade in the county of ``spot``: mostly one of the few that many have to do with."""
        random = self.random
        trade, county = random.choice(_TRADES.get(kind, ("商贸", "实业", "科技"))), spot.town[:6]
        known = self.firms.setdefault((kind, county), [])
        if known and usual and (len(known) > 40 or random.random() < 0.6):
            return random.choice(known)
        self._people += 1
        seat = spot.names[random.randrange(2)]
        at = random.randrange(len(_STEMS) // 2) * 2
        stem = _STEMS[at : at + 2]
        words = random.choice(_FIRM_WORDS) + random.choice(_FIRM_WORDS)
        form = "股份有限公司" if "银行" in trade else random.choice(("有限公司", "有限公司", "有限责任公司"))
        name = f"{seat if random.random() < 0.7 else ''}{stem}{words}{trade}{form}"
        found = Body(
            name, credit_code(self._people % 10**8), self.phone(), self.spot(town=spot.town, flat=False), firm=True
        )
        known.append(found)
        return found

    def moved(self, who: Body) -> Body:
        """The same person at another address."""
        return replace(who, home=self.spot(town=who.home.town if self.random.random() < 0.5 else None))
