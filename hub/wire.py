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
    """

    format: Literal["json", "xml"] = "json"
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Signing:
    """How a request is signed.

    ``fields`` are joined by ``joiner`` in their order; each is one of ``{app_key} {app_secret} {timestamp} {nonce}
    {method} {path} {body} {query}`` or a literal. ``hmac-*`` algorithms are keyed with ``app_secret``. The signature
    and its companions go to ``place`` under the names given; a name left empty is not sent.
    """

    fields: tuple[str, ...]
    joiner: str = ""
    algorithm: Literal["md5", "sha1", "sha256", "sm3", "hmac-sha256", "hmac-sm3"] = "hmac-sha256"
    output: Literal["hex", "HEX", "base64"] = "hex"
    timestamp: Literal["s", "ms", "iso"] = "ms"
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

    ``place`` says where parameters go: query string, form, JSON body, or a form with all of them as one JSON text in
    the field ``wrap`` (``bizContent``). ``params`` are fixed parameters, ``{name}`` filled from the settings.
    """

    path: str
    method: Literal["GET", "POST"] = "GET"
    place: Literal["query", "form", "json"] = "query"
    wrap: str = ""
    single_quoted: bool = False
    plain: Mapping[str, str] = field(default_factory=dict)  # form fields beside the wrapped one
    params: Mapping[str, Scalar] = field(default_factory=dict)
    paging: Paging = PageNumber()
    window: Window | None = None
    since: Since | None = None
