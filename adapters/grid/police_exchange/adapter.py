"""Adapter for police calls (110、警综平台) in exchange tables: a front database, calls read and reports written."""

from dataclasses import replace
from pathlib import Path

import hub.api as hub
from adapters.exchange import hand_in, local
from adapters.grid.police.call import STAGES, call
from adapters.grid.police.feedback import PATHS, word

VIEW, FEEDBACK = "ex_police_call", "ex_police_feedback"
"""Proposed names: only the columns are public."""


class PoliceExchangeConfig(hub.DatabaseConfig):
    """``view`` is the table or view that is read, ``feedback`` the one that is written, where they bear other names."""

    view: str = VIEW
    feedback: str = FEEDBACK


def reading(view: str) -> hub.TableView:
    """Waiting (0) becomes pushed (1) with the time of our commit; what is handled (2) is left as it is."""
    return hub.TableView(
        view=view, key="jjdbh", time="xt_gxsj", acknowledge={"pushstatus": "1", "acktime": "{now}"},
        waiting={"pushstatus": "0"},
    )  # fmt: skip


class PoliceExchange(hub.Adapter[PoliceExchangeConfig]):
    """Calls with dispatch and report in one row, and one of those involved; the columns are those of the documents."""

    Config = PoliceExchangeConfig
    by_settings = True
    crosswalk = Path(__file__).parents[1] / "police/crosswalk.sssom.tsv"
    manifest = hub.Manifest(
        name="police_exchange", version="1.1.0", kind="grid", title="Police calls, exchange table",
        title_zh="警综平台（110）交换表", department="GA", code_system="police_type", channel="GA", stages=STAGES,
        capabilities=frozenset({
            hub.Capability.INCREMENTAL, hub.Capability.COUNTED, hub.Capability.DELETIONS, hub.Capability.ACKNOWLEDGE,
            hub.Capability.DELIVER,
        }),
        streams=(hub.Stream(request=reading(VIEW)),),
        delivering=hub.Delivering(kinds=tuple(PATHS), key_header="", per_minute=600),
    )  # fmt: skip

    def __init__(self, config: PoliceExchangeConfig) -> None:
        super().__init__(config)
        self.manifest = replace(self.manifest, streams=(hub.Stream(request=reading(config.view)),))

    def draft(self, item: hub.Item) -> hub.Draft:
        """One call; its columns may be written small or large."""
        row = {name.upper(): value for name, value in item.items()}
        row["GXSJ"] = row.get("XT_GXSJ")
        return call(row, [row] if row.get("JQDSRXM") else [])

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        """A row of feedback (反馈单), under our key as its number; its columns are the fields of the documents."""
        order, zone = hub.order_of(delivery.kind, delivery.body), self.manifest.zone
        row = {name.lower(): value or None for name, value in word(order, zone).items()}
        row |= {"fksj": local(order.at, zone), "fkdbh": delivery.key}
        if "tjqx" in row:
            row["tjqx"] = local(order.due, zone) if isinstance(order, hub.Accept) else None
        return hand_in(source, self.config.feedback, row, "fkdbh", zone=zone)


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[PoliceExchangeConfig]]]:
    """The adapter of this package."""
    return [PoliceExchange]
