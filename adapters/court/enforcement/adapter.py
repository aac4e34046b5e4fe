"""Adapter for court enforcement (执行一件事): requests for assistance and their feedback, by offset, signed headers."""

from collections.abc import Callable

import hub.api as hub
from adapters.court.enforcement.stages import reading, stage
from adapters.numbers import references
from hub.api import Stage

STAGES = dict.fromkeys(("0", "1", "2", "3"), Stage.ENFORCING)
"""Sent, received, done, cannot: the state of one request. The matter is in enforcement whatever became of it."""

ROLES = {"案外人": "3", "协助执行人": "3"}
EXTRA = ("SXLX", "AHDM", "ZXFY", "XZJGDM", "XZJGMC", "QXSZ", "QXDW", "ZXTD", "YZXXZ")


class Enforcement(hub.Adapter[hub.AdapterConfig]):
    """Requests for assistance, one record each: many agencies are asked for one case, whose number joins them."""

    manifest = hub.Manifest(
        name="enforcement", version="1.1.0", kind="court", title="Court enforcement", title_zh="执行一件事",
        department="FY", code_system="court_cause", causes=True, channel="FY",
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
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
        stages=STAGES,
    )  # fmt: skip

    def draft_of(self, stream: str) -> Callable[[hub.Item], hub.Draft | hub.DraftEntry]:
        """Stages of the work (执行事务分段集约) are steps of their case, not requests."""
        return stage if stream == "stages" else self.draft

    def draft(self, item: hub.Item) -> hub.Draft:
        """One request. Its case's cause classes it; ``due`` is what the source counted, hours or working days."""
        own = [("enforcement_request", item["QQBH"]), ("court_case", item.get("AH") or "")]
        return hub.Draft(
            key=item["QQBH"], revision=item.get("GXSJ"), title=item.get("SXMC"), detail=item.get("QQNR"),
            code=item.get("AYDM"), label=item.get("AY"),
            opened=item.get("FSSJ"), due=item.get("JZSJ"), status=item.get("ZT"), status_label=item.get("ZTMC"),
            address=item.get("CCSZD"), region=item.get("CCDDM") or item.get("ZXFY"), amount=item.get("BDJE"),
            parties=[party(p) for p in item.get("DSR") or ()], steps=[answer(f) for f in item.get("FK") or ()],
            references=own + references(item.get("XGAH")),
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip


def party(row: hub.Item) -> hub.DraftParty:
    """A party to the enforcement, in the court's words; who only holds or claims the thing is a third one."""
    standing = row.get("SSDW") or "1"
    return hub.DraftParty(
        name=row.get("XM"), role=ROLES.get(standing, standing), kind=row.get("LX") or "1",
        id_number=row.get("ZJHM"), phone=row.get("SJHM"), address=row.get("DZ"),
    )  # fmt: skip


def answer(row: hub.Item) -> hub.DraftStep:
    """One feedback (反馈) of the agency asked. The clerk's name stays at the source."""
    return hub.DraftStep(
        at=row.get("FKSJ"), action=row.get("FKLX") or "", body=row.get("FKJG") or "", note=row.get("FKNR") or "",
        key=row.get("FKBH") or "",
    )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [Enforcement]
