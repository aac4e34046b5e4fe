"""The adapter contract: what an adapter declares and gives, and what the hub gives it.

An adapter is a class with a `Manifest` and, at the least, `Adapter.draft` or `Adapter.draft_of`. `pages` and `items`
have declarative defaults. The hub owns concurrency, limits, retries, clocks and storage; an adapter fetches and shapes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from hub.wire import ROWS_ENVELOPE, Delivering, Envelope, Lending, Login, Reading, Request, Scalar, Signing, Webhook
from schemas.draft import Draft, DraftEntry
from schemas.life import Stage

API = 1
"""Version of this contract. An adapter built for another one is refused by name, not run."""

Kind = Literal["court", "petition", "mediation", "grid", "notice", "generic"]
Item = Mapping[str, Any]
"""One row of a page: a JSON object, or an XML element as nested mappings of text."""

PUSHED = "push"
"""The window of pages that were pushed to us: their envelope may be another than that of pages we asked for."""


class Capability(StrEnum):
    """What an adapter claims. A claim is put to the test: declared and absent fails."""

    INCREMENTAL = "incremental"  # `since` narrows the read
    ORDERED = "ordered"  # rows come by rising revision: the watermark may move with every page
    COUNTED = "counted"  # the envelope announces a total that must be met
    DELETIONS = "deletions"  # tombstones are told
    PUSH = "push"
    DELIVER = "deliver"
    ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One kind of row a source gives. ``request`` is read declaratively unless the adapter overrides `Adapter.pages`.

    ``envelope`` overrides the manifest's; pages of files and tables have their own. Each stream has its own watermark.
    """

    name: str = "records"
    request: Reading | None = None
    envelope: Envelope | None = None


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What an adapter is. Names are lower_snake_case; ``timezone`` is the zone of every naive time in the replies.

    ``department`` is a code of ``schemas/taxonomy/departments.csv``; its items are tried after the adapter's own
    crosswalk. ``code_system`` names what ``Draft.code`` is a code of. ``stages`` maps raw status codes to the life of
    a dispute; a code that is not there leaves the stage unknown, with a note. ``overlap_s`` is re-read before the
    watermark, in seconds.
    """

    name: str
    version: str
    kind: Kind
    title: str = ""
    title_zh: str = ""
    department: str = ""
    timezone: str = "Asia/Shanghai"
    streams: tuple[Stream, ...] = (Stream(),)
    capabilities: frozenset[Capability] = frozenset()
    envelope: Envelope = field(default_factory=Envelope)
    signing: Signing | None = None
    login: Login | Lending | None = None
    encoding: str = "utf-8"
    code_system: str = ""
    causes: bool = False  # Draft.label is a cause of action (案由)
    stages: Mapping[str, Stage] = field(default_factory=dict)
    channel: str = "QT"
    overlap_s: int = 600
    webhook: Webhook | None = None
    delivering: Delivering | None = None
    api: int = API

    @property
    def zone(self) -> ZoneInfo:
        """The source's zone."""
        return ZoneInfo(self.timezone)

    def stream(self, name: str) -> Stream:
        """The declared stream of that name. Raises KeyError."""
        for stream in self.streams:
            if stream.name == name:
                return stream
        raise KeyError(name)

    def envelope_of(self, stream: str, window: str = "") -> Envelope:
        """How pages of that stream are opened; those of the window `PUSHED` as the webhook says. Raises KeyError."""
        declared = self.stream(stream)
        if window == PUSHED and self.webhook is not None and self.webhook.envelope is not None:
            return self.webhook.envelope
        ours = declared.request is not None and not isinstance(declared.request, Request)
        return declared.envelope or (ROWS_ENVELOPE if ours else self.envelope)

    def encoding_of(self, window: str = "") -> str:
        """How pages are encoded; those of the window `PUSHED` as the webhook says."""
        own = self.webhook.encoding if window == PUSHED and self.webhook is not None else ""
        return own or self.encoding


class SourceConfig(BaseModel):
    """Settings any source instance has. ``history_from`` is the first day a first read asks for. ``page_size`` 0 keeps
    the declared one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    history_from: str = "2020-01-01"
    page_size: int = Field(default=0, ge=0, le=10_000)


class FolderConfig(SourceConfig):
    """Settings of a source that drops files. ``folder`` is its inbox; what has been read goes to ``done`` inside it.

    With ``sftp`` (``sftp://user@host[:port]``) the folder is on that host, whose key ``host_key`` must be known
    (``ssh-ed25519 AAAA...``); ``password`` or ``private_key``, a file, lets us in.
    """

    folder: str
    sftp: str = Field(default="", pattern=r"^(sftp://.+)?$")
    host_key: str = ""
    password: SecretStr | None = None
    private_key: str = ""


class DatabaseConfig(SourceConfig):
    """Settings of a front database. ``database`` is an SQLAlchemy URL and holds a password: secret as a whole.

    ``look_back_s`` is re-read before the last time seen; ``statement_s`` bounds each statement.
    """

    database: SecretStr
    look_back_s: int = Field(default=600, ge=0)
    statement_s: int = Field(default=60, ge=1)


class PushConfig(SourceConfig):
    """Settings of a source that only pushes to us: its half of what its pushes are signed with."""

    app_key: str = ""
    app_secret: SecretStr | None = None
    token: SecretStr | None = None


class AdapterConfig(SourceConfig):
    """Settings of one source instance over HTTP. Subclass it to add your own; secrets are `SecretStr`. Unknown keys are
    refused. ``calls_per_day`` bounds the calls each of its interfaces gets in a day of its zone; 0: none are counted.
    """

    base_url: str = Field(pattern=r"^https?://")
    token: SecretStr | None = None
    app_key: str = ""
    app_secret: SecretStr | None = None
    username: str = ""
    password: SecretStr | None = None
    calls_per_day: int = Field(default=0, ge=0)


@dataclass(slots=True)
class Page:
    """One reply: bytes as they came, and what the envelope says of them.

    ``window`` names the stretch of the read it belongs to (``2026-03-01/2026-03-01``): when it changes, the one
    before is finished. ``clock`` is the source's own time when it answered, aware, or None. ``body`` and ``rows`` are
    decoded from ``content``. ``receipt`` is the source's own mark of the page, given back when its rows are kept.
    """

    content: bytes
    stream: str = "records"
    window: str = ""
    fetched: datetime | None = None
    clock: datetime | None = None
    body: Any = None
    rows: Sequence[Item] = ()
    total: int | None = None
    receipt: Any = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing handed to a source. ``key`` is the same for every attempt, and for the same cause told twice.

    ``body`` is what the hub's own part wrote for this ``kind``; it holds personal data and the repr does not show it.
    ``attempt`` counts from 1; what was only `Awaited` is not counted. ``handed`` says that it has been handed in, by
    the number the source gave it then: only its receipt is asked for.
    """

    key: str
    kind: str
    body: Mapping[str, Any] = field(repr=False)
    attempt: int = 1
    handed: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a source said of a delivery. Not ``accepted`` is final: it refuses, for the ``reason`` (its code).

    ``number`` is the source's own for it; ``body`` what else it told, kept sealed.
    """

    accepted: bool = True
    number: str = ""
    reason: str = ""
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Awaited:
    """A delivery is handed in, and the source will acknowledge it later: a row it has not fetched yet.

    It is asked again under the same key, after `hub.wire.Delivering.look_s`, until there is a `Receipt`. ``number`` is
    the source's own for it, or the key; what is asked again must not be handed in a second time.
    """

    number: str


class Source(Protocol):
    """What an adapter sees of the world: one source instance, its own origin only. A folder or table has no `get` or
    `post`, and only a table has `put`.

    Every call is retried, limited and turned into a `Page` or one named error (`hub.errors`): SourceDenied,
    SourceUnavailable, SourceThrottled, SourceReplyInvalid, PagingLoop. A request repeated within one read is a page
    loop.
    """

    name: str
    home: str
    stream: str

    def get(self, path: str, /, *, window: str = "", **params: Scalar) -> Page:
        """GET with query parameters; None leaves a parameter out."""
        ...

    def post(
        self,
        path: str,
        /,
        *,
        window: str = "",
        params: Mapping[str, Scalar] | None = None,
        json: Any = None,
        form: Mapping[str, Scalar] | None = None,
        xml: str | None = None,
    ) -> Page:
        """POST of a JSON or form body, or of a whole XML document."""
        ...

    def put(self, table: str, row: Mapping[str, Scalar], /, *, key: str) -> Item:
        """Insert a row of ours, in a delivery only; ``key`` is the column that holds the delivery's key.

        Answers the row as it stands there, whole: the same key again writes nothing.
        """
        ...

    def read(self, request: Reading, since: datetime | None) -> Iterator[Page]:
        """Read declaratively: page by page, window by window."""
        ...

    def now(self) -> datetime:
        """The hub's clock, aware, UTC. The only clock an adapter may look at."""
        ...


C = TypeVar("C", bound=SourceConfig)


class Adapter(Generic[C]):
    """Base of all adapters. Subclass, declare ``manifest`` and ``Config``, write ``draft``.

    No I/O and no clock at import, in ``__init__``, ``items`` or ``draft``: the last two are pure, and run again on
    stored bytes.

    Where a mapping file tells what a class does not know (``by_settings``), ``__init__`` gives the instance a
    ``manifest`` of its own, and a ``crosswalk`` if the settings name one; the file was read with the settings. The
    class's manifest then tells the name, the kind and how rows arrive.
    """

    manifest: Manifest
    Config: ClassVar[type[SourceConfig]] = AdapterConfig
    by_settings: ClassVar[bool] = False
    crosswalk: Path | None = None  # an SSSOM table; None: the one beside the module

    def __init__(self, config: C) -> None:
        self.config = config

    def pages(self, source: Source, since: datetime | None) -> Iterator[Page]:
        """Read ``source.stream`` from ``since``: aware, inclusive, moved back by the overlap already; None: all.

        It is None in a first read, and in every read of an adapter that does not claim INCREMENTAL.

        A page is kept as its ``content``, and opened anew from it. What is put into its ``rows`` or ``body`` alone is
        lost there.
        """
        request = self.manifest.stream(source.stream).request
        if request is None:
            raise NotImplementedError(f"{type(self).__name__} declares no request and overrides no pages()")
        yield from source.read(request, since)

    def items(self, page: Page) -> Sequence[Item]:
        """Cut a page into items; by default those at the declared envelope. Pure."""
        return page.rows

    def draft(self, item: Item) -> Draft | DraftEntry:
        """Shape one item: a dispute or another kind of draft. Pure. Any exception here is this item's rejection."""
        raise NotImplementedError

    def draft_of(self, stream: str) -> Callable[[Item], Draft | DraftEntry]:
        """What shapes the items of a stream: `draft`, unless streams give rows of different sorts. Pure."""
        return self.draft

    def remarks(self, items: Sequence[Item]) -> Sequence[str]:
        """What whoever sets a source up should know of the first items read, such as fields they lack. Pure."""
        return ()

    def deliver(self, source: Source, delivery: Delivery) -> Receipt | Awaited:
        """Hand one delivery to the source; its pages' ``body`` is the opened answer. What it raises is tried again."""
        raise NotImplementedError


def pulled(adapter: type[Adapter[Any]] | Adapter[Any]) -> tuple[Stream, ...]:
    """The streams the hub asks for; the others are only pushed."""
    streams = adapter.manifest.streams
    kind = adapter if isinstance(adapter, type) else type(adapter)
    return streams if kind.pages is not Adapter.pages else tuple(each for each in streams if each.request is not None)
