"""What a ``conformance.toml`` may say of the source an adapter reads, table by table (``docs/conformance-toml.md``).

The file tells the source's truth, not the adapter's opinion: where rows are read, what their fields are called, how
pages are asked for.
"""

import re
from http import HTTPStatus
from typing import Any, Literal, Self
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, model_validator

Lacking = Literal["incremental", "counted", "deletions", "push", "acknowledge"]
"""Claims that one stream of an adapter may be without. What a watermark hangs on (ORDERED) is not among them."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class PageSpec(_Part):
    """How pages are asked for. Names of parameters, by kind.

    ``number``: ``page``, ``size``, from ``first``. ``offset``: ``start``, ``size``. ``keyset``: ``after_time``,
    ``after_key``, ``size``. ``token``: ``param``, ``size``; the next token stands at ``path`` of the reply. ``link``:
    the next address stands at ``path``, or in the header ``Link`` when that is empty. ``none``: all rows at once.
    ``past_end`` is what comes beyond the last page. ``largest`` is the most rows the source serves on one page.
    """

    kind: Literal["number", "offset", "keyset", "token", "link", "none"] = "none"
    page: str = ""
    size: str = ""
    first: int = 1
    start: str = ""
    after_time: str = ""
    after_key: str = ""
    param: str = ""
    path: str = ""
    past_end: Literal["empty", "last", "404"] = "empty"
    largest: int = Field(1000, ge=1)


class SinceSpec(_Part):
    """The parameter that asks for what changed at or after a time; ``style`` empty is the rows' own ``time_style``."""

    param: str
    style: str = ""


class WindowSpec(_Part):
    """Two parameters that cut a stretch out of the update times; ``end`` is its last day or second if inclusive."""

    begin: str
    end: str
    style: str = "%Y-%m-%d"
    end_inclusive: bool = True


class DetailSpec(_Part):
    """A call of its own for what the list does not tell of a row: ``[wire.detail]``.

    ``path`` stands below the wire's ``prefix``; the row's key stands in it as ``{key}``, or is the parameter ``param``.
    ``fields`` are those of a row that the list leaves out. A recorded call of that path shows what the detail tells, at
    ``items`` of the reply, as an object or in a list; without one it is a list's reply with key and ``fields``. A key
    that is not there is answered by 404.
    """

    path: str
    method: Literal["GET", "POST"] = "GET"
    param: str = ""
    fields: tuple[str, ...] = Field(min_length=1)
    items: str = ""

    @model_validator(mode="after")
    def _bears_the_key(self) -> Self:
        if (self.path.count("{key}") == 1) == bool(self.param):
            raise ValueError("either {key} stands in path, or param is told")
        return self

    def asked(self, path: str) -> str | None:
        """The key in a path; empty where ``param`` bears it, None for a path that is no detail's."""
        return _borne(self.path, "{key}", path)


def _borne(told: str, mark: str, path: str) -> str | None:
    """What a path has where ``told`` has the mark; empty where that has none, None for another path."""
    head, there, tail = told.partition(mark)
    found = re.fullmatch(re.escape(head) + ("([^/]+)" if there else "") + re.escape(tail), path)
    return found and unquote("".join(found.groups()))


class LendingSpec(_Part):
    """A login that lends secrets to sign with: ``[wire.login.lending]``. The secret stands at the login's ``token``.

    At ``renew`` a call signed with the secret at ``refresh`` gets new ones. Calls bear, as the parameter ``sign``, the
    digest in hex of what ``signed`` tells: names of parameters, and ``{secret}``. ``ends`` are paths of ends of lives,
    in epoch milliseconds, with the seconds they are ahead. Paths are in the answer.
    """

    renew: str
    refresh: str
    signed: tuple[str, ...]
    sign: str = "sign"
    algorithm: Literal["md5", "sha1", "sha256"] = "md5"
    ends: dict[str, int] = {}


class LoginSpec(_Part):
    """Where tokens are had and how they come back.

    ``token`` is a path in the answer, which is the recorded one of ``path``, else ``answer`` (JSON text). With
    ``lending`` it is a secret, and comes back in signatures.
    """

    path: str
    token: str = "token"  # noqa: S105 - the name of a field
    header: str = "Authorization"
    prefix: str = ""
    answer: str = "{}"
    lending: LendingSpec | None = None


class ReplySpec(_Part):
    """A reply of a fixed text, such as the one to a dead token."""

    status: int = 401
    body: str = '{"error":"denied"}'


class Tombstone(_Part):
    """A row whose ``field`` holds ``value`` is deleted."""

    field: str
    value: str | int | bool


class PersonSpec(_Part):
    """Dotted paths in a row to one person's name, identity number and phone (``party.name``, ``people.0.phone``)."""

    name: str = ""
    identity: str = ""
    phone: str = ""


class FilesSpec(_Part):
    """How a source drops files, whose form the suffix of ``path`` tells (``.csv``, ``.jsonl``).

    ``ready`` and ``marker`` are as in `hub.api.FileDrop`.
    """

    delimiter: str = ","
    ready: Literal["still", "marker", "manifest"] = "still"
    marker: str = ".ok"


class PushSpec(_Part):
    """How the source pushes: the ``[wire.push]`` table. Paths are in the body of a push, which is JSON, a form or XML.

    The path of a form begins with one of its fields; one that holds JSON is opened. ``method`` and ``content_type`` are
    what the source sends, by default POST and the usual name of what the body is. An XML push is recorded.

    ``items`` is the path of the rows, ``rows`` of them in one push (0: as many as there are), or of the one row as an
    object where it stands ``single`` (empty: the body is the row). ``number`` is the path of the push's own number,
    ``sent`` that of the time it left at: both are others in each push, whatever it tells. ``encoding`` is that of
    replies unless it is told. ``answer`` is what the source takes for success, word for word or as JSON.
    ``words_unsigned`` says that its signature covers none of what a push tells, and that it knows no better. ``stream``
    is the manifest's first unless it is told; of another one ``key`` and ``time`` are those of its rows.
    ``recordings/pushed.jsonl`` shows what else stands in a body, and the rows of another stream.
    """

    stream: str = ""
    place: Literal["json", "form", "xml"] = "json"
    method: Literal["POST", "PUT"] = "POST"
    content_type: str = ""
    items: str = ""
    rows: int = Field(1, ge=0)
    single: bool = False
    number: str = ""
    sent: str = ""
    encoding: str = ""
    answer: str = ""
    words_unsigned: bool = False
    key: str = ""
    time: str = ""


class LaterSpec(_Part):
    """Where the source is asked what became of a delivery it took in: the ``[deliver.later]`` table.

    Its number (its key, where it has none) stands in ``path`` as ``{number}``, or is the parameter ``param``: in the
    query of a GET, else where deliveries have their fields. The first answer is ``waiting``, the next one ``ok`` or
    ``refused``, of which the number and ``{key}`` are the delivery's. A number that was not given is answered by 404.
    """

    path: str
    method: Literal["GET", "POST"] = "GET"
    param: str = ""
    waiting: ReplySpec
    ok: ReplySpec
    refused: ReplySpec

    @model_validator(mode="after")
    def _bears_the_number(self) -> Self:
        if (self.path.count("{number}") == 1) == bool(self.param):
            raise ValueError("either {number} stands in path, or param is told")
        return self

    def asked(self, path: str) -> str | None:
        """The number in a path; empty where ``param`` bears it, None for another path."""
        return _borne(self.path, "{number}", path)


class DeliverSpec(_Part):
    """How the source takes what is handed to it: the ``[deliver]`` table.

    ``paths`` tell, by kind of delivery, where it is taken, below the wire's ``prefix``, by ``method``. ``place`` is
    where its fields travel, ``xml`` being the innermost elements of the body; with ``wrap`` as one JSON text in the
    form field of that name. The delivery's key stands in the header ``key_header``, or in the field at the path
    ``key_field``. ``keyed``: the source acts once, however often that key comes.

    ``ok`` is the answer to one it takes, ``refused`` to one it does not take for the ``reason``, ``failed`` to one it
    could not look at now; ``{key}`` in them is the key that came. ``number`` is its own number, if ``ok`` tells one.
    With ``later``, ``ok`` says no more than that it was taken in; each has a number of its own, which begins with
    ``number``, and every other one that is refused is refused later.
    ``bodies`` are what the suite hands over, by kind, in the place of its own (``schemas.delivery``).
    """

    paths: dict[str, str]
    method: Literal["GET", "POST"] = "POST"
    place: Literal["query", "json", "form", "xml"] = "json"
    wrap: str = ""
    key_header: str = ""
    key_field: str = ""
    keyed: bool = True
    ok: ReplySpec
    refused: ReplySpec
    failed: ReplySpec
    reason: str
    number: str = ""
    later: LaterSpec | None = None
    bodies: dict[str, dict[str, Any]] = {}


class WireSpec(_Part):
    """How the source speaks: the ``[wire]`` table.

    ``prefix`` is the path part of ``base_url``, ``path`` stands below it, or is a view's name. ``place`` is where
    parameters travel, ``xml`` being the innermost elements of the body; with ``wrap`` as one JSON text in the form
    field of that name. ``items`` and ``total`` are paths in the reply (a JSON text on the way is opened), ``nested``
    the path of such a text, ``clock`` that of the source's own time.

    ``key``, ``time``, ``code``, ``label`` (the code's name) and ``row`` (number within the page, from 1) are fields of
    a row, dotted paths where they stand further in; a name with dots that stands so in the recorded rows is a name.
    ``within`` are fields without which ``key`` says too little (an area that counts by itself), ``version`` a number
    that rises with each change, beside ``time``. ``time_style`` is a strftime form, ``epoch_s``, ``epoch_ms`` or
    ``iso``; naive times are of ``zone``. ``encoding`` is that of the replies, whatever old name (GBK, CP936) it goes
    by; ``unit`` that of amounts. ``order`` is how rows come: by ``key``, by ``time`` or by ``-time`` (newest first).
    ``requires`` are headers without which a call is denied, as ``denied`` says. ``throttled`` is how the source asks
    for patience in words of its own. ``failed`` is how it says, with status 200, that it cannot answer now; false where
    it never does. ``filters`` are parameters that ask for the rows of one value only, each with the field it stands in,
    a dotted path. ``acknowledged`` are the columns in which a table is told that a row was taken, with the word for it
    (``{now}``: the time).
    """

    path: str
    method: Literal["GET", "POST"] = "GET"
    place: Literal["query", "json", "form", "xml"] = "query"
    wrap: str = ""
    prefix: str = ""
    key: str
    within: tuple[str, ...] = ()
    version: str = ""
    time: str = ""
    time_style: str = "%Y-%m-%d %H:%M:%S"
    zone: str = "Asia/Shanghai"
    code: str = ""
    label: str = ""
    row: str = ""
    total: str = ""
    items: str = ""
    nested: str = ""
    clock: str = ""
    clock_style: str = ""
    order: Literal["", "key", "time", "-time"] = ""
    encoding: Literal["utf-8", "gb18030"] = "utf-8"
    unit: Literal["fen", "yuan", "wan"] = "yuan"
    requires: tuple[str, ...] = ()
    deleted: Tombstone | None = None
    person: PersonSpec = PersonSpec()
    page: PageSpec = PageSpec()
    since: SinceSpec | None = None
    window: WindowSpec | None = None
    filters: dict[str, str] = {}
    detail: DetailSpec | None = None
    login: LoginSpec | None = None
    files: FilesSpec = FilesSpec()
    push: PushSpec | None = None
    denied: ReplySpec = ReplySpec()
    throttled: ReplySpec | None = None
    failed: ReplySpec | Literal[False] | None = None
    acknowledged: dict[str, str] = {}

    @model_validator(mode="after")
    def _fails_in_words(self) -> Self:
        if self.failed and self.failed.status != HTTPStatus.OK:
            raise ValueError("failed: say status = 200; any other speaks for itself")
        return self

    @model_validator(mode="after")
    def _asks_for_no_part_of_a_key(self) -> Self:
        if self.within and (self.detail is not None or self.page.kind == "keyset"):
            raise ValueError("where keys go back to the source, key is one field: within goes with no detail or keyset")
        return self


class _Rows(_Part):
    """What is told of the rows of one stream."""

    unmapped: tuple[str, ...] = ()
    unmapped_codes: tuple[str, ...] = ()
    lacks: frozenset[Lacking] = frozenset()


class StreamSpec(_Rows):
    """How a further stream differs: ``[streams.NAME]``; its ``wire`` is laid over ``[wire]``, ``push`` apart.

    A table told empty takes away what ``[wire]`` tells (``deleted = {}``). Recordings are in ``recordings/NAME/``.
    """

    wire: dict[str, Any] = {}


class RowsSpec(_Part):
    """How the source takes what is handed to it as rows: the ``[rows]`` table, of a front database.

    ``tables`` tell, by kind of delivery, into which table it goes; ``columns`` those of each, with blanks between. The
    delivery's key stands in the column ``key``. A row that waits bears the texts of ``waiting``, one that the other
    side has fetched those of ``fetched``.
    """

    tables: dict[str, str]
    columns: dict[str, str]
    key: str
    waiting: dict[str, str]
    fetched: dict[str, str]


class SubjectSpec(_Rows):
    """The whole file. ``settings`` is a valid config of the adapter, its secrets told as ``canary``.

    ``unmapped`` are fields of a row that the adapter leaves out on purpose (``BLGC[].BLR``); ``unmapped_codes`` are
    classification codes of the recording that mean nothing the taxonomy has, and stay unmapped. ``lacks`` are claims of
    the adapter that hold for other streams only. These three, and ``wire``, tell of the first stream; ``streams`` tell
    of the others (`conformance.streams`).

    The harness fills ``base_url``, ``folder`` or ``database``, and ``history_from`` and ``page_size`` unless they are
    told here.
    """

    suite: str
    settings: dict[str, Any] = {}
    wire: WireSpec = WireSpec(path="", key="")  # told wherever there is a stream
    streams: dict[str, StreamSpec] = {}
    deliver: DeliverSpec | None = None  # told wherever DELIVER is claimed, by a source over HTTP
    rows: RowsSpec | None = None  # and by a front database
    waive: tuple[dict[str, Any], ...] = ()  # read by `conformance.waivers`
