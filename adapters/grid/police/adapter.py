"""Adapter for police calls (110、警综平台): XML documents both ways, GBK replies, the document signed with SM3."""

import hub.api as hub
from adapters.numbers import references
from hub.api import Stage

STAGES = {
    "接警": Stage.RECEIVED, "派警": Stage.DISPATCHED, "到场": Stage.HANDLING, "处置中": Stage.HANDLING,
    "已反馈": Stage.HANDLING, "移交调解": Stage.DISPATCHED, "调解中": Stage.MEDIATING, "调解成功": Stage.SETTLED,
    "调解不成": Stage.UNSETTLED, "撤警": Stage.WITHDRAWN, "办结": Stage.CLOSED,
}  # fmt: skip
"""已反馈 tells that the patrol has reported back, not that the quarrel is over."""

MEDIATED = {"调解成功": True, "调解不成": False}
STEPS = (("BJSJ", "接警", "JJDBH"), ("PJSJ", "派警", "PJDBH"), ("DCSJ", "到场", "PJDBH"), ("FKSJ", "反馈", "FKDBH"))
EXTRA = ("BJLBMC", "BJXLMC", "BJDZ", "GXDWDM", "GXDWMC", "CFBJ", "BJCS")
ASKED = (
    '<?xml version="1.0" encoding="UTF-8"?><REQUEST><BJLBMC>{category}</BJLBMC><KSSJ>{KSSJ}</KSSJ>'
    "<PAGENUM>{PAGENUM}</PAGENUM><PAGESIZE>{PAGESIZE}</PAGESIZE></REQUEST>"
)


class PoliceConfig(hub.AdapterConfig):
    """``category`` is the class of calls asked for, by its name: no other leaves the police net."""

    category: str = "纠纷"


class Police(hub.Adapter[PoliceConfig]):
    """Calls about disputes. Household, key-person marks and signatures of the people involved are not taken."""

    Config = PoliceConfig
    manifest = hub.Manifest(
        name="police", version="1.0.0", kind="grid", title="Police calls", title_zh="警综平台（110）",
        department="GA", code_system="police_type", channel="GA", encoding="gb18030",
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED, hub.Capability.DELETIONS}),
        envelope=hub.Envelope(
            format="xml", ok="RESPONSE.CODE", ok_values=(1,), denied=(-1, -2), throttled=(-9,),
            items="RESPONSE.ROWS.ROW", total="RESPONSE.TOTAL", message="RESPONSE.MESSAGE",
        ),
        signing=hub.Signing(fields=("{timestamp}", "{nonce}", "{body}"), algorithm="hmac-sm3", output="base64"),
        streams=(hub.Stream(request=hub.Request(
            path="/jqgx/query", method="POST", place="xml", template=ASKED,
            paging=hub.PageNumber(page="PAGENUM", size="PAGESIZE"), since=hub.Since(param="KSSJ", style="%Y%m%d%H%M%S"),
        )),),
        stages=STAGES,
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One call in the caller's own words; SCBS 1 takes it back."""
        status, report, told = item.get("AJZT"), item.get("CJCZQK"), (item.get("DSRLB") or {}).get("DSR") or []
        caller = hub.DraftParty(name=item.get("BJRXM"), role="报警人", phone=item.get("BJDH"))
        return hub.Draft(
            key=item["JJDBH"], revision=item.get("GXSJ"), deleted=item.get("SCBS") == "1", detail=item.get("BJNR"),
            code=item.get("BJLXMC"), label=item.get("BJLXMC"), opened=item.get("BJSJ"), closed=item.get("JASJ"),
            status=status, address=item.get("SFDZ") or item.get("BJDZ"), region=item.get("XZQHDM"),
            parties=[caller, *(involved(p) for p in (told if isinstance(told, list) else [told]))],
            steps=[hub.DraftStep(item[at], action, key=item.get(no) or "") for at, action, no in STEPS if item.get(at)],
            references=references(item.get("GLBH"), ("police_call", item["JJDBH"])),
            resolution=hub.DraftResolution(
                method="行政调解" if status in MEDIATED else None, organisation=item.get("GXDWMC"),
                success=MEDIATED.get(status or ""), situation=report,
            ) if report or status in MEDIATED else None,
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip


def involved(row: hub.Item) -> hub.DraftParty:
    """Somebody involved (警情当事人), by the fewest fields that tell who it is and how to reach them."""
    return hub.DraftParty(
        name=row.get("JQDSRXM"), gender=row.get("XBDM"), id_type=row.get("ZJDM"), id_number=row.get("ZJHM"),
        phone=row.get("LXDH"), address=row.get("XZXZ"),
    )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[PoliceConfig]]]:
    """The adapter of this package."""
    return [Police]
