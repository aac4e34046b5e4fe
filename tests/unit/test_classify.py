"""Text to item: own sentences for every item, the ordered tie-break rules, and what must stay unmapped."""

import re

import pytest

from hub.contract import Manifest
from hub.mapping.classify import Classifier
from hub.mapping.keywords import Keyword, keywords
from hub.mapping.mapper import Mapper
from hub.mapping.tiebreak import FILED_AS, RULES, SIGNALS
from schemas.record import Classification
from schemas.taxonomy import load

PLAIN_WORDS = {
    "D0101": ("退还彩礼", "订婚后女方悔婚，男方要求返还彩礼八万八千元和三金。"),
    "D0102": ("三个儿子都不肯赡养老母亲", "老人今年八十二岁，要求三个儿子按月支付赡养费。"),
    "D0103": ("兄妹因父亲遗产继承起争执", "父亲去世后留下的老房，哥哥拿出一份遗嘱，妹妹不认。"),
    "D0104": ("丈夫酗酒后殴打妻子", "女方多次遭受家暴，申请人身安全保护令。"),
    "D0201": ("楼上漏水", "楼上卫生间漏水，我家天花板渗水发霉，楼上住户不肯修。"),
    "D0202": ("邻居砌墙堵住通道", "邻居翻修时砌了围墙，挡住采光，还堵了共用巷道。"),
    "D0203": ("楼上半夜吵闹", "楼上小孩每晚蹦跳，脚步声很大，还养了两只狗，狗叫扰民。"),
    "D0204": ("邻里口角", "两家因占地种菜互相对骂，积怨已久。"),
    "D0301": ("开发商延期交房", "购房合同约定去年底交房，至今未交，要求退房款。"),
    "D0302": ("房东押金不退", "租房到期后房东不退押金，租客不肯搬走。"),
    "D0303": ("借名买房后不肯过户", "房屋登记在表弟名下，现表弟不配合过户，产权有争议。"),
    "D0304": ("宅基地被占", "邻户农村建房时占用宅基地约八平方米。"),
    "D0401": ("业主拒交物业费", "物业公司服务差，保洁不到位，业主拒交物业管理费。"),
    "D0402": ("业委会换届引发争议", "部分业主要求撤销业主大会决议，公开账目。"),
    "D0403": ("小区地下车位只售不租", "开发公司将地下车库高价出售，业主停车难。"),
    "D0404": ("加装电梯低层住户反对", "三单元加装电梯，一楼住户认为影响采光并要求分配公共收益。"),
    "D0501": ("借钱不还", "有借条一张，借款五万元，约定月息一分，到期后一直赖账。"),
    "D0502": ("拖欠货款", "供货两年，对账单确认尚欠货款二十一万元。"),
    "D0503": ("要求退还加盟费", "签了奶茶加盟合同，总部没有提供服务，要求解除合同。"),
    "D0504": ("替朋友担保被追偿", "担保人代偿后向债务人追偿垫付款。"),
    "D0601": ("工程款未结", "分包单位完工并竣工验收，总包拖欠工程款六十万元，质保金也未退。"),
    "D0602": ("合伙人散伙", "合伙开厂，一方要求退股，另一方不给查账，公司章程没有约定。"),
    "D0603": ("店招被诉商标侵权", "权利人称其商标侵权，要求赔偿并停止使用字号。"),
    "D0604": ("买到假种子减产", "农资店卖的稻种发芽率低，二十亩减产绝收。"),
    "D0701": ("在商场摔倒骨折", "地面湿滑没有提示，老人滑倒摔伤，要求赔偿医药费。"),
    "D0702": ("酒后打架", "两人酒后互殴，一人轻微伤，要求对方赔医药费。"),
    "D0703": ("车停路边被划", "车辆被划，维修费三千元，要求赔偿损失。"),
    "D0704": ("在朋友圈造谣诽谤", "对方在微信群里散布谣言，侵犯名誉权，要求道歉。"),
    "D0801": ("农民工讨薪", "二十名农民工在工地干活，包工头拖欠工资十三万元左右。"),
    "D0802": ("公司不发加班费", "公司克扣工资，年终奖和提成一直不发。"),
    "D0803": ("被公司无故辞退", "未签劳动合同，口头辞退，要求经济补偿金。"),
    "D0804": ("单位不缴社保", "入职三年单位未缴社保，要求补缴社保。"),
    "D0805": ("车间干活断指", "员工在车间被机器压断手指，老板不肯认工伤，要求工伤赔偿。"),
    "D0806": ("外卖骑手被平台扣款", "外卖骑手与站点签的是承揽协议，平台用工关系说不清。"),
    "D0901": ("征地补偿款没有到位", "村民土地被征收三年，补偿标准不公开，征地补偿款未付。"),
    "D0902": ("城中村改造补偿谈不拢", "旧城改造，对房屋征收评估价有异议，停产停业损失未补。"),
    "D0903": ("安置房迟迟不交", "拆迁五年，安置房没有交付，过渡费也停发了。"),
    "D0904": ("架线占地青苗补偿", "施工占地毁了果树，青苗费没有付，还要求迁坟。"),
    "D1001": ("土地流转费拖欠", "承包户流转土地三年没付租地款，要收回承包地。"),
    "D1002": ("毛竹山山界争议", "两户对自留山界址有争议，一方偷砍林木。"),
    "D1003": ("水沟被填埋", "上游农户填了水沟，三亩农田积水，水稻被淹。"),
    "D1004": ("两村争地", "两个村对山脚地界有争议，土地权属不清，一方还在非法采砂。"),
    "D1101": ("村务不公开", "村支书多年不公开账目，村民要求村务公开。"),
    "D1102": ("村集体厂房低价出租", "集体资产未经表决低价发包，三资管理混乱。"),
    "D1103": ("外嫁女要求分红", "外嫁女户口未迁，被取消成员资格，没有分到集体分红。"),
    "D1104": ("村委会拖欠村道工程款", "承建村文化礼堂，村集体欠工程款到期未付。"),
    "D1201": ("买到过期食品商家不退货", "超市买的牛奶已过期，商家拒绝退款。"),
    "D1202": ("健身房关门停业", "办了健身卡，充值余额六千元，老板跑路，卡内余额无法退。"),
    "D1203": ("家装公司拖工期", "签了装修合同，装修公司收了装修款却停工。"),
    "D1204": ("网购不发货", "在直播间下单，店家一直不发货，平台不处理。"),
    "D1205": ("旅行社强制购物", "报了低价游，导游强制购物，要求退团费。"),
    "D1206": ("小区频繁停电", "供电公司检修后经常停电，电费异常也没人管。"),
    "D1301": ("手术失败要求赔偿", "病人在医院误诊，手术后瘫痪，家属认为是医疗事故。"),
    "D1302": ("割双眼皮失败", "在医疗美容机构做整形，效果差，要求退费。"),
    "D1303": ("医院乱收费", "住院期间重复检查，医生态度差，护工收费不合理。"),
    "D1401": ("电动车与轿车相撞", "发生交通事故，责任认定书下来了，误工费和伤残赔偿谈不拢。"),
    "D1402": ("出租车绕路拒载", "出租车司机故意绕路，多收车费。"),
    "D1403": ("驾校不退费", "学车一年没排上课，驾校教练推诿，要求学车退费。"),
    "D1501": ("工地夜间施工", "工地打桩，夜间施工噪音大，居民无法休息。"),
    "D1502": ("饭店油烟直排", "楼下饭店油烟从烟囱直排，臭味难闻。"),
    "D1503": ("工厂偷排污水", "河水变黑，死鱼漂起，怀疑上游厂偷排废水。"),
    "D1504": ("反对建变电站", "居民担心变电站辐射，反对高压线从屋顶过。"),
    "D1601": ("英语培训机构退费", "英语学校停业，剩余课时费一万二未退，培训合同还有半年。"),
    "D1602": ("学生体育课受伤", "孩子在校摔伤骨折，校方责任如何承担。"),
    "D1603": ("学区划分不公", "小区适龄儿童无法入学，招生学位不足。"),
    "D1604": ("民办幼儿园停办", "民办学校举办者变更，代课教师待遇没有着落。"),
    "D1701": ("信用卡逾期被催收", "银行贷款逾期后遭暴力催收，征信受影响。"),
    "D1702": ("保险公司拒赔", "投保重疾险三年，确诊后保险公司拒赔。"),
    "D1703": ("委托理财亏损", "经人荐股，委托理财，私募基金亏损四十万。"),
    "D1704": ("P2P平台爆雷", "投资人被高额返利吸引，平台爆雷，涉嫌非法集资。"),
    "D1801": ("船员工资被拖欠", "在渔船上做了一年船员，船东拖欠工资四万元。"),
    "D1802": ("渔网被拖断", "流网作业时被拖网船割网，渔获损失大。"),
    "D1803": ("滩涂养殖补偿", "围垦后养殖塘被收回，海域使用补偿没谈好。"),
    "D1804": ("货轮碰撞渔船沉船", "两船船舶碰撞，打捞费和海运货损未赔。"),
    "D1901": ("不服行政处罚决定", "被责令停产并罚款，认为处罚决定不公，要求撤销。"),
    "D1902": ("身份被冒名登记公司", "被人冒名登记为法定代表人，要求撤销登记。"),
    "D1903": ("招商引资奖励不兑现", "镇政府承诺的奖励政策不兑现，行政协议未履行。"),
    "D1904": ("申请信息公开被拒", "依申请公开未答复，提起行政复议。"),
    "D2001": ("派出所不立案", "被骗后报案，派出所不予立案，案件不破。"),
    "D2002": ("不服法院判决", "判决不公，申请再审，胜诉的案子执行难。"),
    "D2003": ("公证处出错证", "公证处公证书有误，司法鉴定意见也不服。"),
    "D2101": ("退役军人安置问题", "退伍安置没有落实，低保申请也未批。"),
    "D2102": ("反映寺庙与信教群众的问题", "涉及民族宗教场所管理。"),
}  # fmt: skip
"""One plain matter an item, title and detail."""

SEED = [
    ("房屋漏水", "楼上渗水，楼下天花板大面积泡水，要求赔偿。", "D0201"),
    ("校外培训", "孩子报了英语培训，机构关门，学费退不回来。", "D1601"),
    ("拖欠工程款", "施工队完工后业主方一直拖欠工程款。", "D0601"),
    ("健身房充值卡", "健身房跑路，213名消费者的充值卡余额无法退还。", "D1202"),
    ("老村遗留工程款", "两村合并后，涉村集体工程款到期欠付，村里未付。", "D1104"),
    ("农田积水", "水沟被填，农田积水，庄稼被淹。", "D1003"),
    ("宅基地争议", "两户为宅基地边界争执。", "D0304"),
    ("征迁补偿", "征迁补偿款没有谈拢。", "D0901"),
    ("船员欠薪", "渔船船员三个月工资没有发。", "D1801"),
    ("债务纠纷", "借条写明借款三万元，一直不还钱。", "D0501"),
    ("拖欠租金、房屋腾退", "商铺承租人欠租金，租约到期不肯腾退。", "D0302"),
    ("意外人身损害", "帮忙搬家具时从楼梯滑倒受伤。", "D0701"),
    ("行政合同纠纷", "与镇政府签的行政协议，补贴不兑现。", "D1903"),
    ("农民工欠薪", "工地欠薪约130000元，民工集体讨薪。", "D0801"),
]
"""The example cases of SOURCES.md, section 2, in words of our own."""

RULE_CASES = [
    ("1", "渔船打工欠薪", "在远洋渔船上打工，船东欠工资，工钱八万元未付。", "D1801"),
    ("1", "海涂被收回", "集体土地确权时把滩涂养殖塘划走，养殖补偿没有。", "D1803"),
    ("2", "征收强拆不服", "房屋征收中被强制拆除，不服行政处罚式的强拆，要求补偿。", "D09"),
    ("2", "山界权属处理决定不服", "对林权证和山界权属处理决定不服，申请行政复议。", "D1002"),
    ("3", "村里欠工程款", "修村道的施工合同，村委会工程款未付。", "D1104"),
    ("3", "工程队工人工资", "工地班组的工人工资没付，施工方停工了。", "D0801"),
    ("3", "公司职工讨薪", "公司职工入职一年，公司欠薪两个月，职工讨薪。", "D0802"),
    ("4", "培训班充值课时", "给孩子在舞蹈培训班办卡充值，会员卡里课时没用完就停业。", "D1601"),
    ("4", "美容卡余额", "美容美发店办卡充值后停业。", "D1202"),
    ("4", "医美充值", "在整形医院充值办卡打玻尿酸，手术后感染。", "D1302"),
    ("5", "烧烤店噪音扰民", "烧烤店深夜吵闹扰民，异味重。", "D15"),
    ("5", "隔壁住户噪音", "隔壁邻居打麻将，噪音扰民到凌晨。", "D0203"),
    ("6", "相邻关系", "楼上渗漏，楼下财物损坏，要求赔偿损失，相邻关系。", "D0201"),
    ("7", "上班途中车祸骨折", "骑车上班被撞，交通事故致骨折受伤，是否算工伤。", "D1401"),
    ("7", "在校被打伤", "同学打架，孩子在学校被打伤住院。", "D1602"),
    ("7", "工地摔伤", "在工地干活时从脚手架摔伤骨折。", "D0805"),
    ("7", "被打伤", "饭后与人争执被打伤住院，要求赔偿医药费。", "D0702"),
    ("8", "公安不作为", "报警后派出所不立案，公安局互相推诿不作为。", "D2001"),
    ("8", "对城管处罚不服", "城管罚款，不服行政处罚决定。", "D1901"),
    ("9", "举报干部作风", "镇干部作风问题，组织人事任用不公。", "D2102"),
]

UNMAPPED = [
    ("建议增设公交站点", "希望在小区东门增设一个公交站，方便出行。"),
    ("咨询办理时间", "请问周末能否办理？谢谢。"),
    ("感谢政府", "感谢工作人员热情服务，点赞。"),
    ("路灯坏了", "村口路灯坏了一个月，晚上很黑。"),
    ("情况反映", "具体情况见附件。"),
    ("其他", "无法归类，情况不详，待核实，综合诉求。"),
    ("Pothole on Main Street", "There is a large pothole near the corner."),
    ("", ""),
]


@pytest.fixture(scope="module")
def mapper() -> Mapper:
    return Mapper(load())


def read(mapper: Mapper, title: str, detail: str) -> Classification:
    return mapper.classify(code=None, label=None, edition=None, title=title, detail=detail)


def test_there_is_a_sentence_for_every_item_but_other():
    assert PLAIN_WORDS.keys() == load().items.keys() - {"D2103"}


@pytest.mark.parametrize(("item", "title", "detail"), [(item, *texts) for item, texts in PLAIN_WORDS.items()])
def test_a_clear_dispute_in_plain_words_is_found(mapper, item, title, detail):
    found = read(mapper, title, detail)
    assert (found.item, found.method) == (item, "text"), found.evidence


@pytest.mark.parametrize(("title", "detail", "item"), SEED)
def test_the_example_cases_fall_where_the_sources_say(mapper, title, detail, item):
    found = read(mapper, title, detail)
    assert found.item == item, found.evidence


@pytest.mark.parametrize(("rule", "title", "detail", "item"), RULE_CASES)
def test_tie_break_rules_hold(mapper, rule, title, detail, item):
    found = read(mapper, title, detail)
    assert found.item is not None and found.item.startswith(item), found.evidence


@pytest.mark.parametrize(("title", "detail"), UNMAPPED)
def test_what_is_no_clear_dispute_stays_unmapped(mapper, title, detail):
    found = read(mapper, title, detail)
    assert (found.item, found.category, found.method, found.confidence) == (None, None, "unmapped", 0.0), found.evidence


def test_every_numbered_rule_has_a_case_and_comes_in_order():
    numbers = [rule.name for rule in RULES]
    assert numbers == sorted(numbers)
    assert {case[0] for case in RULE_CASES} == set(numbers) == set("123456789")
    assert set(FILED_AS.values()) <= set(numbers)


def test_rules_use_known_signals_and_live_items():
    taxonomy = load()
    for rule in RULES:
        assert rule.when | rule.unless <= SIGNALS.keys()
        assert all(taxonomy.live(item) for item in (*rule.into, *rule.out_of))
        assert not rule.out_of & set(rule.into)


def test_an_answer_is_explained_by_our_words_only(mapper):
    found = read(mapper, "楼上漏水", "我是张三丰，住3幢501室，电话13800000001，楼上渗水。")
    assert found.item == "D0201"
    assert re.search(r"text: .*漏水.* D0201=\d", found.evidence)
    assert not re.search("张三丰|501|13800000001", found.evidence + "".join(found.candidates))


def test_confidence_lies_in_the_unit_interval_and_rises_with_evidence(mapper):
    weak = read(mapper, "要求退费", "驾校不退费。")
    strong = read(mapper, "驾校拖着不退费", "驾校教练推诿，学车退费无果，驾校乱收费。")
    assert 0 < weak.confidence < strong.confidence < 1


def test_other_is_never_found_by_text(mapper):
    words = " ".join(load().items["D2103"].keywords)
    assert read(mapper, words, words).item is None
    assert all(keyword.item != "D2103" for keyword in keywords(load()))


def test_a_long_text_needs_more_than_a_passing_word(mapper):
    filler = "我们多次向有关部门反映，希望引起重视，妥善处理。" * 30
    assert read(mapper, "情况反映", "加油站旁的农药店。").item != "D0604"
    assert read(mapper, "情况反映", filler + "路边有人卖化肥。").item is None


def test_title_counts_more_than_detail():
    classifier = Classifier([Keyword("甲", "D0101", 2.0), Keyword("乙", "D0102", 2.0)], {}, ())
    assert classifier.read("甲甲", "乙").candidates[0] == "D0101"
    assert classifier.read("乙乙", "甲").candidates[0] == "D0102"


def test_the_longest_word_counts_and_hides_no_evidence():
    classifier = Classifier(
        [Keyword("漏水", "D0201", 2.0), Keyword("楼上漏水", "D0201", 3.0), Keyword("楼上", "D0203", 1.0)], {}, ()
    )
    assert "D0201=3.0; next D0203=1.0" in classifier.read("", "楼上漏水").evidence


def test_equal_scores_decide_nothing():
    classifier = Classifier([Keyword("甲", "D0101", 3.0), Keyword("乙", "D0102", 3.0)], {}, ())
    found = classifier.read("", "甲乙")
    assert (found.item, found.candidates) == (None, ("D0101", "D0102"))


def test_among_candidates_little_evidence_is_enough_and_others_do_not_count():
    classifier = Classifier([Keyword("甲", "D0101", 1.2), Keyword("乙", "D0201", 3.0)], {}, ())
    assert classifier.read("", "甲乙").item == "D0201"
    assert classifier.read("", "甲乙", among={"D0101", "D0102"}).item == "D0101"
    assert classifier.read("", "甲").item is None


def test_the_version_names_taxonomy_and_rules():
    taxonomy = load()
    mapper = Mapper.for_manifest(Manifest(name="x", version="1", kind="grid"), taxonomy)
    assert mapper.version.startswith(f"{taxonomy.version}+")
    assert read(mapper, "", "").mapping == mapper.version


def test_whatever_decides_changes_the_version():
    plain = Classifier([Keyword("甲", "D0101", 3.0)], {"crew": "船员"}, RULES)
    assert plain.version == Classifier([Keyword("甲", "D0101", 3.0)], {"crew": "船员"}, RULES).version
    others = [
        Classifier([Keyword("甲", "D0101", 2.0)], {"crew": "船员"}, RULES),
        Classifier([Keyword("甲", "D0101", 3.0)], {"crew": "海员"}, RULES),
        Classifier([Keyword("甲", "D0101", 3.0)], {"crew": "船员"}, RULES[1:]),
    ]
    assert len({plain.version, *(each.version for each in others)}) == 4
