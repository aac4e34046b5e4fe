"""Courts that enforce, and the agencies they ask, for tests: a mobile court, the enforcement gateways of two counties,
all over real HTTP on loopback.

Agencies have no system of their own: what is handed to a gateway they find in its table of requests, and there they
answer (`Agencies`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from province import Province, at_work

from conformance.lab.receiver import Taken

COURT, YUHANG, JIANDE = "court", "exec", "exec_jiande"
CHECK = """
[http]
connect_s = 2
read_s = 1
total_s = 2
attempts = 2

[[case.route]]
name = "joint_check"
from = "court"
stage = "enforcing"
kind = "enforcement_assistance"
to = "exec"
rule = "enforcement_check"
ask = [
    { of = "ZR330110", title = "余杭区自然资源局", reason = "03", text = "征询房产权利瑕疵" },
    { of = "SW330110", title = "余杭区税务局", reason = "03", text = "征询欠税情况" },
    { of = "GA330110", title = "余杭区公安分局", reason = "06", text = "查询车辆", rule = "enforcement_feedback" },
]

[[case.route]]
name = "refusal"
from = "court"
stage = []
kind = "enforcement_assistance"
to = "exec"
rule = "enforcement_feedback"
ask = [
    { of = "GA330110", title = "余杭区公安分局", reason = "09", text = "移送拒执线索" },
    { of = "JC330110", title = "余杭区人民检察院", reason = "09", text = "移送拒执线索" },
]

[[case.route]]
name = "transfer"
from = "court"
stage = []
kind = "enforcement_assistance"
to = "exec"
rule = "title_transfer"
ask = [{ of = "ZR330110", title = "余杭区自然资源局", reason = "04", text = "办理产权过户" }]

[[case.route]]
name = "court_to_court"
from = "exec"
stage = "enforcing"
kind = "enforcement_assistance"
to = "enforcement"
rule = "enforcement_feedback"
ask = [{ of = "court", reason = "05" }]
"""


class Agencies:
    """Those who are asked: each request handed to a gateway stands in its table, and there they answer."""

    def __init__(self, enforcing: "Enforcing") -> None:
        self.enforcing = enforcing
        self.seen: dict[str, tuple[str, str]] = {}  # by key of the delivery: the gateway, its number of the request

    def work(self) -> None:
        """Enter what has been handed over since."""
        for gateway in (YUHANG, JIANDE):
            for count, act in enumerate(self.enforcing.requests(gateway), 1):
                if act.key in self.seen:
                    continue
                number = self.enforcing.number_of(gateway, act)
                self.seen[act.key] = gateway, number
                told = {name: act.fields[name] for name in ("JFM", "SXLX", "SXMC", "QQNR", "XZJGDM", "XZJGMC", "FSSJ")}
                self.enforcing.add(
                    gateway, QQBH=number, AHDM=f"99{count:04}", AH="", ZT="0", ZTMC="已发送", FK=[], DSR=[], FJ=[],
                    XGAH="", CCSZD="", CCDDM="330110", ZXFY="浙0110", JZSJ=act.fields["JZSJ"], XCQK="", WBQQID=act.key,
                    **told,
                )  # fmt: skip

    def tell(self, agency: str, state: str, said: str = "", *, kind: str = "反馈", defects: str = "") -> None:
        """What an agency answers to the last request it was sent."""
        asked = [
            (gateway, row) for gateway, number in self.seen.values() for row in self.enforcing.rows(gateway)
            if (row["QQBH"], row["XZJGDM"]) == (number, agency)
        ]  # fmt: skip
        gateway, row = asked[-1]
        stamp = self.enforcing.local("%Y%m%d%H%M%S")
        fed = {"FKBH": f"FK{len(row['FK'])}", "FKSJ": stamp, "FKLX": kind, "FKJG": row["XZJGMC"], "FKNR": said}
        self.enforcing.rows(gateway).update(row["QQBH"], ZT=state, FK=[*row["FK"], fed], XCQK=defects, GXSJ=stamp)


class Enforcing(Province):
    """The courts, and a hub among them."""

    bodies: ClassVar[Mapping[str, str]] = {COURT: "mobile_court", YUHANG: "enforcement", JIANDE: "enforcement"}
    homes: ClassVar[Mapping[str, str]] = {JIANDE: "330182"}
    routes = CHECK

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url)
        self.agencies = Agencies(self)
        self.mediators = self.agencies  # type: ignore[assignment]  # who works between two rounds

    def requests(self, gateway: str) -> list[Taken]:
        """What was handed to a gateway for its agencies, each once."""
        return self.acts(gateway, "/xzqq/send")

    def number_of(self, gateway: str, act: Taken) -> str:
        """The number the gateway gave it."""
        wire = self.wires[gateway]
        number = self.subjects[gateway].spec.deliver.number  # type: ignore[union-attr]
        count = next(at for at, each in enumerate(wire.acts, 1) if each.key == act.key)  # type: ignore[attr-defined]
        return f"{number[:-3]}{count:03}"

    def judgment(self, key: str = "990110202603000501", **more: Any) -> None:
        """A case of the court that goes into enforcement."""
        row = {
            "AHDM": key, "AH": f"（2026）浙0110执{key[-3:]}号", "AJZT": "执行", "JAFS": "", "JARQ": "", "XGAH": "",
            "QRAH": "", "LARQ": self.local("%Y%m%d"), "JBFY": "浙0110", "SLFY": "浙0110", "JDXX": [],
        }  # fmt: skip
        self.add(COURT, **(row | more))

    def vehicle(self, key: str = "XZ330110202611220004", region: str = "330182", agency: str = "", **more: Any) -> None:
        """A request of Yuhang's own office: a vehicle stands in another county and is to be seized there."""
        row = {
            "QQBH": key, "AHDM": "990110202605000004", "AH": "（2026）浙0110执622号", "SXLX": "05",
            "SXMC": "委托查扣车辆", "XZJGDM": agency, "XZJGMC": "", "ZT": "0", "ZTMC": "已发送", "FK": [], "XGAH": "",
            "CCDDM": region, "CCSZD": "某镇某村", "FSSJ": self.local("%Y%m%d%H%M%S"), "XCQK": "", "JFM": "",
            "WBQQID": "",
        }  # fmt: skip
        self.add(YUHANG, **(row | more))


@contextmanager
def enforcing(folder: Path, url: str) -> Iterator[Enforcing]:
    """One at work."""
    with at_work(Enforcing(folder, url)) as here:
        yield here
