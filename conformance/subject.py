"""The adapter under test, and what its ``conformance.toml`` says of the source it reads.

What it may say stands in `conformance.description`. The simulated source (`conformance.replay`) is made of it and of
the recordings beside it.
"""

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import ValidationError

from conformance.description import PageSpec, SinceSpec, SubjectSpec, WireSpec
from hub.api import Adapter, Capability, DatabaseConfig, FolderConfig, HubError, Manifest
from hub.testing import load_adapter, pulled

FILE = "conformance.toml"
AdapterClass = type[Adapter[Any]]
Way = Literal["http", "folder", "table", "push", "none"]
"""How an adapter's rows arrive."""


class SubjectInvalid(Exception):
    """``conformance.toml`` or a recording cannot be used; ``str()`` names the file and the key, never a value."""


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

        What is only pushed has no reply: its rows stand in the pushes. Raises SubjectInvalid.
        """
        wire = self.spec.wire
        if self.way == "table" and wire.within:
            raise SubjectInvalid(f"{FILE}: wire.within: a view is asked for what comes after a key of one column")
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
