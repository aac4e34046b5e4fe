"""How one interface of the platform is asked, and what its answers look like, by the settings of the instance."""

from dataclasses import replace

from adapters.gateway import OPENED, PATH
from adapters.grid.public_data.config import PublicDataConfig
from hub.api import Envelope, PageNumber, Request, Since


def request_of(config: PublicDataConfig | None = None) -> Request:
    """The read of one interface; None: what any of them has in common."""
    page, size, since = (config.page, config.size, config.since) if config else ("pageNum", "pageSize", "since")
    asked = config is not None and config.method == "GET"
    return Request(
        path=PATH, method="GET" if asked else "POST", place="query" if asked else "form",
        params={"additional": "{additional}"}, paging=PageNumber(page=page, size=size),
        since=Since(param=since) if since else None,
    )  # fmt: skip


def envelope_of(config: PublicDataConfig) -> Envelope:
    """The platform's envelope, and the office's own inside it."""
    if (inner := config.inner) is None:
        return OPENED
    own = Envelope(ok=inner.ok or None, ok_values=inner.ok_values, items=inner.rows, total=inner.total or None)
    return replace(OPENED, inner=own)
