"""A township's mediation ledger: a GB18030 table a night, dropped into a folder with a manifest.

What `hub.api.FileDrop` needs and no more: it is the model of an adapter whose source drops files.
``ledger_20260303.csv`` holds all matters, ``ledger_20260303.csv.json`` the count of its rows and its SHA-256.
"""

import hub.api as hub
from hub.api import Capability, Stage


class FileDrop(hub.Adapter[hub.FolderConfig]):
    """Matters of the ledger, in no promised order. One that was entered twice comes once more, as ``作废``."""

    Config = hub.FolderConfig
    manifest = hub.Manifest(
        name="file_drop", version="1.0.0", kind="mediation", title="Township ledger", title_zh="乡镇调解台账",
        code_system="willow_cause", channel="TJ",
        capabilities=frozenset({Capability.COUNTED, Capability.DELETIONS}),
        streams=(hub.Stream(request=hub.FileDrop(
            pattern="ledger_*.csv", encoding="gb18030", ready="manifest", marker=".json",
        )),),
        stages={"调解中": Stage.MEDIATING, "调成": Stage.SETTLED, "未调成": Stage.UNSETTLED, "作废": Stage.WITHDRAWN},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One matter. A table has a text in every cell; an empty one tells nothing."""
        told = {name: text for name, text in item.items() if text != ""}
        party = hub.DraftParty(name=told.get("申请人"), id_number=told.get("身份证号"), phone=told.get("电话"))
        return hub.Draft(
            key=told["编号"], revision=told.get("更新时间"), deleted=told.get("状态") == "作废",
            title=told.get("标题"), detail=told.get("经过"),
            code=told.get("类别代码"), label=told.get("类别"), status=told.get("状态"),
            opened=told.get("受理日期"), amount=told.get("金额"),
            region=told.get("地区代码"), address=told.get("地址"),
            parties=[party] if any(name in told for name in ("申请人", "身份证号", "电话")) else [],
        )  # fmt: skip


ADAPTER = FileDrop
