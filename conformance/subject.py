"""The adapter under test, and what its ``conformance.toml`` says of the source it reads.

The file tells the source's truth, not the adapter's opinion: where rows are read, what their fields are called, how
pages are asked for. The simulated source (`conformance.replay`) is made of it and of the recordings beside it.
"""

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.api import Adapter, DatabaseConfig, FolderConfig, Manifest
from hub.testing import load_adapter

FILE = "conformance.toml"
AdapterClass = type[Adapter[Any]]
Way = Literal["http", "folder", "table"]
"""How an adapter's rows arrive."""


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


class LoginSpec(_Part):
    """Where tokens are had and how they come back.

    ``token`` is a path in the answer, which is the recorded one of ``path``, else ``answer`` (JSON text).
    """

    path: str
    token: str = "token"  # noqa: S105 - the name of a field
    header: str = "Authorization"
    prefix: str = ""
    answer: str = "{}"


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


class WireSpec(_Part):
    """How the source speaks: the ``[wire]`` table.

    ``prefix`` is the path part of ``base_url``, ``path`` stands below it, or is a view's name. ``place`` is where
    parameters travel, ``xml`` being the innermost elements of the body; with ``wrap`` as one JSON text in the form
    field of that name. ``items`` and ``total`` are paths in the reply (a JSON text on the way is opened), ``nested``
    the path of such a text, ``clock`` that of the source's own time.

    ``key``, ``time``, ``code``, ``label`` (the code's name) and ``row`` (number within the page, from 1) are fields of
    a row. ``time_style`` is a strftime form, ``epoch_s``, ``epoch_ms`` or ``iso``; naive times are of ``zone``.
    ``encoding`` is that of the replies, whatever old name (GBK, CP936) it goes by; ``unit`` that of amounts.
    ``order`` is how rows come: by ``key``, by ``time`` or by ``-time`` (newest first). ``requires`` are headers without
    which a call is denied, as ``denied`` says.
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
    denied: ReplySpec = ReplySpec()


class SubjectSpec(_Part):
    """The whole file. ``settings`` is a valid config of the adapter, its secrets told as ``canary``.

    ``unmapped`` are fields of a row that the adapter leaves out on purpose (``BLGC[].BLR``); ``unmapped_codes`` are
    classification codes of the recording that mean nothing the taxonomy has, and stay unmapped.

    The harness fills ``base_url``, ``folder`` or ``database``, and ``history_from`` and ``page_size`` unless they are
    told here.
    """

    suite: str
    unmapped: tuple[str, ...] = ()
    unmapped_codes: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    wire: WireSpec
    waive: tuple[dict[str, Any], ...] = ()  # read by `conformance.waivers`


@dataclass(frozen=True)
class Subject:
    """One adapter under test and the folder with its ``conformance.toml`` and ``recordings/``."""

    kind: AdapterClass
    folder: Path
    spec: SubjectSpec

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
        return cls(kind, found, read_spec(found / FILE))

    @property
    def manifest(self) -> Manifest:
        """The adapter's manifest."""
        return self.kind.manifest

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
        return way_of(self.kind)

    @cached_property
    def wire(self) -> WireSpec:
        """How the source speaks. A database is asked by the hub itself, whose way of asking needs no telling."""
        return self.spec.wire.model_copy(update=TABLE_ASKING) if self.way == "table" else self.spec.wire


TABLE_ASKING: Mapping[str, Any] = {
    "page": PageSpec(kind="keyset", page="part", after_time="after_time", after_key="after_key", size="rows"),
    "since": SinceSpec(param="since"),
}
"""What the hub's statements ask a view for, by the names they give it."""


def way_of(kind: AdapterClass) -> Way:
    """How an adapter's rows arrive, by the class of its settings."""
    if issubclass(kind.Config, DatabaseConfig):
        return "table"
    return "folder" if issubclass(kind.Config, FolderConfig) else "http"


def somewhere(kind: AdapterClass) -> Mapping[str, str]:
    """The setting that says where an adapter reads, for one that is made and not used."""
    nowhere: Mapping[Way, Mapping[str, str]] = {
        "http": {"base_url": "http://127.0.0.1:9"},
        "folder": {"folder": "/nowhere"},
        "table": {"database": "sqlite:////nowhere/front.db"},
    }
    return nowhere[way_of(kind)]


def read_spec(path: Path) -> SubjectSpec:
    """Read a ``conformance.toml``. Raises SubjectInvalid with every problem, values untold."""
    try:
        return SubjectSpec.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as why:
        raise SubjectInvalid(f"{path.name}: {type(why).__name__}") from why
    except ValidationError as why:
        problems = why.errors(include_input=False, include_url=False)
        said = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problems)
        raise SubjectInvalid(f"{path.name}: {said}") from None


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
