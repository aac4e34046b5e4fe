"""What commands share: settings, registry and taxonomy, each read when first asked for."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hub.registry import Registry
    from hub.settings import Settings
    from schemas.taxonomy import Taxonomy


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
        from hub.settings import find
        from schemas.taxonomy import load

        return load(self.settings.taxonomy.folder if self.config or find().exists() else None)


at_work = click.make_pass_decorator(Workplace, ensure=True)
"""Gives a command the `Workplace` as its first argument."""
