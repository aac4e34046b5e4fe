"""What commands share: settings, registry, taxonomy and store, each opened when first asked for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from hub.contract import Adapter
    from hub.mapping.mapper import Mapper
    from hub.registry import AdapterClass, Registry
    from hub.settings import Settings
    from hub.store.store import Store
    from schemas.taxonomy import Taxonomy

SQLITE = "sqlite:///"


@dataclass
class Workplace:
    """One command line at work. ``config`` is the settings file as given; None looks for it."""

    config: Path | None = None

    @cached_property
    def settings(self) -> "Settings":
        """The settings. Raises ConfigError."""
        from hub.settings import load

        return load(self.config)

    @cached_property
    def registry(self) -> "Registry":
        """The adapters. Raises ConfigError when the hub's own packages are shadowed."""
        from hub.registry import Registry, check_house

        check_house()
        return Registry.load()

    @cached_property
    def taxonomy(self) -> "Taxonomy":
        """The taxonomy of the settings; the one that comes with the hub where there are no settings yet."""
        from schemas.taxonomy import TaxonomyError, load

        try:
            return load(self.taxonomy_folder)
        except TaxonomyError as why:
            raise ConfigError(f"the taxonomy cannot be used: {why}", where="taxonomy.folder") from why

    @property
    def taxonomy_folder(self) -> Path | None:
        """Folder of the official list, None for the one that comes with the hub."""
        from hub.settings import find

        return self.settings.taxonomy.folder if self.config or find().exists() else None

    def mapper(self, adapter: "AdapterClass | Adapter[Any]") -> "Mapper":
        """How codes, labels and texts of one adapter, or of one instance, become items."""
        from hub.engine.worker import mapper_for

        return mapper_for(adapter, self.taxonomy_folder)

    def named_sources(self, names: Sequence[str]) -> tuple[str, ...]:
        """These sources, or all that the settings do not pause. Raises ConfigError for an unknown one, and for none."""
        if names:
            return tuple(self.settings.source(name).name for name in dict.fromkeys(names))
        active = tuple(source.name for source in self.settings.sources.values() if not source.paused)
        if not active:
            raise ConfigError("no source to read", where=self.settings.path.name, hint="add a [source.some_name] table")
        return active

    @property
    def has_store(self) -> bool:
        """Whether there is a store to open; a server's is taken to be there."""
        url = self.settings.store.url
        return not url.startswith(SQLITE) or Path(url.removeprefix(SQLITE)).exists()

    def require_store(self) -> None:
        """Raise StoreError when there is no store yet: opening one would make it."""
        if not self.has_store:
            raise StoreError("no store yet", where=self.settings.store.url, hint="`hub run --once` makes and fills it")

    @contextmanager
    def store(self) -> "Iterator[Store]":
        """The store as it is. Raises StoreError when there is none yet or it is of another version."""
        from hub.store.store import Store

        self.require_store()
        with Store.open(self.settings.store.url, self.settings.store.keys, upgrade=False) as store:
            yield store

    @contextmanager
    def only_writer(self) -> "Iterator[Store]":
        """The store, made or brought up to date, for a command that reads sources or maps again.

        Raises ConfigError while a daemon runs over it: two readers of one source would double the requests and end each
        other's runs.
        """
        from hub.service.daemon import alone, lock_path
        from hub.store.store import Store

        with alone(lock_path(self.settings)), Store.open(self.settings.store.url, self.settings.store.keys) as store:
            yield store


at_work = click.make_pass_decorator(Workplace, ensure=True)
"""Gives a command the `Workplace` as its first argument."""
