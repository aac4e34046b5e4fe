"""How a mobile court speaks: what it answers, how it is asked, and how it calls back."""

import hub.api as hub

ENVELOPE = hub.Envelope(
    ok="code", ok_values=(1000,), denied=(1401, 1403), throttled=(1429,),
    items="data.records", total="data.total", message="message",
)  # fmt: skip

SIGNING = hub.Signing(
    fields=("{app_key}", "{timestamp}", "{app_secret}"), algorithm="sm3", timestamp="s",
    key_name="appName", timestamp_name="timestamp", nonce_name="", sign_name="sign",
)  # fmt: skip

PAGES = hub.Request(
    path="/peace/intranet/case/page", method="POST", place="json",
    paging=hub.PageNumber(page="current", size="size", rows=200),
    since=hub.Since(param="LASTUPDATE", style="%Y%m%d%H%M%S"),
)  # fmt: skip

CALLBACK = hub.Webhook(
    signing=hub.Signing(
        fields=("{app_key}", "{timestamp}", "{nonce}", "{path}", "{body}"), joiner="\n", algorithm="hmac-sm3",
        timestamp="s", key_name="appName", timestamp_name="timestamp", nonce_name="nonce", sign_name="sign",
    ),
    envelope=hub.Envelope(items="data", single=True), answer='{"code":1000,"message":"成功"}',
)  # fmt: skip
"""A node event (节点) bears the whole case as it stands then. Its body is signed, which in calls of ours it is not."""
