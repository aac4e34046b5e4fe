"""Adapter for officials' phones (浙政钉, zhezhengding): signed form posts, the delivery's key as our own id of each."""

from collections.abc import Mapping
from typing import Any

import hub.api as hub
from adapters.notice.zhezhengding.reading import reading
from adapters.notice.zhezhengding.telling import calls, struck_off

SIGNING = hub.Signing(
    fields=("{method}", "{timestamp}", "{nonce}", "{path}", "{params}"), joiner="\n", algorithm="hmac-sha256",
    output="base64", timestamp="iso", nonce="digits", key_name="apiKey", timestamp_name="X-Hmac-Auth-Timestamp",
    nonce_name="X-Hmac-Auth-Nonce", sign_name="X-Hmac-Auth-Signature",
)  # fmt: skip


class ZhezhengdingConfig(hub.AdapterConfig):
    """``tenant_id`` is the organisation's; ``receivers`` are accounts that get what names none; ``creator`` is the
    account in whose name things to do and calls are sent. ``ip`` and ``mac`` are told as those of our machine, and
    written down there."""

    tenant_id: str
    receivers: tuple[str, ...] = ()
    creator: str = ""
    ip: str = "127.0.0.1"
    mac: str = "00:00:00:00:00:00"


class Zhezhengding(hub.Adapter[ZhezhengdingConfig]):
    """Work notices, things to do and calls to officials' phones, and whether they were read. There is no stream."""

    Config = ZhezhengdingConfig
    manifest = hub.Manifest(
        name="zhezhengding", version="1.1.0", kind="notice", title="Work notices", title_zh="浙政钉", streams=(),
        capabilities=frozenset({hub.Capability.DELIVER}), signing=SIGNING,
        delivering=hub.Delivering(
            kinds=("notice", "todo", "urgent", "todo_done", "reading"), key_header="", look_s=5,
            headers={"X-Hmac-Auth-Version": "1.0", "X-Hmac-Auth-IP": "{ip}", "X-Hmac-Auth-MAC": "{mac}"},
            envelope=hub.Envelope(ok="success", ok_values=(True,), code="bizErrorCode"),
        ),
    )  # fmt: skip

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        """Tell every receiver once, however often the same delivery comes; or ask what became of what was told."""
        if delivery.kind == "reading":
            return reading(source, delivery, self.config.tenant_id)
        if delivery.kind == "todo_done":
            return _receipt([self._ask(source, *struck_off(delivery))], 0)
        receivers = list(dict.fromkeys(delivery.body.get("receivers") or self.config.receivers))
        if not receivers:
            return hub.Receipt(accepted=False, reason="receivers.missing")
        told = list[Mapping[str, Any]]()
        for path, form in calls(delivery, receivers, self.config.creator):
            told.append(self._ask(source, path, form))
            if not told[-1]["success"]:
                break
        return _receipt(told, len(receivers))

    def _ask(self, source: hub.Source, path: str, form: Mapping[str, Any]) -> Mapping[str, Any]:
        content: Mapping[str, Any] = source.post(path, form={**form, "tenantId": self.config.tenant_id}).body["content"]
        return content


def _receipt(told: list[Mapping[str, Any]], receivers: int) -> hub.Receipt:
    """What the answers of one delivery come to: the last one says how it ended."""
    numbers = [str((each.get("data") or {}).get("msgId") or "") for each in told if each["success"]]
    if told[-1]["success"]:
        return hub.Receipt(number=numbers[0], body={"numbers": numbers, "receivers": receivers})
    words = {"message": told[-1].get("responseMessage"), "told_before": numbers}
    return hub.Receipt(accepted=False, reason=str(told[-1].get("responseCode") or ""), body=words)


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[Any]]]:
    """The adapter of this package."""
    return [Zhezhengding]
