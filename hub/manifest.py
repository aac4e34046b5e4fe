"""What a sound adapter class looks like: the checks that need no I/O and no instance."""

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args
from zoneinfo import ZoneInfo

from hub.contract import (
    API,
    PUSHED,
    Adapter,
    AdapterConfig,
    Capability,
    DatabaseConfig,
    FolderConfig,
    Kind,
    Manifest,
    PushConfig,
    SourceConfig,
)
from hub.nearest import did_you_mean
from hub.wire import FileDrop, Request, TableView
from schemas.life import Stage

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
NAME_LENGTH = 64
FORM = "application/x-www-form-urlencoded"
CONFIG_OF: Mapping[type, type[SourceConfig]] = {
    Request: AdapterConfig,
    FileDrop: FolderConfig,
    TableView: DatabaseConfig,
}


def faults(adapter: Any) -> Iterator[str]:
    """Every reason not to use ``adapter``, in words that follow its class name. None for a sound one."""
    if not (isinstance(adapter, type) and issubclass(adapter, Adapter)):
        yield "is not a class derived from hub.api.Adapter"
        return
    manifest = getattr(adapter, "manifest", None)
    if not isinstance(manifest, Manifest):
        yield "has no manifest"
        return
    if manifest.api != API:
        yield f"is built for API {manifest.api}; this hub speaks API {API}"
        return
    yield from _manifest_faults(manifest)
    if manifest.streams and adapter.draft is Adapter.draft and adapter.draft_of is Adapter.draft_of:
        yield "does not write draft()"
    yield from _config_faults(getattr(adapter, "Config", None), manifest)
    if adapter.pages is Adapter.pages and Capability.PUSH not in manifest.capabilities:
        for stream in manifest.streams:
            if stream.request is None:
                yield f'declares no request for stream "{stream.name}" and writes no pages()'
    yield from _push_faults(adapter, manifest)
    if Capability.DELIVER in manifest.capabilities:
        if manifest.delivering is None:
            yield "claims deliver and declares no delivering"
        if adapter.deliver is Adapter.deliver:
            yield "claims deliver and writes no deliver()"
    yield from _acknowledge_faults(manifest)


def _acknowledge_faults(manifest: Manifest) -> Iterator[str]:
    """Who writes into a source says so, and gives the rows a chance to be written of."""
    views = [stream.request for stream in manifest.streams if isinstance(stream.request, TableView)]
    writes = any(view.acknowledge for view in views)
    if Capability.ACKNOWLEDGE not in manifest.capabilities:
        if writes:
            yield "declares a TableView that acknowledges rows and does not claim acknowledge"
        return
    if not writes:
        yield "claims acknowledge and declares no TableView that acknowledges rows"
    if writes and Capability.ORDERED in manifest.capabilities:
        # the watermark would move at each commit; after a crash before the acknowledgement nobody would read those rows
        yield "claims acknowledge and ordered: rows kept and not yet acknowledged must be read again"


def _push_faults(adapter: Any, manifest: Manifest) -> Iterator[str]:
    webhook = manifest.webhook
    if (Capability.PUSH in manifest.capabilities) != (webhook is not None):
        yield "claims push and declares no webhook" if webhook is None else "declares a webhook and does not claim push"
    if webhook is not None and webhook.quota and webhook.quota not in getattr(adapter.Config, "model_fields", {}):
        yield f'declares a webhook whose quota is the setting "{webhook.quota}"; its Config has none of that name'
    if webhook is None:
        return
    opened = {manifest.envelope_of(stream.name, PUSHED).format for stream in manifest.streams}
    if ("form" in opened) != (FORM in webhook.content_types):
        yield f"declares a webhook that takes and opens different things: {FORM} goes with an envelope of forms"
    if (signing := webhook.signing) is None:
        return
    if not signing.sign_name:
        yield "declares a webhook whose signature has no name"
    if signing.place == "body" and "{body}" in signing.fields and "form" not in opened:
        yield "declares a webhook that signs the body the signature stands in"


def _config_faults(config: Any, manifest: Manifest) -> Iterator[str]:
    """The class of the settings says what kind of source it is; the declared reading must be of that kind."""
    known: tuple[type[SourceConfig], ...] = (*CONFIG_OF.values(), PushConfig)
    if not (isinstance(config, type) and issubclass(config, known)):
        yield f"has a Config that is derived from none of {', '.join(each.__name__ for each in known)}"
        return
    for stream in manifest.streams:
        wanted = CONFIG_OF.get(type(stream.request))
        if wanted and not issubclass(config, wanted):
            how = type(stream.request).__name__
            yield f'reads stream "{stream.name}" by a {how}; its Config is no {wanted.__name__}'


def _manifest_faults(manifest: Manifest) -> Iterator[str]:
    for name in (manifest.name, *(stream.name for stream in manifest.streams)):
        if not isinstance(name, str) or not NAME.fullmatch(name) or len(name) > NAME_LENGTH:
            yield f"has the name {name!r}: lower_snake_case of at most {NAME_LENGTH} characters is wanted"
    if not manifest.version:
        yield "has no version"
    if manifest.kind not in get_args(Kind):
        yield f"has the unknown kind {manifest.kind!r}: {did_you_mean(str(manifest.kind), get_args(Kind))}"
    if not _accepted(ZoneInfo, manifest.timezone):
        yield f"has the unknown time zone {manifest.timezone!r}"
    yield from _code_faults(manifest)
    if not manifest.streams:
        yield from _streamless_faults(manifest)
    if len({stream.name for stream in manifest.streams}) < len(manifest.streams):
        yield "declares two streams of one name"


def _code_faults(manifest: Manifest) -> Iterator[str]:
    """Encodings, capabilities and stages nobody knows."""
    told = {manifest.encoding, manifest.webhook.encoding if manifest.webhook else ""}
    for encoding in sorted(told - {""}):
        if not _accepted(codecs.lookup, encoding):
            yield f"has the unknown encoding {encoding!r}"
    for capability in manifest.capabilities:
        if not _accepted(Capability, capability):
            yield f"claims the unknown capability {capability!r}: {did_you_mean(str(capability), Capability)}"
    for code, stage in manifest.stages.items():
        if not _accepted(Stage, stage):
            yield f"maps status {code!r} to the unknown stage {stage!r}: {did_you_mean(str(stage), Stage)}"


def _streamless_faults(manifest: Manifest) -> Iterator[str]:
    """Without a stream there are no records: such an adapter delivers, and claims nothing else."""
    if Capability.DELIVER not in manifest.capabilities:
        yield "declares no stream and does not claim deliver: nothing comes from it and nothing goes to it"
    for claim in sorted(str(each) for each in manifest.capabilities if each != Capability.DELIVER):
        yield f"claims {claim} and declares no stream"


def _accepted(parse: Callable[[Any], object], value: object) -> bool:
    """Whether ``parse`` takes ``value``. Look-ups of zones, codecs and enums refuse in different ways."""
    try:
        parse(value)
    except (LookupError, ValueError, TypeError, OSError):
        return False
    return True
