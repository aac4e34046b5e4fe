"""The ordered rules that keep neighbouring items apart (``schemas/taxonomy/SOURCES.md``, section 2), as data.

Each rule names the circumstances it looks for and moves the evidence of the items it takes from to the one it gives to.
Circumstances (signals) are told by words; several words can tell one.
"""

from collections.abc import Callable, Collection, MutableMapping
from dataclasses import dataclass, replace

SIGNALS: dict[str, str] = {
    "crew": (
        "船员 渔工 伙计 二副 鱿钓船 船老大 渔船工资 伙计工资 轮机长 大副 水手 渔船上干活 渔船打工 上船打工 跟船 "
        "远洋渔船 海员 渔船务工"
    ),
    "vessel": "渔船 货轮 出海 远洋 船东 海上作业 捕鱼",
    "sea_area": "海域 滩涂 海水养殖 养殖海域 网箱 紫菜 围垦 海涂 蛏子 养殖塘 退养",
    "expropriation": (
        "征收 征地 征迁 拆迁 征用 安置房 回迁 过渡费 青苗费 青苗补偿 失地农民 征拆 棚改 旧改 城中村改造 拆迁办 "
        "征拆办 安置补偿 拆迁补偿"
    ),
    "disclosure": "信息公开 申请公开 公开文件",
    "ownership_ruling": "确权 权属处理 权属争议 山界 林权 林权证 处理决定 权属",
    "village": (
        "村委会 村委 村集体 村里 村合作社 经济合作社 股份经济合作社 并村 村级 村部 村两委 老村 涉村 村道 村文化礼堂"
    ),
    "village_body": "村委会 村民委员会 村集体 村经济合作社 股份经济合作社 经济合作社",
    "project": "施工合同 承建 工程结算 村道硬化 工程合同",
    "project_debt": "工程款 工程欠款 欠付工程 工程余款 工程尾款 未付工程 工程未付 欠工程 施工费 工程结算款",
    "wages": (
        "农民工工资 民工工资 工人工资 拖欠工资 讨薪 欠薪 工资款 血汗钱 工钱 欠工资 工资未付 未发工资 工资没发 "
        "拿不到工资 工资拖欠 欠发工资 要工资 工资拿不到 没发工资 工资拖着 一分没发"
    ),
    "labourer": "农民工 民工 工地 包工头 班组 工程队 务工 打工 泥工 木工 钢筋工 粉刷 瓦工 项目部",
    "employee": "员工 职工 入职 离职 司机 文员 销售 护士 试用期 劳动合同",
    "training": (
        "培训 培训班 辅导班 补习 补课班 早教 托管班 兴趣班 舞蹈班 课时 课程 英语班 艺考 学科类 网课 琴行 跆拳道 "
        "少儿编程 学费 课外班 英语学校 外语学校 学校外语"
    ),
    "driving_school": "驾校 学车 驾驶证 科目二 科目三",
    "prepaid": "健身卡 健身房 充值卡 预付卡 会员卡 年卡 办卡 美容卡 理发卡 洗车卡 次卡 储值卡 充值 退卡 游泳卡 私教课",
    "medical_beauty": (
        "医美 整形 双眼皮 隆鼻 玻尿酸 抽脂 植发 热玛吉 医疗美容 隆胸 水光针 割双眼皮 美容医院 整容 除皱针"
    ),
    "household": "楼上 楼下 邻居 隔壁 对门 上下楼 住户 楼上业主 邻里 左邻右舍 楼上住户 楼上邻居 隔壁邻居 租户 群租",
    "neighbour": "楼上 邻居 隔壁 对门 邻里 左邻右舍 群租",
    "business": (
        "工厂 厂房 厂里 工地 施工 酒吧 KTV 饭店 餐馆 餐饮 酒店 烧烤 夜宵 商场 养猪场 养殖场 加工厂 化工 化工厂 "
        "汽修 搅拌站 石材厂 洗车店 超市 健身房 广场舞 高速 高架 铁路 轨道 地铁 夜市 大排档 店铺 歌厅 作坊 木材厂 "
        "沥青 砂石厂 打桩 渣土车 机场 棋牌室 厂 烤肉 火锅 餐厅 早餐店 小吃 面馆 垃圾站 垃圾中转站 食堂 地铁站"
    ),
    "odour": "异味 油烟 臭 气味 恶臭 刺鼻",
    "pet": "狗 犬 宠物 养鸡 鸽 猫",
    "leak": "漏水 渗水 渗漏 漏到楼下 漏下来 返水 滴水 泡水 漏水泡",
    "developer": "开发商 交房 精装修 楼盘 商品房质量 收房",
    "injury": (
        "受伤 摔伤 伤残 骨折 烫伤 砸伤 撞伤 咬伤 死亡 身亡 截肢 断指 致残 人身损害 溺水 触电 摔倒 医药费 住院 "
        "摔断 去世 重伤 轻伤 打伤 昏迷 植物人"
    ),
    "road": "车祸 交通事故 追尾 肇事 撞人 事故责任认定 责任认定书 被车撞 电动车相撞 被撞",
    "medical": "医疗事故 误诊 诊疗 医疗过错 医患 术后 医疗损害 接生 用药 医院误 医院推脱 医院责任",
    "school": "学校 幼儿园 在校 体育课 同学 校园 课间 老师 校方 学生",
    "at_work": "工伤 工地 干活 雇主 工友 务工 车间 工亡 作业时 脚手架 雇佣 受雇 施工时 冲床 雇员",
    "recognition": "不予认定 不予工伤认定 认定工伤 不给认工伤 工伤认定 撤销工伤 人社局",
    "road_verdict": "不服事故认定 不服责任认定 认定不公 责任认定不公 交警认定",
    "assault": "打架 殴打 斗殴 被打 打伤 互殴 故意伤害 打人 砍伤 捅伤",
    "justice": "派出所 公安 公安局 民警 交警 法院 法官 检察院 审判 执行局 警察 司法局 公证处 司法鉴定 仲裁委 判决",
    "outcome": (
        "不立案 不予立案 不受理 不服判决 判决不公 不服认定 不服责任认定 不出警 久拖不决 不执行 执行不到 未执行 "
        "枉法 冤假错案 冤案 错判 案件不破 不公正 不服事故认定 报警没人管 报案无果 徇私 改判 再审 不作为 终本 "
        "超期 申诉 执行难 拒不执行"
    ),
    "special": "干部作风 组织人事 民族宗教 宗教 清真 教堂 寺庙 违规提拔 干部任用 生活作风 军转干部身份",
}
"""Words by the circumstance they tell."""

INJURIES = frozenset(("D0701", "D0702", "D0805", "D1301", "D1401", "D1602", "D1801"))
WORK = frozenset(("D0801", "D0802", "D0803", "D0806"))
ADMINISTRATIVE = frozenset(("D1901", "D1902", "D1903", "D1904"))
Scores = MutableMapping[str, float]


@dataclass(frozen=True)
class Rule:
    """Where ``when`` are all told and ``unless`` none, the evidence for ``out_of`` goes to the best-scored of ``into``.

    With none scored it goes to the first. ``name`` is the number in SOURCES.md.
    """

    name: str
    into: tuple[str, ...]
    out_of: frozenset[str]
    when: frozenset[str]
    unless: frozenset[str] = frozenset()

    def move(self, scores: Scores) -> bool:
        """Move the evidence of a rule that `fits`. Returns whether there was any to move."""
        moved = sum([scores.pop(item) for item in sorted(self.out_of & scores.keys())])  # sums must not hang on a hash
        if moved <= 0:
            return False
        target = max(self.into, key=lambda item: scores.get(item, 0.0))
        scores[target] = scores.get(target, 0.0) + moved
        return True

    def fits(self, signals: Collection[str]) -> bool:
        """Whether the circumstances are those of the rule."""
        return self.when.issubset(signals) and self.unless.isdisjoint(signals)

    def current(self, follow: Callable[[str], str | None]) -> "Rule":
        """The rule with retired items pointed on and unknown ones left out; without a target it never fits."""
        into = tuple(code for item in self.into if (code := follow(item)))
        out_of = frozenset(code for item in self.out_of if (code := follow(item))) - frozenset(into)
        return replace(self, into=into, out_of=out_of if into else frozenset())


def _rule(name: str, into: str, out_of: Collection[str] | str, when: str, unless: str = "") -> Rule:
    targets = tuple(into.split())
    taken = frozenset(out_of.split() if isinstance(out_of, str) else out_of) - frozenset(targets)
    return Rule(name, targets, taken, frozenset(when.split()), frozenset(unless.split()))


RULES: tuple[Rule, ...] = (
    # 1 Sea and fishery first.
    _rule("1", "D1801", WORK | INJURIES, "crew"),
    _rule("1", "D1801", WORK, "vessel wages"),
    _rule("1", "D1803", "D0202 D0904 D1001 D1004 D1102 D1902 D1904", "sea_area"),
    # 2 Expropriation whatever the procedure; rulings on natural resources; only other administrative acts to D19.
    _rule("2", "D0901 D0902 D0903 D0904", ADMINISTRATIVE, "expropriation", "disclosure"),
    _rule("2", "D1002 D1001 D1004 D1803", "D1902 D1904", "ownership_ruling", "expropriation"),
    # 3 A village as debtor of a project; then wages of those who build.
    _rule("3", "D1104", "D0501 D0502 D0504 D0601", "village project_debt"),
    _rule("3", "D1104", "D0601 D1101", "village_body project"),
    _rule("3", "D0801", "D0601 D0802", "wages labourer", "project_debt crew"),
    _rule("3", "D0802", "D0801", "wages employee", "labourer crew"),
    # 4 Training, prepaid or not; other prepaid cards; medical beauty.
    _rule("4", "D1601", "D1202 D1203 D1201 D0503 D1603", "training prepaid", "driving_school"),
    _rule("4", "D1202", "D1203 D1201 D0503", "prepaid", "training medical_beauty driving_school"),
    _rule("4", "D1302", "D1202 D1203 D1301 D1303", "medical_beauty"),
    # 5 Noise and odour: a business's is pollution, a household's is a neighbour's.
    _rule("5", "D1502", "D0203", "business odour", "pet"),
    _rule("5", "D1501", "D0203", "business", "pet"),
    _rule("5", "D0203", "D1501 D1502", "neighbour", "business"),
    # 6 A leak between households, whatever it was filed as.
    _rule("6", "D0201", "D0202 D0203 D0204 D0303 D0701 D0703", "leak household", "developer"),
    # 7 Injury: the first place that fits takes it.
    _rule("7", "D1401", INJURIES, "injury road"),
    _rule("7", "D1301", INJURIES, "injury medical", "road"),
    _rule("7", "D1602", INJURIES, "injury school", "road medical"),
    _rule("7", "D0805", INJURIES, "injury at_work", "road medical school crew"),
    _rule("7", "D0702", "D0701", "assault", "road medical school at_work crew"),
    # 8 Against what police, courts and prosecutors did: D20; against any other authority's act: D19.
    _rule("8", "D2002 D2001 D2003", ADMINISTRATIVE, "justice outcome", "expropriation"),
    _rule("8", "D2001", "D1401", "road_verdict"),
    _rule("8", "D1902", "D0805", "recognition"),
    # 9 Matters not suited to mediation. Insufficient information is never D2103 here: it stays unmapped.
    _rule("9", "D2102", "D1101 D1904", "special", "village"),
)  # fmt: skip

FILED_AS: dict[str, str] = {
    **dict.fromkeys(("D0802", "D0803"), "1"),
    **dict.fromkeys(ADMINISTRATIVE, "2"),
    "D0601": "3",
    "D1303": "4",
    **dict.fromkeys(("D0202", "D0703"), "6"),
}
"""Items a *cause of action* leads to that a rule may still move by the text, and that rule: a cause names the legal
relation (财产损害赔偿, 建设工程施工合同, 行政协议), not what leaked, that a village owes or that land was taken."""
