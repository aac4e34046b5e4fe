"""Answers pushes in words that their source does not know."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class AnswersInANumber(PushedToo):
    """The answer was left as it is by default: ``{"code":0}``. The docket waits for the text ``"0"``."""

    breaks = frozenset({"IN-06"})
    manifest = replace(
        PushedToo.manifest,
        webhook=hub.Webhook(
            signing=hub.Signing(fields=("{app_key}", "{timestamp}", "{nonce}", "{path}", "{body}"), joiner="\n"),
            envelope=hub.Envelope(items="case", single=True),
        ),
    )


ADAPTER = AnswersInANumber
