"""Adapter for datasets behind the public data platform (一体化公共数据平台): signed form pages, columns by settings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import hub.api as hub
from adapters.gateway import LENDING, OPENED, PATH, SIGNING
from adapters.grid.public_data.columns import identity, of_columns, parties, row
from adapters.grid.public_data.config import PublicDataConfig
from adapters.grid.public_data.purposes import kept, with_purpose
from adapters.grid.public_data.reading import envelope_of, request_of
from adapters.numbers import references
from hub.api import Capability


class PublicData(hub.Adapter[PublicDataConfig]):
    """One dataset. What its columns mean is told by the settings of the instance; what they say, by the rows."""

    Config = PublicDataConfig
    by_settings = True
    manifest = hub.Manifest(
        name="public_data", version="1.2.0", kind="grid", title="Public data platform", title_zh="一体化公共数据平台",
        channel="WG", envelope=OPENED, signing=SIGNING, login=LENDING, streams=(hub.Stream(request=request_of()),),
        capabilities=frozenset({Capability.INCREMENTAL, Capability.COUNTED, Capability.DELETIONS}),
    )  # fmt: skip

    def __init__(self, config: PublicDataConfig) -> None:
        super().__init__(config)
        claims = ((Capability.INCREMENTAL, config.since), (Capability.DELETIONS, config.deleted))
        shared, untold = type(self).manifest, {claim for claim, setting in claims if not setting}
        self.manifest = replace(
            shared, streams=(hub.Stream(request=request_of(config)),), envelope=envelope_of(config),
            capabilities=shared.capabilities - untold, code_system=config.code_system, stages=config.stages,
            department=config.department, channel=config.channel,
            signing=replace(SIGNING, place="query") if config.method == "GET" else SIGNING,
        )  # fmt: skip
        self.crosswalk = Path(config.crosswalk_file) if config.crosswalk_file else None

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As declared, the interface's id filled in here: errors tell the path, and so which interface it was.

        Fields without a purpose are gone from the pages.
        """
        path = PATH.format(organisation=self.config.organisation, interface_id=self.config.interface_id)
        yield from (kept(self.config, page) for page in source.read(replace(request_of(self.config), path=path), since))

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows, also of a page from before its fields had to have a purpose."""
        return with_purpose(self.config, page.rows)

    def draft_of(self, stream: str) -> Callable[[hub.Item], hub.Draft | hub.DraftEntry]:
        """Disputes, or rows of a named dataset."""
        return self.draft if self.config.dataset is None else partial(row, self.config, self.config.dataset)

    def draft(self, item: hub.Item) -> hub.Draft:
        """One row, by the columns of the settings."""
        config = self.config
        said = of_columns(item, dict(config.columns))
        cited = said.pop("cites", None)
        return hub.Draft(
            **identity(config, item), parties=parties(config, item),
            references=references(cited), extra={name: item.get(name) for name in config.extra}, **said,
        )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[PublicDataConfig]]]:
    """The adapter of this package."""
    return [PublicData]
