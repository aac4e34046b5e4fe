"""Small sources of every way of paging, told as an integrator would: a class, a ``conformance.toml``, one recording."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conformance.subject import Subject
from hub import api

ROWS = [
    {
        "no": f"K {number}",
        "at": f"2026-04-0{number} 09:00:00",
        "kind": "A1",
        "text": f"第{number}件，关于相邻通行的争议。",
        "who": {"name": "林向晚", "id": "990101198003072016", "tel": "13800001001"},
    }
    for number in range(1, 8)
]
"""Seven rows, so that pages of three leave one over."""

CLAIMS = frozenset({api.Capability.INCREMENTAL})
COUNTED = CLAIMS | {api.Capability.COUNTED}

PAGINGS: dict[str, tuple[api.Request, str, dict[str, Any]]] = {
    "number": (
        api.Request(path="/list", paging=api.PageNumber(page="p", size="n", rows=3), since=api.Since(param="from")),
        'kind = "number"\npage = "p"\nsize = "n"',
        {"total": "7"},
    ),
    "number_404": (
        api.Request(path="/list", paging=api.PageNumber(page="p", size="n", rows=3, first=0, not_found_ends=True)),
        'kind = "number"\npage = "p"\nsize = "n"\nfirst = 0\npast_end = "404"',
        {},
    ),
    "number_last": (
        api.Request(path="/list", method="POST", place="form", paging=api.PageNumber(page="p", size="n", rows=3)),
        'kind = "number"\npage = "p"\nsize = "n"\npast_end = "last"',
        {},
    ),
    "offset": (
        api.Request(path="/list", paging=api.Offset(start="s", size="n", rows=3), since=api.Since(param="from")),
        'kind = "offset"\nstart = "s"\nsize = "n"',
        {"total": 7},
    ),
    "keyset": (
        api.Request(
            path="/list", method="POST", place="json",
            paging=api.Keyset(time="at", key="no", after_time="t", after_key="k", size="n", rows=3),
            since=api.Since(param="from"),
        ),
        'kind = "keyset"\nafter_time = "t"\nafter_key = "k"\nsize = "n"',
        {},
    ),
    "token": (
        api.Request(path="/list", paging=api.NextToken(path="more.token", param="t", size="n", rows=3)),
        'kind = "token"\nparam = "t"\npath = "more.token"\nsize = "n"',
        {"more": {"token": "x"}, "total": 7},
    ),
    "link": (
        api.Request(path="/list", paging=api.NextLink(path="links.next")),
        'kind = "link"\npath = "links.next"',
        {"links": {"next": "x"}},
    ),
    "link_header": (api.Request(path="/list", paging=api.NextLink()), 'kind = "link"', {}),
    "none": (api.Request(path="/list", paging=api.NextLink()), 'kind = "none"', {"total": 7}),
}  # fmt: skip
"""Name to how it is asked, how the source speaks, and what its replies hold beside the rows."""


def subject(folder: Path, paging: str, *, extra: str = "", body: str = "", items: str = "data.list") -> Subject:
    """A subject of that way of paging. ``extra`` are lines of ``[wire]``, ``body`` a recorded reply instead of JSON."""
    request, page, beside = PAGINGS[paging]
    wire = [f'path = "/list"\nmethod = "{request.method}"\nplace = "{request.place}"\nkey = "no"\ntime = "at"']
    wire += ['code = "kind"', f'items = "{items}"', extra, 'total = "total"' if "total" in beside else ""]
    since = "[wire.since]\nparam = 'from'" if request.since else ""
    parts = ['suite = "1"', "[wire]", *wire, "[wire.page]", page, since]
    (folder / "conformance.toml").write_text("\n".join(parts), encoding="utf-8")
    record(folder, [body or json.dumps({"data": {"list": ROWS[:3]}, **beside}), body or json.dumps(last_page())])
    return Subject.of(adapter(request, counted="total" in beside, items=items, xml=bool(body)), folder)


def last_page() -> dict[str, Any]:
    """The rows a first page of three leaves over, in an envelope with nothing beside them."""
    return {"data": {"list": ROWS[3:]}}


def record(folder: Path, bodies: Sequence[str], name: str = "two_pages") -> None:
    """Write a recording of replies to GET /list."""
    (folder / "recordings").mkdir(exist_ok=True)
    exchanges = [
        {"request": {"method": "GET", "path": "/list"}, "response": {"status": 200, "body": b}} for b in bodies
    ]
    (folder / "recordings" / f"{name}.jsonl").write_text("\n".join(map(json.dumps, exchanges)), encoding="utf-8")


def adapter(request: api.Request, *, counted: bool, items: str, xml: bool = False) -> type[api.Adapter[Any]]:
    """An adapter for one way of asking."""
    envelope = api.Envelope(format="xml" if xml else "json", items=items, total="total" if counted else None)

    class Kinds(api.Adapter[api.AdapterConfig]):
        manifest = api.Manifest(
            name="kinds", version="1.0.0", kind="generic", capabilities=COUNTED if counted else CLAIMS,
            envelope=envelope, streams=(api.Stream(request=request),),
        )  # fmt: skip

        def draft(self, item: api.Item) -> api.Draft:
            who = item["who"]
            return api.Draft(
                key=item["no"], revision=item["at"], detail=item["text"], code=item["kind"],
                parties=[api.DraftParty(name=who["name"], id_number=who["id"], phone=who["tel"])],
            )  # fmt: skip

    return Kinds
