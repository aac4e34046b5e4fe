"""Adapter for petitions (浙里访) in a view of a front database: rows by rising time and key, nothing written."""

from dataclasses import replace
from pathlib import Path

import hub.api as hub
from adapters.petition.zhelifang.matter import STAGES, matter

VIEW, TIME = "V_XF_MATTER", "OPPTIME"
"""The name is proposed; a column of that name, or ``TIMESTAMP``, tells when a row was last touched."""


class ZhelifangViewConfig(hub.DatabaseConfig):
    """``view`` is the view's name, ``time`` its column of the last change, where they are not the usual ones."""

    view: str = VIEW
    time: str = TIME


def reading(view: str, time: str) -> hub.TableView:
    """By time and ``ID``, as every front database."""
    return hub.TableView(view=view, key="ID", time=time)


class ZhelifangView(hub.Adapter[ZhelifangViewConfig]):
    """Petitions by the columns of the catalogue. Their steps stand in a view of their own, which is not read."""

    Config = ZhelifangViewConfig
    by_settings = True
    crosswalk = Path(__file__).parents[1] / "zhelifang/crosswalk.sssom.tsv"
    manifest = hub.Manifest(
        name="zhelifang_view", version="1.0.0", kind="petition", title="Petition platform, front database",
        title_zh="浙里访前置库", department="XF", code_system="petition_class", channel="XF", stages=STAGES,
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        streams=(hub.Stream(request=reading(VIEW, TIME)),),
    )  # fmt: skip

    def __init__(self, config: ZhelifangViewConfig) -> None:
        super().__init__(config)
        self.manifest = replace(self.manifest, streams=(hub.Stream(request=reading(config.view, config.time)),))

    def draft(self, item: hub.Item) -> hub.Draft:
        """One petition; a view tells its change in a column of its own."""
        return matter({**item, "GXSJ": item.get("GXSJ") or item.get(self.config.time)})


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[ZhelifangViewConfig]]]:
    """The adapter of this package."""
    return [ZhelifangView]
