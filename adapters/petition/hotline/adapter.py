"""Adapter for the orders of a government hotline (12345): JSON pages by day windows of the sync time; the way back."""

from typing import Literal

import hub.api as hub
from adapters.petition.hotline.answering import DELIVERING, deliver
from adapters.petition.hotline.order import STAGES, order


class HotlineConfig(hub.AdapterConfig):
    """``area``: the names above an order's street (``浙江省/温州市/永嘉县``); ``datum`` is that of its coordinates."""

    area: str = ""
    datum: Literal["GCJ-02", "BD-09", "CGCS2000", "WGS-84"] = "CGCS2000"


class Hotline(hub.Adapter[HotlineConfig]):
    """Orders. The source knows days only: each read goes back three; late and repeated rows are normal."""

    Config = HotlineConfig
    manifest = hub.Manifest(
        name="hotline", version="1.1.0", kind="petition", title="12345 hotline", title_zh="12345 政务服务热线",
        department="XF", code_system="hotline_class", channel="RX", stages=STAGES,
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED, hub.Capability.DELIVER}),
        envelope=hub.Envelope(ok="code", ok_values=(200,), items="rows", total="total", message="msg"),
        login=hub.Login(  # the token dies after 30 idle minutes: code 401 in a reply asks for another
            path="/login", body="json", fields={"username": "{username}", "password": "{password}"},
            envelope=hub.Envelope(ok="code", ok_values=(200,), denied=(401, 403, 500), message="msg"),
            token="token", prefix="Bearer ",  # noqa: S106 - a path
        ),
        streams=(hub.Stream(request=hub.Request(
            path="/api/order/page", method="POST", place="json", paging=hub.PageNumber(rows=100),
            window=hub.Window(begin="params.beginTime", end="params.endTime", days=31, look_back=3),
        )),),
        delivering=DELIVERING,
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One order, its place completed by the settings."""
        return order(item, area=self.config.area, datum=self.config.datum)

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """One word on an order: taken or sent back, passed on, how it goes, what came of it."""
        return deliver(source, delivery, self.manifest.zone)


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[HotlineConfig]]]:
    """The adapter of this package."""
    return [Hotline]
