"""Asks for the time of a push, and does not sign it: an old one is stamped anew."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class SignsNoTime(PushedToo):
    """The nonce was thought to be enough."""

    breaks = frozenset({"IN-04"})
    manifest = replace(
        PushedToo.manifest,
        webhook=hub.Webhook(
            signing=hub.Signing(fields=("{app_key}", "{nonce}", "{path}", "{body}"), joiner="\n"),
            envelope=hub.Envelope(items="case", single=True),
            answer='{"code":"0","message":"received"}',
        ),
    )


ADAPTER = SignsNoTime
