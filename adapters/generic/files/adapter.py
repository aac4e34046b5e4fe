"""Adapter for any file drop (files): CSV, XLSX, XML or JSONL files in a folder, mapped as a mapping file says."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

import hub.api as hub
from adapters.generic.mapped import Mapped
from hub.api import AS_TABLE, Capability


def _readable(drop: hub.FileDrop) -> hub.FileDrop:
    hub.known_encoding(drop.encoding)
    return drop


class FilesMapping(hub.MappingFile):
    """``read`` tells which files, how they are written and when one is whole."""

    read: Annotated[hub.FileDrop, AS_TABLE, AfterValidator(_readable)] = hub.FileDrop()


class FilesConfig(hub.FolderConfig):
    """``mapping_file`` is the path of the mapping file."""

    mapping_file: Annotated[FilesMapping, BeforeValidator(FilesMapping.from_file)]


class Files(Mapped[FilesConfig]):
    """Rows of files, each file once. Where a manifest stands beside a file its rows are counted."""

    Config = FilesConfig
    manifest = hub.Manifest(
        name="files", version="1.0.0", kind="generic", title="Any files, by a mapping file",
        title_zh="任意文件（映射文件）", streams=(hub.Stream(request=hub.FileDrop()),),
    )  # fmt: skip

    def __init__(self, config: FilesConfig) -> None:
        mapping = config.mapping_file
        claims = {Capability.COUNTED: mapping.read.ready == "manifest"}
        super().__init__(config, mapping, claims, streams=(hub.Stream(request=mapping.read),))


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[FilesConfig]]]:
    """The adapter of this package."""
    return [Files]
