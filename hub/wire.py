"""A wire as data: how a source wraps, signs, pages and encodes. Declared on a manifest, run by `hub.sources`.

Nothing here does anything; each class says what a source's documents say. Paths are dotted (``data.records``); an empty
path is the whole body. A string found where a path goes on is opened as JSON, two levels deep at the most (habit 2 of
the sources: a payload encoded twice).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Scalar = str | int | bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """Where success, payload, total and message stand in a reply.

    ``ok`` is the path of the success flag and ``ok_values`` the values that mean success, compared as text (a source
    that answers ``"00"`` today answers ``0`` tomorrow). ``denied`` and ``throttled`` are values of ``ok`` (or of
    ``code`` when that path is given) that mean a login is needed, or "come back later". ``clock`` is the path of the
    source's own time. ``inner`` is the envelope found at ``items``. A reply whose ``items`` path leads nowhere is
    invalid, not empty, unless ``empty_values`` holds what stands there instead of an empty list (``None``, ``""``).
    ``single`` takes an object where a list would stand as one row: what most sources push. A ``form``, as some push, is
    an object of its fields by name; a field that holds JSON is opened where a path leads into it. A reply of the format
    ``none`` is not opened: its status tells all, unless it is a web page, such as a login's.
    """

    format: Literal["json", "xml", "form", "none"] = "json"
    items: str = ""
    ok: str | None = None
    ok_values: tuple[Scalar, ...] = ()
    code: str | None = None
    denied: tuple[Scalar, ...] = (401, 403)
    throttled: tuple[Scalar, ...] = (429,)
    total: str | None = None
    message: str | None = None
    clock: str | None = None
    empty_values: tuple[Scalar, ...] = ()
    inner: "Envelope | None" = None
    single: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Signing:
    """How a request is signed.

    ``fields`` are joined by ``joiner`` in their order; each is one of ``{app_key} {app_secret} {timestamp} {nonce}
    {method} {path} {body} {query} {params}`` or a literal; ``{params}`` are the parameters of query and form by name,
    ``name=value`` as they are before they are encoded, with ``&`` between. ``hmac-*`` algorithms are keyed with
    ``app_secret``. The signature and its companions go to ``place`` under the names given; a name left empty is not
    sent. A nonce of ``digits`` is the time in milliseconds and four more.
    """

    fields: tuple[str, ...]
    joiner: str = ""
    algorithm: Literal["md5", "sha1", "sha256", "sm3", "hmac-sha256", "hmac-sm3"] = "hmac-sha256"
    output: Literal["hex", "HEX", "base64"] = "hex"
    timestamp: Literal["s", "ms", "iso"] = "ms"
    nonce: Literal["hex", "digits"] = "hex"
    place: Literal["header", "query", "body"] = "header"
    key_name: str = "X-App-Key"
    timestamp_name: str = "X-Timestamp"
    nonce_name: str = "X-Nonce"
    sign_name: str = "X-Sign"


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """A token got by a form or JSON post, then sent with each request; got anew when the source says it has died.

    ``fields`` are posted, ``{name}`` filled from the settings. ``wrap`` puts them as one JSON text into the form
    field of that name (``bizContent``), single-quoted when ``single_quoted``. ``token`` and ``life`` are paths in the
    answer; ``life`` in seconds.
    """

    path: str
    fields: Mapping[str, str]
    body: Literal["form", "json"] = "form"
    wrap: str = ""
    single_quoted: bool = False
    plain: Mapping[str, str] = field(default_factory=dict)
    envelope: Envelope = Envelope()
    token: str = "access_token"  # noqa: S105 - the name of a field
    life: str = ""
    header: str = "Authorization"
    prefix: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lent:
    """Where a lent secret stands in an answer, and for how long it is good.

    ``value`` and ``ends`` are paths; at ``ends`` stands the time it ends at, as any clock of the source is written.
    ``life_s``, in seconds, is what the documents promise: it counts where the answer tells no end, and bounds a later
    one.
    """

    value: str
    ends: str = ""
    life_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Renewal:
    """One call that lends secrets. ``lends`` tells them by names of ours.

    ``by`` is the name of the lent secret it is signed with; empty: ``app_secret`` of the settings.
    """

    path: str
    lends: Mapping[str, Lent]
    by: str = ""
    method: Literal["GET", "POST"] = "GET"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lending:
    """A gateway that lends secrets for a while: `Manifest.signing` signs calls for rows with the one named ``signs``.

    ``renewals`` stand in the order they are tried in: one whose ``by`` is not at hand, is over or is refused gives way
    to the next. ``signing`` is theirs. A gateway may let only the latest secrets of an ``app_key`` live, so all
    instances and processes with that key share what is lent, and one renews for all.
    """

    renewals: tuple[Renewal, ...]
    signs: str
    signing: Signing
    envelope: Envelope = Envelope()


@dataclass(frozen=True, kw_only=True, slots=True)
class PageNumber:
    """``page=1,2,3…`` with a fixed size, until the announced total is met, a page is empty or repeats its predecessor
    (some sources answer the last page again for ever)."""

    page: str = "pageNum"
    size: str = "pageSize"
    rows: int = 100
    first: int = 1
    not_found_ends: bool = False  # 404 past the end


@dataclass(frozen=True, kw_only=True, slots=True)
class Keyset:
    """Rows after (time, key) of the last row seen, ordered by both: the one habit that neither skips nor repeats.

    ``time`` and ``key`` are field names in the items; ``after_time`` and ``after_key`` the parameters. The read ends
    at a page with fewer than ``rows`` rows *and* no row beyond the position.
    """

    time: str
    key: str
    after_time: str
    after_key: str
    size: str = "size"
    rows: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Offset:
    """``start=0,100,200…``: only for sources that have nothing better; rows that move are caught by the look-back."""

    start: str = "START"
    size: str = "SIZE"
    rows: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class NextToken:
    """A token in the reply at ``path`` leads to the next page as parameter ``param``; absent or empty ends the read."""

    path: str
    param: str
    size: str = ""
    rows: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class NextLink:
    """A whole link at ``path`` (empty: the HTTP ``Link: rel="next"`` header) leads on; foreign origins are refused."""

    path: str = ""


Paging = PageNumber | Keyset | Offset | NextToken | NextLink


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The read is cut into windows of ``days``, by the source's local days, and always goes back ``look_back`` days.

    ``begin`` and ``end`` are parameter names; ``style`` is the strftime form the source wants; ``end`` is the
    window's last day when ``end_inclusive``, else the day after. A first read starts at the setting ``history_from``.
    """

    begin: str
    end: str
    days: int = 1
    look_back: int = 3
    style: str = "%Y-%m-%d"
    end_inclusive: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Since:
    """One parameter that asks for rows changed at or after a time.

    ``style`` is how the time is written: a strftime form, ``epoch_s`` or ``epoch_ms``.
    """

    param: str
    style: str = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One declarative read: method, path, where parameters travel, and how it pages.

    ``place`` says where parameters go: query string, form, JSON body (a name with dots leads into objects there:
    ``page.current``), or a form with all of them as one JSON text in the field ``wrap`` (``bizContent``). ``params``
    are fixed parameters, ``{name}`` filled from the settings.

    ``xml`` puts them into ``template``, a whole document such as a SOAP envelope: ``{name}`` is a parameter, empty
    while the read does not send it, else a setting; either is escaped. ``headers`` are sent as they stand
    (``SOAPAction``; a ``Content-Type`` there stands in place of ``text/xml``).
    """

    path: str
    method: Literal["GET", "POST"] = "GET"
    place: Literal["query", "form", "json", "xml"] = "query"
    template: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    wrap: str = ""
    single_quoted: bool = False
    plain: Mapping[str, str] = field(default_factory=dict)  # form fields beside the wrapped one
    params: Mapping[str, Scalar] = field(default_factory=dict)
    paging: Paging = PageNumber()
    window: Window | None = None
    since: Since | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FileDrop:
    """Files that appear in a folder, each read once and whole, oldest name first. Their columns are the items' fields.

    ``pattern`` is a glob. ``format`` empty is told by the name's suffix (a ``.zip`` holds files of the others).
    ``encoding`` empty: that of a byte order mark, else strict GB18030 unless it is valid UTF-8. ``delimiter`` empty is
    found in the first line. ``columns`` names the columns of files without a line of names. ``sheet`` is that of a
    workbook, its first when empty; ``row`` the element name of a row in XML.

    ``ready`` says when a file is whole: ``still`` (size unchanged between two looks), ``marker`` (a file of its name
    plus ``marker`` stands beside it and is not empty: one of no bytes counts as still being written) or ``manifest``
    (so does a JSON file with ``rows`` and ``sha256`` or ``sm3``, named by ``marker``). ``rows`` are those of a page.
    """

    pattern: str = "*"
    format: Literal["", "csv", "xlsx", "xml", "jsonl"] = ""
    encoding: str = ""
    delimiter: str = ""
    columns: tuple[str, ...] = ()
    sheet: str = ""
    row: str = ""
    ready: Literal["still", "marker", "manifest"] = "still"
    marker: str = ".ok"
    rows: int = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class TableView:
    """A view or table of a front database, read by rising (time, key). Its columns are the items' fields.

    ``time`` is the column of the last change, ``key`` that of the identity; without ``time`` all is read each time by
    key. ``columns`` empty takes all of them. ``acknowledge`` are columns written after our commit: a literal, or
    ``{now}`` for the hub's time in the source's zone. ``waiting`` tells how columns stand until then (NULL counts as
    well): a row in which one stands otherwise is read and left as it is. ``rows`` are those of a page.
    """

    view: str
    key: str
    time: str = ""
    columns: tuple[str, ...] = ()
    acknowledge: Mapping[str, str] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    rows: int = 500


Reading = Request | FileDrop | TableView
"""How a stream is read without a line of code."""

ROWS_ENVELOPE = Envelope(items="rows", total="total")
"""What pages of files and tables look like: our own JSON, ``{"rows": [...], "total": n, ...}``."""

LINE_FIELD, UNREAD_FIELD = "#", "!"
"""Fields of an item from a file or table: its line or row there, from 1; why it could not be read, if it could not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """How a source pushes: what shows that a push is its own, how its body is opened, what it is answered.

    ``signing`` is verified as a request of ours would be signed; the push's method, path, query and body are those it
    came with, less the signature where that stands in query or form. Without it the push bears the secret itself in
    ``token_header``, behind ``token_prefix``. ``key`` and ``secret`` name the settings that hold both. A push's time
    may be ``window_s`` seconds off ours, either way; a nonce counts once in that time. ``quota`` names the setting that
    holds how many pushes are taken in a minute (0: as many as come); what is over it is answered 429 and counted, not
    kept. ``most_bytes`` bounds the body; it comes uncompressed and as one of ``content_types``
    (``application/x-www-form-urlencoded`` beside an envelope of the format ``form``). ``envelope`` opens it (None: the
    stream's own), in ``encoding`` (empty: the manifest's). ``answer`` is the body that tells success.
    """

    signing: Signing | None = None
    key: str = "app_key"
    secret: str = "app_secret"  # noqa: S105 - the name of a setting
    token_header: str = "Authorization"  # noqa: S105 - the name of a header
    token_prefix: str = "Bearer "  # noqa: S105 - what stands before a token
    window_s: int = 300
    quota: str = ""
    method: Literal["POST", "PUT"] = "POST"
    content_types: tuple[str, ...] = ("application/json",)
    most_bytes: int = 5_000_000
    envelope: Envelope | None = None
    encoding: str = ""
    answer: str = '{"code":0}'
    answer_type: str = "application/json"


Answer = Literal["received", "accepted", "refused", "in_progress", "completed", "failed"]
"""Where what was asked of a body can stand, as its source tells it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivering:
    """How a source takes what the hub hands to it.

    With ``keyed`` it acts once however often the same key comes, so that an unknown outcome is tried again; without, an
    unknown outcome waits for a person. The key travels in the header ``key_header`` unless that is empty and
    `Adapter.deliver` puts it into a field. ``headers`` are sent as they stand, ``{name}`` filled from the settings (a
    ``Content-Type`` there stands in place of the body's own). ``envelope`` judges the answers; they hold no rows.
    ``kinds`` are what it takes. At most ``per_minute`` are sent; after ``attempts`` failures one is dead. ``backoff_s``
    is waited after the first failure, twice as long after each further one. Where the source acknowledges later
    (`hub.contract.Awaited`), it is looked at every ``look_s``, and less often as days go by.

    ``answers``: what the raw status of a record of the source says of the request of ours it answers, where the stage
    of the matter says nothing of it; a status that is not there says nothing yet. Empty: the stage tells.
    """

    kinds: tuple[str, ...]
    keyed: bool = True
    key_header: str = "Idempotency-Key"
    headers: Mapping[str, str] = field(default_factory=dict)
    envelope: Envelope = Envelope()
    per_minute: int = 60
    attempts: int = 8
    backoff_s: float = 5
    look_s: float = 60
    answers: Mapping[str, Answer] = field(default_factory=dict)
