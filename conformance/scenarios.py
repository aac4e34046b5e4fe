"""What a simulated source holds: the rows of a recording, and the scenarios derived from them.

A recording is ``recordings/<scenario>.jsonl``, one exchange a line:
``{"request": {"method", "path", …}, "response": {"status", "headers", "body"}}``, the body as text. A request that goes
to the hub (``/in/…``) is a push: its own body holds the rows.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from conformance.description import WireSpec
from conformance.envelopes import Template, value_at, with_value
from conformance.lab.rows import Row
from conformance.leaves import copied
from conformance.subject import SubjectInvalid
from conformance.times import Times

UNKNOWN_CODE = "ZZ-UNKNOWN"
TWO_PAGES = "two_pages"
PUSHED = "pushed"
"""The recording that shows what a push looks like, where the source is asked as well."""

INBOX = "/in/"
SCENARIOS = (TWO_PAGES, "empty", "update", "bad_row", "unknown_code", "delete")
"""Scenarios there always are; a recording of any other name is one as well."""


@dataclass(frozen=True)
class Recording:
    """The exchanges of one file: a reply to be filled anew, the rows of all replies, and how many came on one page."""

    template: Template
    rows: tuple[Row, ...]
    per_page: int
    login: str = ""  # body of the recorded login, if there is one
    pushed: bool = False  # its rows came in pushes
    detail: Template | None = None  # a recorded reply to a call for the detail of one row

    @classmethod
    def read(cls, folder: Path, wire: WireSpec, name: str = TWO_PAGES) -> "Recording":
        """Read ``<name>.jsonl`` in a folder of recordings. Raises SubjectInvalid."""
        path = folder / f"{name}.jsonl"
        where = f"{path.parent.name}/{path.name}"
        try:
            exchanges = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        except (OSError, ValueError) as why:
            raise SubjectInvalid(f"{where}: {type(why).__name__}") from why
        login, pages, pushed, details = "", [], False, dict[str, Template]()
        for number, exchange in enumerate(exchanges, 1):
            try:
                asked = exchange["request"]["path"]
                body = exchange["request" if asked.startswith(INBOX) else "response"]["body"]
                if wire.login is not None and asked.endswith(wire.login.path) and asked != wire.path:
                    login = body
                elif wire.detail is not None and asked != wire.path and (key := wire.detail.asked(asked)) is not None:
                    details[key or str(exchange["request"]["params"][wire.detail.param])] = _detail(body, wire)
                else:
                    pushed = asked.startswith(INBOX)
                    pages.append(Template(body, wire, single=_single(asked, wire)))
            except (KeyError, TypeError, AttributeError, ValueError) as why:
                raise SubjectInvalid(f"{where}:{number}: {type(why).__name__}: {why}") from why
        if not pages:
            raise SubjectInvalid(f"{where}: no reply with rows")
        fullest = max(pages, key=lambda page: len(page.rows))
        rows = tuple(row | _told(details.get(str(row.get(wire.key))), wire) for page in pages for row in page.rows)
        return cls(fullest, rows, len(fullest.rows) or 1, login, pushed, _fullest(details.values()))


def _fullest(details: Iterable[Template]) -> Template | None:
    return max(details, key=lambda detail: len(detail.rows[0]), default=None)


def _detail(body: str, wire: WireSpec) -> Template:
    """The reply to a call for the detail of one row. Raises ValueError."""
    assert wire.detail is not None
    made = Template(body, wire.model_copy(update={"items": wire.detail.items, "nested": ""}), single=True)
    if len(made.rows) != 1:
        raise ValueError(f"a detail tells one row, not {len(made.rows)}")
    made.single = not made.is_xml and isinstance(value_at(made.body, wire.detail.items), Mapping)
    return made


def _told(detail: Template | None, wire: WireSpec) -> Row:
    """What the detail of a row tells that the list leaves out; nothing where it was not recorded."""
    if detail is None or wire.detail is None:
        return {}
    return {name: value for name, value in detail.rows[0].items() if name in wire.detail.fields}


def _single(path: str, wire: WireSpec) -> bool:
    return path.startswith(INBOX) and wire.push is not None and wire.push.single


def pushed_of(folder: Path, wire: WireSpec, recording: Recording, *, own: bool) -> Recording:
    """What the source pushes: shaped as recorded in `PUSHED`, else as told, else as a reply.

    The rows are those of ``recording``, unless pushes are a stream of their ``own``. Raises SubjectInvalid.
    """
    push = wire.push
    if push is None or recording.pushed:
        return recording
    items, own_fields = push.items or ("" if push.single else wire.items), {"key": push.key, "time": push.time}
    told = {"items": items, "nested": "", "encoding": push.encoding or wire.encoding}
    wire = wire.model_copy(update=told | {name: field for name, field in own_fields.items() if field})
    if (folder / f"{PUSHED}.jsonl").is_file():
        found = Recording.read(folder, wire, PUSHED)
        return found if own else replace(recording, template=found.template)
    if push.place == "xml":
        raise SubjectInvalid(f"{folder.name}/{PUSHED}.jsonl: an XML push is recorded: nothing else tells its elements")
    empty = json.dumps(with_value({}, wire.items, []))
    if push.place == "form":
        empty = urlencode({name: json.dumps(value) for name, value in json.loads(empty).items()})
    return replace(recording, template=Template(empty, wire, single=push.single))


def rows_of(scenario: str, folder: Path, wire: WireSpec, times: Times) -> list[Row]:
    """The rows of a scenario: its own recording's, else derived from ``two_pages``. Raises SubjectInvalid."""
    given = (folder / f"{scenario}.jsonl").is_file()
    rows: list[Row] = copied(list(Recording.read(folder, wire, scenario if given else TWO_PAGES).rows))
    if given:
        return rows
    match scenario:
        case "empty":
            return []
        case "update":
            rows[0][wire.time] = times.later(rows)
        case "bad_row":
            del rows[len(rows) // 2][wire.key]
        case "unknown_code" if wire.code:
            middle = len(rows) // 2
            for path in filter(None, (wire.code, wire.label)):  # the name goes with the code, wherever they stand
                rows[middle] = with_value(rows[middle], path, UNKNOWN_CODE)
        case "delete" if wire.deleted is not None:
            rows[len(rows) // 2][wire.deleted.field] = wire.deleted.value
        case _:
            raise SubjectInvalid(f"no scenario {scenario}: no recording of that name, and nothing to derive it from")
    return rows
