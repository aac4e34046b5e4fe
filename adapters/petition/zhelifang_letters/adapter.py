"""Adapter for letters of the petition office (浙里访 三项建议、复盘报告、线索移送): JSON pages behind a login."""

import hub.api as hub
from adapters.numbers import references
from hub.api import Capability


class ZhelifangLetters(hub.Adapter[hub.AdapterConfig]):
    """Letters with number, addressee, day due and answer. Petitions are those of `zhelifang`."""

    manifest = hub.Manifest(
        name="zhelifang_letters", version="1.0.0", kind="petition", title="Petition platform, letters",
        title_zh="浙里访建议与移送", department="XF", channel="XF",
        capabilities=frozenset({Capability.INCREMENTAL, Capability.COUNTED}),
        envelope=hub.Envelope(ok="code", ok_values=(200,), items="rows", total="total", message="msg"),
        login=hub.Login(
            path="/login", body="json", fields={"username": "{username}", "password": "{password}"},
            envelope=hub.Envelope(ok="code", ok_values=(200,), denied=(401, 403, 500), message="msg"),
            token="token", prefix="Bearer ",  # noqa: S106 - a path
        ),
        streams=(hub.Stream(name="letters", request=hub.Request(
            path="/petition/letter/page", method="POST", place="json", since=hub.Since(param="GXSJ"),
            paging=hub.PageNumber(page="pageNum", size="pageSize", rows=200),
        )),),
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.DraftDocument:
        """One letter (函): 改进工作, 完善政策 or 追究责任 advised, a report on a matter, a lead on neglect of duty.

        It is of the petition it grew from; a person whose duty was neglected is a party, and seen by nobody in a list.
        """
        return hub.DraftDocument(
            key=item["HJBH"], revision=item.get("GXSJ"), of=("petition", item.get("XFJBH") or ""),
            number=item.get("WH"), form=item.get("HJLX"), title=item.get("BT"), issuer=item.get("FWDW"),
            addressee=item.get("SWDW"), owner=item.get("SWDW"), region=item.get("SWDWQH"), issued=item.get("FWRQ"),
            due=item.get("HFQX"), answered=item.get("HFSJ"), answer=item.get("HFNR"), status=item.get("ZT"),
            references=references(item.get("XGBH")),
            parties=[hub.DraftParty(name=item.get("SJRY"), role="3", address=item.get("SJRYDW"))]
            if item.get("SJRY") else [],
            extra={name: item.get(name) for name in ("ZTMC", "JYNR", "LSQK")},
        )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [ZhelifangLetters]
