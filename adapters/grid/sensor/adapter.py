"""Adapter for alarms of cameras and sensors (天目、智安): JSON pushed one event at a time, signed, within a quota."""

from typing import Any

from pydantic import Field

import hub.api as hub
from hub.api import Capability, Stage

STAGES = {
    "0": Stage.RECEIVED, "1": Stage.DISPATCHED, "2": Stage.HANDLING, "3": Stage.CLOSED, "4": Stage.CLOSED,
}  # fmt: skip
"""New, sent out, being handled, handled, false alarm: the last two end the work, and settle nothing."""

PICTURES = ("picUrl", "thumbnailUrl")
EXTRA = ("indexCode", "cameraName", "intelligentType", "level", "reportType")


class SensorConfig(hub.PushConfig):
    """``per_minute`` is how many pushes are taken in a minute; 0: as many as come. A broken sensor never stops."""

    per_minute: int = Field(default=600, ge=0)


class Sensor(hub.Adapter[SensorConfig]):
    """Alarms as they are pushed. One alarm comes again under its id whenever its state has changed."""

    Config = SensorConfig
    manifest = hub.Manifest(
        name="sensor", version="1.0.0", kind="grid", title="Cameras and sensors", title_zh="天目智安", channel="WG",
        code_system="sensor_alarm", capabilities=frozenset({Capability.PUSH}),
        webhook=hub.Webhook(
            signing=hub.Signing(fields=("{app_key}", "{timestamp}", "{nonce}", "{body}"), joiner="\n"),
            quota="per_minute", most_bytes=200_000, envelope=hub.Envelope(single=True), answer='{"code":0,"msg":"ok"}',
        ),
        stages=STAGES,
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One alarm; pictures by their address, and no number plate."""
        name, at = item.get("intelligentTypeName"), item.get("collectTime")
        return hub.Draft(
            key=item["id"], revision=item.get("updateTime") or at, title=name, detail=item.get("content"),
            code=item.get("intelligentType"), label=name, happened=at, opened=at, closed=item.get("handleTime"),
            status=item.get("status"), status_label=item.get("statusName"), region=item.get("orgCode"),
            address=item.get("address") or item.get("cameraName"), lng=item.get("longitude"), lat=item.get("latitude"),
            extra={
                **{field: item.get(field) for field in EXTRA},
                **{field: reference(item.get(field)) for field in PICTURES},
            },
        )  # fmt: skip


def reference(picture: Any) -> str | None:
    """Where a picture stands; None for bytes in its place: they are the sensor's to keep."""
    return picture if isinstance(picture, str) and picture.startswith(("http://", "https://", "/")) else None


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[Any]]]:
    """The adapter of this package."""
    return [Sensor]
