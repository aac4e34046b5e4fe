"""A petition office's front database: a view with pinyin columns, rows acknowledged when they are kept.

What `hub.api.TableView` needs and no more: it is the model of an adapter whose source is a table.
"""

import hub.api as hub
from hub.api import Capability, Stage


class FrontDatabase(hub.Adapter[hub.DatabaseConfig]):
    """Petitions, read by (GXSJ, XFJBH); PUSHSTATUS and ACKTIME are the hand-shake. Rows are withdrawn by YXBZ = 0."""

    Config = hub.DatabaseConfig
    manifest = hub.Manifest(
        name="front_database", version="1.0.0", kind="petition", title="Petition front database",
        title_zh="信访前置库", timezone="Asia/Shanghai", department="XF", code_system="petition_class", channel="XF",
        capabilities=frozenset(
            {Capability.INCREMENTAL, Capability.COUNTED, Capability.DELETIONS, Capability.ACKNOWLEDGE}
        ),
        streams=(hub.Stream(request=hub.TableView(
            view="V_XFJ", key="XFJBH", time="GXSJ", acknowledge={"PUSHSTATUS": "1", "ACKTIME": "{now}"},
        )),),
        stages={"01": Stage.RECEIVED, "02": Stage.HANDLING, "03": Stage.CLOSED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One petition and who wrote it; a letter may bear no name."""
        writer = hub.DraftParty(name=item.get("XM"), id_number=item.get("ZJHM"), phone=item.get("SJHM"))
        return hub.Draft(
            key=item["XFJBH"], revision=item.get("GXSJ"), deleted=item.get("YXBZ") == "0",
            title=item.get("BT"), detail=item.get("GKXX"), code=item.get("NRFLDM"), label=item.get("NRFLMC"),
            status=item.get("SXBLZT"), opened=item.get("XFRQ"), amount=item.get("SJJE"),
            region=item.get("WTSDDM"), address=item.get("WTSDMC"), extra={"YXBZ": item.get("YXBZ")},
            parties=[writer] if any(item.get(name) for name in ("XM", "ZJHM", "SJHM")) else [],
        )  # fmt: skip


ADAPTER = FrontDatabase
