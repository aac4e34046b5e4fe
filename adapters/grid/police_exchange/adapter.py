"""Adapter for police calls (110、警综平台) in an exchange table: a front database, rows acknowledged by push status."""

from dataclasses import replace
from pathlib import Path

import hub.api as hub
from adapters.grid.police.call import STAGES, call

VIEW = "ex_police_call"
"""Proposed name: only the columns are public."""


class PoliceExchangeConfig(hub.DatabaseConfig):
    """``view`` is the name of the table or view, where it is not the proposed one."""

    view: str = VIEW


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
        name="police_exchange", version="1.0.0", kind="grid", title="Police calls, exchange table",
        title_zh="警综平台（110）交换表", department="GA", code_system="police_type", channel="GA", stages=STAGES,
        capabilities=frozenset({
            hub.Capability.INCREMENTAL, hub.Capability.COUNTED, hub.Capability.DELETIONS, hub.Capability.ACKNOWLEDGE,
        }),
        streams=(hub.Stream(request=reading(VIEW)),),
    )  # fmt: skip

    def __init__(self, config: PoliceExchangeConfig) -> None:
        super().__init__(config)
        self.manifest = replace(self.manifest, streams=(hub.Stream(request=reading(config.view)),))

    def draft(self, item: hub.Item) -> hub.Draft:
        """One call; its columns may be written small or large."""
        row = {name.upper(): value for name, value in item.items()}
        row["GXSJ"] = row.get("XT_GXSJ")
        return call(row, [row] if row.get("JQDSRXM") else [])


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[PoliceExchangeConfig]]]:
    """The adapter of this package."""
    return [PoliceExchange]
