"""Adapter for any front database (table): one view or table, read and mapped as a mapping file says."""

from typing import Annotated

from pydantic import BeforeValidator

import hub.api as hub
from adapters.generic.mapped import Mapped
from hub.api import AS_TABLE, Capability


class TableMapping(hub.MappingFile):
    """``read`` tells which view or table, its key, its time and what is written back."""

    read: Annotated[hub.TableView, AS_TABLE]


class TableConfig(hub.DatabaseConfig):
    """``mapping_file`` is the path of the mapping file."""

    mapping_file: Annotated[TableMapping, BeforeValidator(TableMapping.from_file)]


class FrontTable(Mapped[TableConfig]):
    """Rows of a view, each read counted first. With a time column only what changed is read again."""

    Config = TableConfig
    manifest = hub.Manifest(
        name="table", version="1.0.0", kind="generic", title="Any table, by a mapping file",
        title_zh="任意前置库表（映射文件）", streams=(hub.Stream(request=hub.TableView(view="", key="")),),
    )  # fmt: skip

    def __init__(self, config: TableConfig) -> None:
        mapping = config.mapping_file
        claims = {
            Capability.COUNTED: True, Capability.INCREMENTAL: mapping.read.time != "",
            Capability.ACKNOWLEDGE: bool(mapping.read.acknowledge),
        }  # fmt: skip
        super().__init__(config, mapping, claims, streams=(hub.Stream(request=mapping.read),))


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[TableConfig]]]:
    """The adapter of this package."""
    return [FrontTable]
