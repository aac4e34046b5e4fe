"""Adapter for calls handed over between hotline and police (12345⇄110): a front database, rows acknowledged."""

from dataclasses import replace
from pathlib import Path

import hub.api as hub
from adapters.petition.hotline_exchange.sheets import STAGES, TELLERS, Sheet

VIEWS: dict[Sheet, str] = {
    "order": "ex_12345_110_basic", "result": "ex_12345_110_result", "return": "ex_12345_110_return",
    "visit": "ex_12345_110_visit",
}  # fmt: skip
"""Proposed names: only the columns are public."""


class HotlineExchangeConfig(hub.DatabaseConfig):
    """``sheet`` is the table this instance reads; ``view`` its name there, where that is not the proposed one."""

    sheet: Sheet = "order"
    view: str = ""


def reading(view: str) -> hub.TableView:
    """Waiting (0) becomes pushed (1) with the time of our commit; what is handled (2) is left as it is."""
    return hub.TableView(
        view=view, key="flowid", time="xt_gxsj", acknowledge={"pushstatus": "1", "acktime": "{now}"},
        waiting={"pushstatus": "0"},
    )  # fmt: skip


class HotlineExchange(hub.Adapter[HotlineExchangeConfig]):
    """Orders handed over, and what comes back: results, returns, visits, each a record that cites its order."""

    Config = HotlineExchangeConfig
    by_settings = True
    crosswalk = Path(__file__).parents[2] / "grid/police/crosswalk.sssom.tsv"  # classes are those of the police
    manifest = hub.Manifest(
        name="hotline_exchange", version="1.0.0", kind="petition", title="12345 and 110 exchange tables",
        title_zh="12345 与 110 双向交换表", department="GA", code_system="police_type", channel="RX", stages=STAGES,
        capabilities=frozenset(
            {hub.Capability.INCREMENTAL, hub.Capability.COUNTED, hub.Capability.ACKNOWLEDGE}
        ),
        streams=(hub.Stream(request=reading(VIEWS["order"])),),
    )  # fmt: skip

    def __init__(self, config: HotlineExchangeConfig) -> None:
        super().__init__(config)
        request = reading(config.view or VIEWS[config.sheet])
        self.manifest = replace(self.manifest, streams=(hub.Stream(request=request),))
        self._tell = TELLERS[config.sheet]

    def draft(self, item: hub.Item) -> hub.Draft:
        """One row of the instance's sheet."""
        cited = (("hotline_order", item.get("lsh")), ("police_call", item.get("jjdbh")))
        draft = hub.Draft(
            key=item["flowid"], revision=item.get("xt_gxsj"), references=[(kind, no) for kind, no in cited if no]
        )
        self._tell(draft, item)
        return draft


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[HotlineExchangeConfig]]]:
    """The adapter of this package."""
    return [HotlineExchange]
