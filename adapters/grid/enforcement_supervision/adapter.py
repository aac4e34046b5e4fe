"""Adapter for supervision of enforcement (行政处罚、执法监管): rows after (gxsj, id), SM3 signatures, fines in 万元."""

import hub.api as hub
from adapters.grid.enforcement_supervision.leads import DELIVERING, deliver
from adapters.numbers import references
from hub.api import Stage

STAGES = {
    "10": Stage.RECEIVED, "20": Stage.ACCEPTED, "21": Stage.REFUSED, "30": Stage.HANDLING, "40": Stage.HANDLING,
    "50": Stage.HANDLING, "60": Stage.HANDLING, "70": Stage.FOLLOW_UP, "90": Stage.CLOSED,
}  # fmt: skip
"""Opened (立案) is by an agency, not a court; decided (50) and being carried out (60) are not closed."""

KINDS = {"法人及非法人组织": "2"}
STEPS = (("lasj", "立案"), ("gzsj", "处罚告知"), ("cf_jdrq", "处罚决定"), ("zxrq", "执行"))
EXTRA = ("ajlx", "cf_wfxw", "cf_yj", "cf_nr", "cf_cfjg", "cf_cfjgdm", "cf_gsjzq", "zfly", "del_flag")
DELETED = "2"  # del_flag as frameworks of the RuoYi kind write it; 0 is alive, and 1 is only switched off


class EnforcementSupervision(hub.Adapter[hub.AdapterConfig]):
    """Checks, orders and penalties by rising (gxsj, id). None is a dispute yet; each may become one. Leads go back."""

    manifest = hub.Manifest(
        name="enforcement_supervision", version="1.1.0", kind="grid", title="Enforcement supervision",
        title_zh="行政执法监管", code_system="penalty_kind", channel="WG",
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.ORDERED, hub.Capability.COUNTED,
                                hub.Capability.DELETIONS, hub.Capability.DELIVER}),
        envelope=hub.Envelope(
            ok="code", ok_values=("00",), denied=("E401", "E403"), throttled=("E429",),
            items="datas", total="totalDataCount", message="msg",
        ),
        signing=hub.Signing(
            fields=("{method}", "{path}", "{timestamp}", "{nonce}", "{body}"), joiner="\n", algorithm="hmac-sm3",
            output="HEX", timestamp="iso",
        ),
        streams=(hub.Stream(request=hub.Request(
            path="/zfjg/v1/case/query", method="POST", place="json", since=hub.Since(param="gxsjStart"),
            paging=hub.Keyset(time="gxsj", key="id", after_time="afterGxsj", after_key="afterId", rows=200),
        )),),
        stages=STAGES, delivering=DELIVERING,
    )  # fmt: skip

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """A lead, or a word on one that was sent."""
        return deliver(source, delivery, self.manifest.zone)

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case. Its columns are those of the public penalty lists (双公示); the fine counts in ten thousands."""
        fine = item.get("cf_nr_fk")
        return hub.Draft(
            key=item["id"], revision=item.get("gxsj"), deleted=item.get("del_flag") == DELETED,
            title=item.get("ajmc"), detail=item.get("cf_wfss"), code=item.get("cf_cflbdm"), label=item.get("cf_cflb"),
            opened=item.get("lasj"), due=item.get("bajzrq"), closed=item.get("jarq"), status=item.get("ajzt"),
            status_label=item.get("ajztmc"), address=item.get("fadz"), region=item.get("xzqhdm"),
            amount=f"{fine}万元" if fine else None, parties=[counterpart(item)],
            steps=[hub.DraftStep(at=item[at], action=action, body=item.get("cf_cfjg") or "")
                   for at, action in STEPS if item.get(at)],
            references=references(item.get("glbh"), ("penalty_decision", item.get("cf_wsh") or "")),
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip


def counterpart(item: hub.Item) -> hub.DraftParty:
    """Whom the agency acts upon (行政相对人): a person by identity number, a firm or trader by credit code."""
    kind = item.get("cf_xdr_lb") or "1"
    return hub.DraftParty(
        name=item.get("cf_xdr_mc"), kind=KINDS.get(kind, kind), phone=item.get("lxdh"), address=item.get("cf_xdr_dz"),
        id_number=item.get("cf_xdr_zjhm") or item.get("cf_xdr_shxym"),
    )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [EnforcementSupervision]
