"""Times to the microsecond, with their offset: many rows share a second and none shares a microsecond."""

import hub.api as hub
from hub.api import Stage


class Subsecond(hub.Adapter[hub.AdapterConfig]):
    """Events of a street, read after (time, key) of the last row seen; ``from`` is cut to the second, downwards."""

    manifest = hub.Manifest(
        name="subsecond", version="1.0.0", kind="grid", title="Microsecond times", title_zh="微秒级时间",
        timezone="UTC", channel="WG", capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.ORDERED}),
        envelope=hub.Envelope(ok="errcode", ok_values=(0,), items="events", message="errmsg"),
        streams=(hub.Stream(request=hub.Request(
            path="/events",
            paging=hub.Keyset(time="ts", key="eid", after_time="after_ts", after_key="after_id", size="max", rows=100),
            since=hub.Since(param="from", style="%Y-%m-%dT%H:%M:%S%z"),
        )),),
        stages={"new": Stage.RECEIVED, "doing": Stage.HANDLING, "done": Stage.CLOSED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One event, its finder as a party."""
        who = item.get("finder") or {}
        finder = hub.DraftParty(name=who.get("name"), id_number=who.get("id"), phone=who.get("tel"))
        return hub.Draft(
            key=str(item["eid"]), revision=item.get("ts"), detail=item.get("note"), opened=item.get("born"),
            status=item.get("step"), lng=item.get("x"), lat=item.get("y"), address=item.get("spot"),
            parties=[finder] if who else [],
        )  # fmt: skip


ADAPTER = Subsecond
