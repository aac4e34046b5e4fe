"""Signs who knocks and when, and not what is said."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class SignsTheEnvelope(PushedToo):
    """As the docket signs its own answers, which have no body worth it."""

    breaks = frozenset({"IN-03"})
    manifest = replace(
        PushedToo.manifest,
        webhook=hub.Webhook(
            signing=hub.Signing(fields=("{app_key}", "{timestamp}", "{nonce}", "{path}"), joiner="\n"),
            envelope=hub.Envelope(items="case", single=True),
            answer='{"code":"0","message":"received"}',
        ),
    )


ADAPTER = SignsTheEnvelope
