"""Takes a checksum for a signature: whoever has read the docket's paper can make one."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class TakesAChecksum(PushedToo):
    """SHA-256 over all that is sent, and over nothing that is not."""

    breaks = frozenset({"IN-02"})
    manifest = replace(
        PushedToo.manifest,
        webhook=hub.Webhook(
            signing=hub.Signing(
                fields=("{app_key}", "{timestamp}", "{nonce}", "{path}", "{body}"), joiner="\n", algorithm="sha256"
            ),
            envelope=hub.Envelope(items="case", single=True),
            answer='{"code":"0","message":"received"}',
        ),
    )


ADAPTER = TakesAChecksum
