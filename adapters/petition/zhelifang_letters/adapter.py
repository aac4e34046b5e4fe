"""Adapter for the papers of the petition office (浙里访): JSON pages behind a login, a stream for each sort."""

from collections.abc import Callable

import hub.api as hub
from adapters.petition.zhelifang_letters.papers import SHAPES, STREAMS, letter
from hub.api import Capability


class ZhelifangLetters(hub.Adapter[hub.AdapterConfig]):
    """Letters, hearings, retrospectives, lists, days of reception. Petitions are those of `zhelifang`."""

    manifest = hub.Manifest(
        name="zhelifang_letters", version="1.1.0", kind="petition", title="Petition platform, papers",
        title_zh="浙里访文书与清单", department="XF", channel="XF",
        capabilities=frozenset({Capability.INCREMENTAL, Capability.COUNTED}),
        envelope=hub.Envelope(ok="code", ok_values=(200,), items="rows", total="total", message="msg"),
        login=hub.Login(
            path="/login", body="json", fields={"username": "{username}", "password": "{password}"},
            envelope=hub.Envelope(ok="code", ok_values=(200,), denied=(401, 403, 500), message="msg"),
            token="token", prefix="Bearer ",  # noqa: S106 - a path
        ),
        streams=STREAMS,
    )  # fmt: skip

    def draft_of(self, stream: str) -> Callable[[hub.Item], hub.Draft | hub.DraftEntry]:
        """Each sort has a stream of its own."""
        return SHAPES.get(stream, letter)

    def draft(self, item: hub.Item) -> hub.DraftDocument:
        """One letter: the first stream's."""
        return letter(item)


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [ZhelifangLetters]
