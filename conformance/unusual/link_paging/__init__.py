"""Pages that lead on by the HTTP header ``Link: <...>; rel="next"``, of a size the source chooses."""

import hub.api as hub
from hub.api import Stage


class LinkPaging(hub.Adapter[hub.AdapterConfig]):
    """Reports of a neighbourhood site: the body is the bare list, and everything else stands in the header."""

    manifest = hub.Manifest(
        name="link_paging", version="1.0.0", kind="grid", title="Link header", title_zh="链接翻页",
        channel="WG", capabilities=frozenset({hub.Capability.INCREMENTAL}),
        streams=(hub.Stream(request=hub.Request(
            path="/reports", paging=hub.NextLink(), since=hub.Since(param="updated_since", style="%Y-%m-%dT%H:%M:%S%z"),
        )),),
        stages={"open": Stage.RECEIVED, "in_progress": Stage.HANDLING, "closed": Stage.CLOSED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One report."""
        by = item.get("reporter") or {}
        reporter = hub.DraftParty(name=by.get("name"), id_number=by.get("id_card"), phone=by.get("phone"))
        return hub.Draft(
            key=str(item["number"]), revision=item.get("updated_at"), title=item.get("title"), detail=item.get("body"),
            opened=item.get("created_at"), closed=item.get("closed_at"), status=item.get("state"),
            parties=[reporter] if by else [],
        )  # fmt: skip


ADAPTER = LinkPaging
