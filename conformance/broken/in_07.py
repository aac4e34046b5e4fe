"""Opens pushes as if they were replies: each is answered with success, and none can be read."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class OpensThemAsReplies(PushedToo):
    """The webhook was declared with its signature alone, and no push was ever looked for in the store."""

    breaks = frozenset({"IN-07"})
    webhook = PushedToo.manifest.webhook or hub.Webhook()
    manifest = replace(PushedToo.manifest, webhook=replace(webhook, envelope=None))


ADAPTER = OpensThemAsReplies
