"""Adapter for a webhook of an integrator: CloudEvents 1.0 in structured JSON, signed if a secret is agreed upon."""

from dataclasses import replace
from typing import Any

from pydantic import Field

import hub.api as hub
from schemas.delivery import KINDS

SIGNING = hub.Signing(fields=("{timestamp}", "{nonce}", "{path}", "{body}"), joiner="\n", algorithm="hmac-sha256")
"""The source's answer to "is it yours": headers X-App-Key, X-Timestamp, X-Nonce and X-Sign."""


class WebhookConfig(hub.AdapterConfig):
    """``path`` is where events go below ``base_url``. Their ``source`` is ``event_source``, else ``urn:yiwang:`` and
    the region; their ``type`` is ``type_prefix`` and the kind of the delivery."""

    path: str = Field(default="/", pattern=r"^/[^?#]*$")
    event_source: str = ""
    type_prefix: str = "yiwang."


class Webhook(hub.Adapter[WebhookConfig]):
    """Posts one event a delivery. Any 2xx is a yes; its body is not looked at."""

    Config = WebhookConfig
    manifest = hub.Manifest(
        name="webhook", version="1.0.0", kind="notice", title="Webhook (CloudEvents 1.0)", title_zh="事件通知",
        streams=(), capabilities=frozenset({hub.Capability.DELIVER}), signing=SIGNING,
        delivering=hub.Delivering(
            kinds=tuple(KINDS), headers={"Content-Type": "application/cloudevents+json; charset=UTF-8"},
            envelope=hub.Envelope(format="none"),
        ),
    )  # fmt: skip

    def __init__(self, config: WebhookConfig) -> None:
        super().__init__(config)
        if config.app_secret is None:  # a receiver on the same net may do without, or take a bearer token
            self.manifest = replace(type(self).manifest, signing=None)  # the instance's own

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """Post one event. What the receiver refuses for good is a refusal; what may pass is tried again."""
        try:
            source.post(self.config.path, json=self.event(source.home, delivery))
        except hub.SourceError as error:
            if refused(error):
                return hub.Receipt(accepted=False, reason=str(error.status))
            raise
        return hub.Receipt()

    def event(self, home: str, delivery: hub.Delivery) -> dict[str, Any]:
        """The event: the same on every attempt, so that its receiver knows it again by ``source`` and ``id``."""
        body = delivery.body
        about = {"subject": body.get("case") or body.get("number"), "time": body.get("at")}
        return {
            "specversion": "1.0",
            "id": delivery.key,
            "source": self.config.event_source or f"urn:yiwang:{home}",
            "type": f"{self.config.type_prefix}{delivery.kind}",
            **{name: value for name, value in about.items() if value},
            "datacontenttype": "application/json",
            "data": dict(body),
        }


def refused(error: hub.SourceError) -> bool:
    """Whether the same event would get the same answer: 4xx, but for those that mean "later" (408, 425, 429), and for
    those that speak of us and not of the event (401, 403, 407)."""
    passing = isinstance(error, hub.SourceUnavailable | hub.SourceDenied)
    return 400 <= (error.status or 0) < 500 and not passing


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[Any]]]:
    """The adapter of this package."""
    return [Webhook]
