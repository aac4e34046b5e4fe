"""A window of two seconds: the source's clock is never that right, and its pushes are refused for good."""

from dataclasses import replace

from conformance.unusual.pushed_too import PushedToo


class ShortWindow(PushedToo):
    """Strict, as the audit of last year asked for."""

    breaks = frozenset({"IN-04"})
    assert PushedToo.manifest.webhook is not None
    manifest = replace(PushedToo.manifest, webhook=replace(PushedToo.manifest.webhook, window_s=2))


ADAPTER = ShortWindow
