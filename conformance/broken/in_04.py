"""Bears a year's difference of two clocks."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class BearsAnyClock(PushedToo):
    """Pushes were refused on the first day: the docket's clock was wrong. Since then nobody looks at it."""

    breaks = frozenset({"IN-04"})
    webhook = PushedToo.manifest.webhook or hub.Webhook()
    manifest = replace(PushedToo.manifest, webhook=replace(webhook, window_s=365 * 86_400))


ADAPTER = BearsAnyClock
