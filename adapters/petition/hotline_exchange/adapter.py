"""Adapter for calls handed over between hotline and police (12345⇄110): rows of a front database's five tables."""

from dataclasses import replace
from pathlib import Path

import hub.api as hub
from adapters.petition.hotline_exchange.sheets import STAGES, TELLERS
from adapters.petition.hotline_exchange.tables import VIEWS, HotlineExchangeConfig, names, reading
from adapters.petition.hotline_exchange.writing import DELIVERING, KINDS, deliver

FLOW_LENGTH = 8
"""A shorter ``flowid`` counts the rows of one table, and as a reference it would tie strangers together."""


class HotlineExchange(hub.Adapter[HotlineExchangeConfig]):
    """Orders handed over, and what comes back: results, returns, visits, each a record that cites its order."""

    Config = HotlineExchangeConfig
    by_settings = True
    crosswalk = Path(__file__).parents[2] / "grid/police/crosswalk.sssom.tsv"  # classes are those of the police
    manifest = hub.Manifest(
        name="hotline_exchange", version="1.1.0", kind="petition", title="12345 and 110 exchange tables",
        title_zh="12345 与 110 双向交换表", department="GA", code_system="police_type", channel="RX", stages=STAGES,
        capabilities=frozenset({
            hub.Capability.INCREMENTAL, hub.Capability.COUNTED, hub.Capability.ACKNOWLEDGE, hub.Capability.DELIVER,
        }),
        streams=(hub.Stream(request=reading(VIEWS["order"])),), delivering=DELIVERING,
    )  # fmt: skip

    def __init__(self, config: HotlineExchangeConfig) -> None:
        super().__init__(config)
        self._tables = names(config.direction) | config.tables
        if config.view:
            self._tables[config.sheet] = config.view
        request = reading(self._tables[config.sheet])
        taken = replace(DELIVERING, kinds=KINDS[config.sheet == "order"])
        self.manifest = replace(self.manifest, streams=(hub.Stream(request=request),), delivering=taken)
        self._tell = TELLERS[config.sheet]

    def draft(self, item: hub.Item) -> hub.Draft:
        """One row of the instance's sheet."""
        flow = item["flowid"] if len(str(item["flowid"])) >= FLOW_LENGTH else None
        cited = (("hotline_order", item.get("lsh")), ("police_call", item.get("jjdbh")), ("hotline_flow", flow))
        draft = hub.Draft(
            key=item["flowid"], revision=item.get("xt_gxsj"), references=[(kind, no) for kind, no in cited if no]
        )
        self._tell(draft, item)
        return draft

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        """One row of the table its kind belongs to."""
        config = self.config
        return deliver(source, delivery, config.sheet, self._tables, config.key_column, self.manifest.zone)


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[HotlineExchangeConfig]]]:
    """The adapter of this package."""
    return [HotlineExchange]
