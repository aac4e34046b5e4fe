"""What may be kept of a dataset's rows: fields with a purpose. Others enter neither the store nor the kept bytes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

import hub.api as hub
from adapters.gateway import OPENED
from adapters.grid.public_data.config import PublicDataConfig


def with_purpose(config: PublicDataConfig, rows: Sequence[hub.Item]) -> Sequence[hub.Item]:
    """The rows with those of their fields that have a purpose; as they are where the settings tell of none."""
    if not config.purposes:
        return rows
    return [{name: value for name, value in row.items() if name in config.purposes} for row in rows]


def kept(config: PublicDataConfig, page: hub.Page) -> hub.Page:
    """The page as it may be kept: what had no purpose is gone from its bytes, which open as the reply did."""
    if not config.purposes:
        return page
    rows, body = with_purpose(config, page.rows), dict[str, Any]()
    _put(body, OPENED.ok, OPENED.ok_values[0])
    _put(body, OPENED.items, {} if config.inner else rows)
    if config.inner is None:
        _put(body, OPENED.total, page.total)
    else:
        for path, value in ((config.inner.ok, next(iter(config.inner.ok_values), None)), (config.inner.rows, rows),
                            (config.inner.total, page.total)):  # fmt: skip
            _put(body, f"{OPENED.items}.{path}" if path else None, value)
    return replace(page, content=orjson.dumps(body), body=body, rows=rows)


def _put(body: dict[str, Any], path: str | None, value: object) -> None:
    """Lay a value at a dotted path; nothing for None."""
    if path is None or value is None:
        return
    *above, name = path.split(".")
    for each in above:
        body = body.setdefault(each, {})
    body[name] = value
