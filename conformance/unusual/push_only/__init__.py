"""A street's complaints office that only pushes: nothing of it can be asked for. JSON, signed in the query (SM3).

What it has to tell goes out three matters at a time.
"""

import hub.api as hub
from hub.api import Capability, Stage


class PushOnly(hub.Adapter[hub.PushConfig]):
    """Matters as lists at ``payload.list``; what was withdrawn comes once more with YXBZ = 0."""

    Config = hub.PushConfig
    manifest = hub.Manifest(
        name="push_only", version="1.0.0", kind="petition", title="Office that only pushes", title_zh="只推送的来源",
        timezone="Asia/Shanghai", department="XF", code_system="petition_class", channel="XF",
        capabilities=frozenset({Capability.PUSH, Capability.DELETIONS}),
        webhook=hub.Webhook(
            signing=hub.Signing(
                fields=("{app_secret}", "appid=", "{app_key}", "&once=", "{nonce}", "&ts=", "{timestamp}", "{body}"),
                algorithm="sm3", output="HEX", timestamp="s", place="query",
                key_name="appid", timestamp_name="ts", nonce_name="once", sign_name="sign",
            ),
            envelope=hub.Envelope(items="payload.list"),
            answer="success", answer_type="text/plain",
        ),
        stages={"01": Stage.RECEIVED, "02": Stage.HANDLING, "03": Stage.CLOSED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One matter and who brought it."""
        writer = hub.DraftParty(name=item.get("XM"), id_number=item.get("ZJHM"), phone=item.get("SJHM"))
        return hub.Draft(
            key=item["XFJBH"], revision=item.get("GXSJ"), deleted=item.get("YXBZ") == "0",
            title=item.get("BT"), detail=item.get("GKXX"), code=item.get("NRFLDM"), label=item.get("NRFLMC"),
            status=item.get("SXBLZT"), opened=item.get("XFRQ"), amount=item.get("SJJE"),
            region=item.get("WTSDDM"), address=item.get("WTSDMC"), extra={"YXBZ": item.get("YXBZ")},
            parties=[writer] if any(item.get(name) for name in ("XM", "ZJHM", "SJHM")) else [],
        )  # fmt: skip


ADAPTER = PushOnly
