"""Adapter for the public service portal (浙里办): signed JSON, read and pushed; progress and word to people back."""

from collections.abc import Callable

import hub.api as hub
from adapters.petition.portal.answering import DELIVERING, deliver
from adapters.petition.portal.application import application
from adapters.petition.portal.topics import topic
from hub.api import Capability, Stage

STAGES = {
    "10": Stage.RECEIVED, "20": Stage.TRIAGED, "21": Stage.TRIAGED, "30": Stage.DISPATCHED, "31": Stage.REFUSED,
    "40": Stage.ACCEPTED, "50": Stage.HANDLING, "60": Stage.REPLIED, "70": Stage.FOLLOW_UP, "80": Stage.CLOSED,
    "90": Stage.WITHDRAWN,
}  # fmt: skip
SIGNING = hub.Signing(fields=("{method}", "{path}", "{timestamp}", "{nonce}", "{body}"), joiner="\n")
PUSHES = hub.Webhook(signing=SIGNING, envelope=hub.Envelope(single=True), answer='{"code":0,"msg":"ok"}')
"""One application in each push. A device that was offline sends it again: it is the same application."""


def listing(path: str) -> hub.Request:
    """A list of the portal, by page, changed since then."""
    return hub.Request(
        path=path, method="POST", place="json", since=hub.Since(param="updateTimeStart"),
        paging=hub.PageNumber(page="current", size="size", rows=200),
    )  # fmt: skip


class Portal(hub.Adapter[hub.AdapterConfig]):
    """Applications. The key is the device's own: sent again after a lost connection, it is the same application."""

    manifest = hub.Manifest(
        name="portal", version="1.2.0", kind="petition", title="Public service portal", title_zh="浙里办",
        code_system="portal_matter", channel="WS", stages=STAGES,
        capabilities=frozenset({Capability.INCREMENTAL, Capability.COUNTED, Capability.PUSH, Capability.DELIVER}),
        envelope=hub.Envelope(
            ok="code", ok_values=(0,), denied=(40101, 40102, 40103), throttled=(42900,),
            items="data.records", total="data.total", message="msg",
        ),
        signing=SIGNING, webhook=PUSHES, delivering=DELIVERING,
        streams=(
            hub.Stream(request=listing("/openapi/v1/intake/page")),
            hub.Stream(name="topics", request=listing("/openapi/v1/topic/page")),
        ),
    )  # fmt: skip

    def draft_of(self, stream: str) -> Callable[[hub.Item], hub.Draft | hub.DraftEntry]:
        """Topics of the consultation halls are no applications."""
        return topic if stream == "topics" else self.draft

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """One word on an application: taken on or not, how it goes, what came of it; or a word to who applied."""
        return deliver(source, delivery, self.manifest.zone)

    def draft(self, item: hub.Item) -> hub.Draft:
        """One application."""
        return application(item)


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [Portal]
