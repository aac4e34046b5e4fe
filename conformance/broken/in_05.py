"""Asks for a nonce, and does not sign it: what was overheard is sent again under another."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class SignsNoNonce(PushedToo):
    """The time was thought to be enough."""

    breaks = frozenset({"IN-05"})
    manifest = replace(
        PushedToo.manifest,
        webhook=hub.Webhook(
            signing=hub.Signing(fields=("{app_key}", "{timestamp}", "{path}", "{body}"), joiner="\n"),
            envelope=hub.Envelope(items="case", single=True),
            answer='{"code":"0","message":"received"}',
        ),
    )


ADAPTER = SignsNoNonce
