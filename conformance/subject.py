"""The adapter under test, and what its ``conformance.toml`` says of the source it reads.

The file tells the source's truth, not the adapter's opinion: where rows are read, what their fields are called, how
pages are asked for. The simulated source (`conformance.replay`) is made of it and of the recordings beside it.
"""

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.api import Adapter, Capability, DatabaseConfig, FolderConfig, HubError, Manifest
from hub.testing import load_adapter, pulled

FILE = "conformance.toml"
AdapterClass = type[Adapter[Any]]
Way = Literal["http", "folder", "table", "push", "none"]
"""How an adapter's rows arrive."""

Lacking = Literal["incremental", "counted", "deletions", "push", "acknowledge"]
"""Claims that one stream of an adapter may be without. What a watermark hangs on (ORDERED) is not among them."""


class SubjectInvalid(Exception):
    """``conformance.toml`` or a recording cannot be used; ``str()`` names the file and the key, never a value."""


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
    replies unless it is told. ``answer`` is what the source takes for success, word for word or as JSON. ``stream`` is
    the manifest's first unless it is told; of another one ``key`` and ``time`` are those of its rows.
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
    key: str = ""
    time: str = ""


class DeliverSpec(_Part):
    """How the source takes what is handed to it: the ``[deliver]`` table.

    ``paths`` tell, by kind of delivery, where it is taken, below the wire's ``prefix``, by ``method``. ``place`` is
    where its fields travel, ``xml`` being the innermost elements of the body; with ``wrap`` as one JSON text in the
    form field of that name. The delivery's key stands in the header ``key_header``, or in the field at the path
    ``key_field``. ``keyed``: the source acts once, however often that key comes.

    ``ok`` is the answer to one it takes, ``refused`` to one it does not take for the ``reason``, ``failed`` to one it
    could not look at now; ``{key}`` in them is the key that came. ``number`` is its own number, if ``ok`` tells one.
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
    bodies: dict[str, dict[str, Any]] = {}


class WireSpec(_Part):
    """How the source speaks: the ``[wire]`` table.

    ``prefix`` is the path part of ``base_url``, ``path`` stands below it, or is a view's name. ``place`` is where
    parameters travel, ``xml`` being the innermost elements of the body; with ``wrap`` as one JSON text in the form
    field of that name. ``items`` and ``total`` are paths in the reply (a JSON text on the way is opened), ``nested``
    the path of such a text, ``clock`` that of the source's own time.

    ``key``, ``time``, ``code``, ``label`` (the code's name) and ``row`` (number within the page, from 1) are fields of
    a row, ``code`` and ``label`` dotted paths where they stand further in. ``time_style`` is a strftime form,
    ``epoch_s``, ``epoch_ms`` or ``iso``; naive times are of ``zone``. ``encoding`` is that of the replies, whatever old
    name (GBK, CP936) it goes by; ``unit`` that of amounts. ``order`` is how rows come: by ``key``, by ``time`` or by
    ``-time`` (newest first). ``requires`` are headers without which a call is denied, as ``denied`` says. ``throttled``
    is how the source asks for patience in words of its own. ``acknowledged`` are the columns in which a table is told
    that a row was taken, with the word for it (``{now}``: the time).
    """

    path: str
    method: Literal["GET", "POST"] = "GET"
    place: Literal["query", "json", "form", "xml"] = "query"
    wrap: str = ""
    prefix: str = ""
    key: str
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
    login: LoginSpec | None = None
    files: FilesSpec = FilesSpec()
    push: PushSpec | None = None
    denied: ReplySpec = ReplySpec()
    throttled: ReplySpec | None = None
    acknowledged: dict[str, str] = {}


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


@dataclass(frozen=True)
class Subject:
    """One adapter under test and the folder with its ``conformance.toml`` and ``recordings/``.

    ``instance`` is one made of other settings than the file's: those of a live source. ``stream`` is the only one of
    the adapter's that is looked at, if there are several; its recordings are in the folder ``recordings``.
    """

    kind: AdapterClass
    folder: Path
    spec: SubjectSpec
    instance: Adapter[Any] | None = None
    stream: str = ""
    apart: str = ""  # the folder within ``recordings/`` of a stream that is not the first

    @classmethod
    def load(cls, name: str) -> Self:
        """The installed adapter of that name. Raises PluginError, SubjectInvalid."""
        return cls.of(load_adapter(name))

    @classmethod
    def of(cls, kind: AdapterClass, folder: Path | None = None) -> Self:
        """A class; ``folder`` defaults to that of the nearest class it inherits from that has one.

        A module's folder is the one it stands in, or the one beside it that bears its name. Raises SubjectInvalid.
        """
        found = folder or next((place for base in kind.__mro__ for place in _folders(base) if _told(place)), None)
        if found is None or not _told(found):
            raise SubjectInvalid(f"no {FILE} beside {kind.__module__}")
        spec = read_spec(found / FILE)
        if kind.manifest.streams and "wire" not in spec.model_fields_set:
            raise SubjectInvalid(f"{FILE}: wire: Field required")
        return cls(kind, found, spec)

    @cached_property
    def teller(self) -> AdapterClass | Adapter[Any]:
        """What tells manifest and crosswalk: the class, or one made of the file's settings where these decide.

        Raises SubjectInvalid.
        """
        if self.instance is not None or not self.kind.by_settings:
            return self.instance or self.kind
        try:
            config = self.kind.Config.model_validate({**somewhere(self.kind), **self.spec.settings})
        except (ValidationError, HubError) as why:
            said = str(why) if isinstance(why, HubError) else problems(why)
            raise SubjectInvalid(f"{FILE}: settings: {said}") from None
        return self.kind(config)

    @property
    def manifest(self) -> Manifest:
        """The adapter's manifest, with the one stream that is looked at and the claims that hold for it."""
        whole = self.teller.manifest
        if not self.stream:
            return whole
        return replace(
            whole,
            streams=(whole.stream(self.stream),),
            capabilities=whole.capabilities - {Capability(claim) for claim in self.spec.lacks},
        )

    @property
    def at_once(self) -> bool:
        """Whether one call reads everything."""
        return self.wire.page.kind == "none" and self.wire.window is None

    @property
    def streams(self) -> tuple[str, ...] | None:
        """The names of the streams to run; None for all there are."""
        return (self.stream,) if self.stream else None

    @property
    def recordings(self) -> Path:
        """Where the recordings are."""
        return self.folder / "recordings" / self.apart

    @property
    def name(self) -> str:
        """The adapter's name."""
        return self.manifest.name

    @property
    def version(self) -> str:
        """The adapter's version."""
        return self.manifest.version

    @property
    def way(self) -> Way:
        """How the adapter's rows arrive, by the class of its settings."""
        asked = not self.stream or any(stream.name == self.stream for stream in pulled(self.teller))
        return way_of(self.kind) if asked else "push"

    @cached_property
    def wire(self) -> WireSpec:
        """How the source speaks. A database is asked by the hub itself, whose way of asking needs no telling.

        What is only pushed has no reply: its rows stand in the pushes.
        """
        wire = self.spec.wire
        if self.way == "push" and wire.push is not None and wire.push.items:
            return wire.model_copy(update={"items": wire.push.items})
        return wire.model_copy(update=TABLE_ASKING) if self.way == "table" else wire


TABLE_ASKING: Mapping[str, Any] = {
    "page": PageSpec(kind="keyset", page="part", after_time="after_time", after_key="after_key", size="rows"),
    "since": SinceSpec(param="since"),
}
"""What the hub's statements ask a view for, by the names they give it."""


def way_of(kind: AdapterClass) -> Way:
    """How an adapter's rows arrive, by the class of its settings.

    ``push`` where the hub asks for none of them, ``none`` where none arrive: it only delivers.
    """
    if not kind.manifest.streams:
        return "none"
    if Capability.PUSH in kind.manifest.capabilities and not pulled(kind):
        return "push"
    if issubclass(kind.Config, DatabaseConfig):
        return "table"
    return "folder" if issubclass(kind.Config, FolderConfig) else "http"


def somewhere(kind: AdapterClass) -> Mapping[str, str]:
    """The setting that says where an adapter reads, for one that is made and not used."""
    nowhere: Mapping[Way, Mapping[str, str]] = {
        "http": {"base_url": "http://127.0.0.1:9"},
        "folder": {"folder": "/nowhere"},
        "table": {"database": "sqlite:////nowhere/front.db"},
        "none": {"base_url": "http://127.0.0.1:9"},
        "push": {"base_url": "http://127.0.0.1:9"} if "base_url" in kind.Config.model_fields else {},
    }
    return nowhere[way_of(kind)]


def read_spec(path: Path) -> SubjectSpec:
    """Read a ``conformance.toml``. Raises SubjectInvalid with every problem, values untold.

    Settings that name a file count from its folder, as in ``hub.toml``.
    """
    try:
        spec = SubjectSpec.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        files = {name: str(path.parent / str(told)) for name, told in spec.settings.items() if name.endswith("_file")}
        return spec.model_copy(update={"settings": spec.settings | files})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as why:
        raise SubjectInvalid(f"{path.name}: {type(why).__name__}") from why
    except ValidationError as why:
        raise SubjectInvalid(f"{path.name}: {problems(why)}") from None


def problems(why: ValidationError) -> str:
    """Every problem with its key, values untold."""
    problems = why.errors(include_input=False, include_url=False)
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problems)


def _told(folder: Path) -> bool:
    return (folder / FILE).is_file()


def _folders(base: type) -> tuple[Path, ...]:
    file: str | None = getattr(sys.modules.get(base.__module__), "__file__", None)
    if file is None or base.__module__.startswith("hub."):
        return ()
    return (Path(file).with_suffix(""), Path(file).parent)


def own_settings(spec: SubjectSpec, secret: str) -> Mapping[str, Any]:
    """The settings with ``secret`` for each ``canary``."""
    return {name: secret if value == "canary" else value for name, value in spec.settings.items()}
