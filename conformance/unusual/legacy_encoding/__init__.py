"""GB18030 under the name of its ancestor, as village registers give it: 㛃, 䶮 and 𠮷 are in names all the same."""

import hub.api as hub
from hub.api import Stage


class LegacyEncoding(hub.Adapter[hub.AdapterConfig]):
    """The register of a people's mediation committee: JSON over GET, an offset, columns named by their initials."""

    manifest = hub.Manifest(
        name="legacy_encoding", version="1.0.0", kind="mediation", title="GB18030", title_zh="国标编码的登记簿",
        channel="TJ", encoding="gbk",
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        envelope=hub.Envelope(ok="flag", ok_values=("1",), items="rows", total="total", message="msg"),
        streams=(hub.Stream(request=hub.Request(
            path="/djb/list", paging=hub.Offset(start="START", size="SIZE", rows=100), since=hub.Since(param="GXSJ"),
        )),),
        stages={"受理": Stage.ACCEPTED, "调解中": Stage.MEDIATING, "达成协议": Stage.SETTLED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One entry of the register."""
        who = item.get("DSR") or {}
        return hub.Draft(
            key=item["DJBH"], revision=item.get("GXSJ"), title=item.get("JFLX"), detail=item.get("JFJK"),
            opened=item.get("DJRQ"), status=item.get("ZT"),
            parties=[hub.DraftParty(name=who.get("XM"), id_number=who.get("SFZH"), phone=who.get("DH"))]
            if who else [],
        )  # fmt: skip


ADAPTER = LegacyEncoding
