"""The new gateway signs what it says; the class still declares the old one, which signed only who said it."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import ReferenceConfig
from conformance.unusual.pushed_too import PushedToo


class NewGatewayHere(PushedToo):
    """Where the settings are those of the new gateway, its signature is asked for: so it was meant."""

    breaks = frozenset({"IN-16"})

    def __init__(self, config: ReferenceConfig) -> None:
        """Put the new gateway's webhook in the place of the old one's."""
        super().__init__(config)
        assert self.manifest.webhook is not None
        signing = hub.Signing(
            fields=("{app_key}", "{timestamp}", "{nonce}", "{path}", "{body}"), joiner="|", algorithm="hmac-sm3"
        )
        self.manifest = replace(self.manifest, webhook=replace(self.manifest.webhook, signing=signing))


ADAPTER = NewGatewayHere
