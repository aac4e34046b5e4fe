"""Keys with spaces, brackets and Chinese signs in them, paged by offset."""

import hub.api as hub
from hub.api import Stage


class SpacedKeys(hub.Adapter[hub.AdapterConfig]):
    """Mediation files, known by the number on the cover (``湖 调 〔2026〕 7 号``): it is the key as it stands."""

    manifest = hub.Manifest(
        name="spaced_keys", version="1.0.0", kind="mediation", title="Keys with spaces", title_zh="带空格的卷号",
        channel="TJ", capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        envelope=hub.Envelope(ok="ret", ok_values=("ok",), items="files", total="all"),
        streams=(hub.Stream(request=hub.Request(
            path="/files", method="POST", place="form",
            paging=hub.Offset(start="from", size="count", rows=100), since=hub.Since(param="after"),
        )),),
        stages={"调解": Stage.MEDIATING, "达成": Stage.SETTLED, "未达成": Stage.UNSETTLED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One file; only the applicant is named."""
        return hub.Draft(
            key=item["卷号"], revision=item.get("更新时间"), title=item.get("案由"), detail=item.get("简述"),
            opened=item.get("受理日期"), status=item.get("结果"), amount=item.get("标的"),
            parties=[hub.DraftParty(name=item.get("申请人"), id_number=item.get("证件号"), phone=item.get("电话"))],
        )  # fmt: skip


ADAPTER = SpacedKeys
