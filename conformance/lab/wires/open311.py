"""A GeoReport v2 server (Open311): JSON or XML by the path's ending, 404 beyond the last page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import orjson

from conformance.lab.rows import Entry, Rank, Row
from conformance.lab.wire import Call, Chunk, Refusal, Reply, Wire, page_of

XML = "text/xml; charset=utf-8"
MISSING = ("", "null", "true")  # what stands in real data where a time is missing


class Open311(Wire):
    """``GET /requests.json|xml``, ``/requests/ID.json|xml`` (a list of one) and ``/services.json|xml``.

    Requests take ``page``, ``page_size``, ``updated_after``; ``start_date`` and ``end_date`` on ``requested_datetime``.
    """

    name = "open311"
    key = "service_request_id"
    path = "/requests"

    def rank(self, row: Row) -> Rank:
        """The update time, else the time of the request, in UTC; and the id as text."""
        return (_utc(row.get("updated_datetime")) or _utc(row.get("requested_datetime")), str(row[self.key]))

    def authorise(self, call: Call) -> None:
        """Reading is open to all."""

    def serves(self, call: Call) -> bool:
        """The three reads of GeoReport v2, each in two formats."""
        stem, _, ending = call.path.rpartition(".")
        return ending in ("json", "xml") and (stem in ("/requests", "/services") or stem.startswith("/requests/"))

    def select(self, call: Call) -> Chunk:
        """A page of requests, or the one asked for by id."""
        stem = call.path.rpartition(".")[0]
        if stem == "/services":
            return Chunk(self._services(), 0)
        wanted = stem.removeprefix("/requests/")
        if wanted != stem:
            found = [e for e in self.rows.snapshot().entries if e.place == wanted]
            if not found:
                raise self._not_found("service_request_id not found")
            return Chunk(found, len(found))
        entries: Sequence[Entry] = self.rows.snapshot().between(_utc(call.query.get("updated_after")))
        begin, end = _utc(call.query.get("start_date")), _utc(call.query.get("end_date"))
        if begin or end:
            entries = [e for e in entries if begin <= _utc(e.row.get("requested_datetime")) <= (end or "9")]
        chunk = page_of(self, entries, call.query.get("page", 1), call.query.get("page_size", 50))
        if chunk.page > 1 and not chunk.entries:
            raise self._not_found("invalid page")
        return chunk

    def _services(self) -> list[Entry]:
        """One entry for each service met in the rows."""
        met = {str(row["service_code"]): row.get("service_name") for row in self.rows}
        rows = [{"service_code": code, "service_name": met[code], "metadata": False} for code in sorted(met)]
        return [Entry("", row["service_code"], row, orjson.dumps(row)) for row in rows]

    def wrap(self, call: Call, chunk: Chunk) -> Reply:
        """A bare list: GeoReport has no envelope and no total."""
        if call.path.endswith(".json"):
            return Reply(b"".join([b"[", chunk.joined, b"]"]))
        one = "service" if call.path.startswith("/services") else "request"
        rows = "".join(f"<{one}>{''.join(map(_element, e.row.items()))}</{one}>" for e in chunk.entries)
        return Reply(f'<?xml version="1.0" encoding="utf-8"?>\n<{one}s>{rows}</{one}s>'.encode(), content_type=XML)

    def complain(self, message: str) -> Reply:
        """HTTP 400 with GeoReport's error list."""
        return Reply(orjson.dumps([{"code": 400, "description": message}]), status=400)

    @staticmethod
    def _not_found(description: str) -> Refusal:
        return Refusal(Reply(orjson.dumps([{"code": 404, "description": description}]), status=404))


def _element(field: tuple[str, object]) -> str:
    name, value = field[0].strip(), field[1]
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(text)}</{name}>"


def _utc(text: object) -> str:
    """A time as comparable UTC text; one without a zone counts as UTC, and what is no time at all as never."""
    if not isinstance(text, str) or text in MISSING:
        return ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
