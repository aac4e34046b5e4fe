"""Adapter for police calls (110、警综平台): XML documents both ways, signed with SM3; calls pushed as JSON."""

import hub.api as hub
from adapters.grid.police.call import STAGES, call
from adapters.grid.police.feedback import DELIVERING, deliver
from hub.api import Capability

SIGNING = hub.Signing(fields=("{timestamp}", "{nonce}", "{body}"), algorithm="hmac-sm3", output="base64")
ORDERS = hub.Webhook(
    signing=SIGNING, envelope=hub.Envelope(items="ROWS", single=True), encoding="utf-8",
    answer='{"CODE":1,"MESSAGE":"成功"}',
)  # fmt: skip
"""A call handed to mediators (联动指令), pushed when it is. The gap it comes through may take its time."""

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
        name="police", version="1.1.0", kind="grid", title="Police calls", title_zh="警综平台（110）",
        department="GA", code_system="police_type", channel="GA", encoding="gb18030",
        capabilities=frozenset({
            Capability.INCREMENTAL, Capability.COUNTED, Capability.DELETIONS, Capability.PUSH, Capability.DELIVER,
        }),
        envelope=hub.Envelope(
            format="xml", ok="RESPONSE.CODE", ok_values=(1,), denied=(-1, -2), throttled=(-9,),
            items="RESPONSE.ROWS.ROW", total="RESPONSE.TOTAL", message="RESPONSE.MESSAGE",
        ),
        signing=SIGNING,
        streams=(hub.Stream(request=hub.Request(
            path="/jqgx/query", method="POST", place="xml", template=ASKED,
            paging=hub.PageNumber(page="PAGENUM", size="PAGESIZE"), since=hub.Since(param="KSSJ", style="%Y%m%d%H%M%S"),
        )),),
        stages=STAGES, webhook=ORDERS, delivering=DELIVERING,
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One call in the caller's own words; SCBS 1 takes it back."""
        told = (item.get("DSRLB") or {}).get("DSR") or []
        return call(item, told if isinstance(told, list) else [told])

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """One word on a call: taken by a mediator or not, how it goes, what came of it."""
        return deliver(source, delivery, self.manifest.zone)


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[PoliceConfig]]]:
    """The adapter of this package."""
    return [Police]
