"""Pages of the hub's own making, for sources whose replies are no bytes of theirs: rows of files and tables.

They are what `hub.wire.ROWS_ENVELOPE` opens, so that kept pages are opened again like any other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from hub.contract import Item, Page


def pack_rows(rows: Sequence[Item], *, total: int | None, **about: Any) -> bytes:
    """``{"rows": [...], "total": n, ...}`` as UTF-8 JSON. The same rows give the same bytes.

    Values are texts, numbers of at most 64 bits, booleans, None, and lists and mappings of these; anything else is the
    reader's to turn into text first. Raises TypeError.
    """
    return orjson.dumps({"rows": rows, "total": total, **about})


def rows_page(
    rows: Sequence[Item],
    *,
    stream: str,
    fetched: datetime,
    total: int | None = None,
    window: str = "",
    receipt: Any = None,
    **about: Any,
) -> Page:
    """A page of these rows. ``fetched`` is aware, UTC; ``about`` stands beside the rows in its bytes.

    What varies from read to read (a time, a name under which the same rows come again) stays out of ``about``: an
    identical page is not kept twice.
    """
    content = pack_rows(rows, total=total, **about)
    body = {"rows": rows, "total": total, **about}
    return Page(
        content, stream=stream, window=window, fetched=fetched, body=body, rows=rows, total=total, receipt=receipt
    )
