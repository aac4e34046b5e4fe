"""Adapter for court enforcement (执行一件事): requests for assistance and their feedback, by offset, signed headers."""

from collections.abc import Callable

import hub.api as hub
from adapters.court.enforcement.parts import answer, party, standing
from adapters.court.enforcement.requesting import DELIVERING, SENT_BACK, deliver
from adapters.court.enforcement.stages import reading, stage
from adapters.numbers import references
from hub.api import Stage
from schemas.life import ASKED

STAGES = dict.fromkeys(("0", "1", "2", "3", SENT_BACK), Stage.ENFORCING)
"""Sent, received, done, cannot, sent back: the state of one request, which `DELIVERING` reads. The matter is in
enforcement whatever became of it."""

EXTRA = ("SXLX", "AHDM", "ZXFY", "XZJGMC", "QXSZ", "QXDW", "ZXTD", "YZXXZ")


class Enforcement(hub.Adapter[hub.AdapterConfig]):
    """Requests for assistance, one record each: many agencies are asked for one case, whose number joins them.

    It takes requests of ours to agencies and courts, and our feedback on its own.
    """

    manifest = hub.Manifest(
        name="enforcement", version="1.3.0", kind="court", title="Court enforcement", title_zh="执行一件事",
        department="FY", code_system="court_cause", causes=True, channel="FY",
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED, hub.Capability.DELIVER}),
        envelope=hub.Envelope(
            ok="code", ok_values=("00",), denied=("14", "15"), throttled=("29",),
            items="datas", total="totalDataCount", message="msg",
        ),
        signing=hub.Signing(
            fields=("{app_key}", "{timestamp}", "{nonce}"), algorithm="hmac-sha256", output="base64",
            key_name="clientId", timestamp_name="timestamp", nonce_name="nonce", sign_name="sign",
        ),
        streams=(
            hub.Stream(request=reading("/zxyjs/xzqq/page")),
            hub.Stream(name="stages", request=reading("/zxyjs/zxjd/page")),
        ),
        stages=STAGES, delivering=DELIVERING,
    )  # fmt: skip

    def draft_of(self, stream: str) -> Callable[[hub.Item], hub.Draft | hub.DraftEntry]:
        """Stages of the work (执行事务分段集约) are steps of their case, not requests."""
        return stage if stream == "stages" else self.draft

    def draft(self, item: hub.Item) -> hub.Draft:
        """One request. Its case's cause classes it; ``due`` is what the source counted, hours or working days. The
        defects of title an agency found (瑕疵) stand beside. A request of ours bears our key and the case's code."""
        own = [("enforcement_request", item["QQBH"]), ("court_case", item.get("AH") or "")]
        return hub.Draft(
            key=item["QQBH"], revision=item.get("GXSJ"), title=item.get("SXMC"), detail=item.get("QQNR"),
            code=item.get("AYDM"), label=item.get("AY"),
            opened=item.get("FSSJ"), due=item.get("JZSJ"), status=standing(item), status_label=item.get("ZTMC"),
            address=item.get("CCSZD"), region=item.get("CCDDM") or item.get("ZXFY"), amount=item.get("BDJE"),
            parties=[party(p) for p in item.get("DSR") or ()], steps=[answer(f) for f in item.get("FK") or ()],
            references=own + references(item.get("XGAH")) + references(item.get("JFM")),
            extra={name: item.get(name) for name in EXTRA}
            | {ASKED: item.get("XZJGDM"), "defects": item.get("XCQK"), "delivery": item.get("WBQQID")},
        )  # fmt: skip

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """A request for assistance, or feedback on one of the office's own."""
        return deliver(source, delivery, self.manifest.zone)


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [Enforcement]
