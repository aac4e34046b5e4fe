"""The stages of an enforcement (执行事务分段集约), and how both streams are asked for."""

import hub.api as hub


def reading(path: str) -> hub.Request:
    """Rows at a path below the gateway, changed since then."""
    return hub.Request(
        path=path, method="POST", place="json", since=hub.Since(param="GXSJ", style="%Y%m%d%H%M%S"),
        paging=hub.Offset(start="START", size="SIZE", rows=200),
    )  # fmt: skip


def stage(item: hub.Item) -> hub.DraftEvent:
    """One stage of an enforcement, and the team that did it."""
    return hub.DraftEvent(
        key=item["JDBH"], revision=item.get("GXSJ"), of=("court_case", item.get("AH") or ""), at=item.get("KSSJ"),
        action=item.get("JDMC"), body=item.get("TDMC"), note=item.get("JDQK"), owner=item.get("FYMC"),
        region=item.get("ZXFY"), extra={name: item.get(name) for name in ("AHDM", "JDDM", "TDDM", "JSSJ", "JDZT")},
    )  # fmt: skip
