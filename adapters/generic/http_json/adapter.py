"""Adapter for any source that answers in JSON over HTTP (http_json), asked and mapped as a mapping file says."""

from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

import hub.api as hub
from adapters.generic.http_json.paging import PageTable
from adapters.generic.mapped import Mapped
from hub.api import AS_TABLE, Capability


class HttpJsonMapping(hub.MappingFile):
    """``read`` tells where and how the rows are asked for, ``page`` how pages follow, ``envelope`` where rows stand.

    ``signing``, ``login`` or ``lending`` open the door. ``ordered`` says that rows come by rising revision.
    """

    read: Annotated[hub.Request, AS_TABLE]
    page: PageTable = PageTable()
    envelope: Annotated[hub.Envelope, AS_TABLE] = hub.Envelope()
    signing: Annotated[hub.Signing, AS_TABLE] | None = None
    login: Annotated[hub.Login, AS_TABLE] | None = None
    lending: Annotated[hub.Lending, AS_TABLE] | None = None
    encoding: Annotated[str, AfterValidator(hub.known_encoding)] = "utf-8"
    ordered: bool = False


class HttpJsonConfig(hub.AdapterConfig):
    """``mapping_file`` is the path of the mapping file."""

    mapping_file: Annotated[HttpJsonMapping, BeforeValidator(HttpJsonMapping.from_file)]


class HttpJson(Mapped[HttpJsonConfig]):
    """Rows of JSON replies, page by page. What it claims follows from what the file tells."""

    Config = HttpJsonConfig
    manifest = hub.Manifest(
        name="http_json", version="1.0.0", kind="generic", title="Any JSON over HTTP, by a mapping file",
        title_zh="任意 JSON 接口（映射文件）", streams=(hub.Stream(request=hub.Request(path="/")),),
    )  # fmt: skip

    def __init__(self, config: HttpJsonConfig) -> None:
        mapping = config.mapping_file
        request = replace(mapping.read, paging=mapping.page.paging())
        claims = {
            Capability.INCREMENTAL: bool(request.since or request.window or mapping.page.kind == "keyset"),
            Capability.COUNTED: mapping.envelope.total is not None, Capability.ORDERED: mapping.ordered,
        }  # fmt: skip
        super().__init__(
            config, mapping, claims, streams=(hub.Stream(request=request),), envelope=mapping.envelope,
            signing=mapping.signing, login=mapping.lending or mapping.login, encoding=mapping.encoding,
        )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[HttpJsonConfig]]]:
    """The adapter of this package."""
    return [HttpJson]
