"""A docket that tells of its cases as they change, and can still be asked for all of them: JSON pushes, signed.

Each push holds one case as it is now, under a number of its own: a push that got no answer comes again.
"""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference
from hub.api import Capability


class PushedToo(Reference):
    """The docket of the reference; ``POST`` of ``{"id": "…", "sent": "…", "event": "case.changed", "case": {…}}``."""

    manifest = replace(
        Reference.manifest, name="pushed_too", title="Docket that pushes too", title_zh="兼推送的案件系统",
        capabilities=frozenset(
            {Capability.INCREMENTAL, Capability.COUNTED, Capability.DELETIONS, Capability.PUSH}
        ),
        delivering=None,
        webhook=hub.Webhook(
            signing=hub.Signing(fields=("{app_key}", "{timestamp}", "{nonce}", "{path}", "{body}"), joiner="\n"),
            envelope=hub.Envelope(items="case", single=True),
            answer='{"code":"0","message":"received"}',
        ),
    )  # fmt: skip


ADAPTER = PushedToo
