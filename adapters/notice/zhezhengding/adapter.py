"""Adapter for work notices (浙政钉, zhezhengding): signed form posts, the delivery's key as the notice's own id."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import hub.api as hub
from schemas.delivery import Notice

MOST_RECEIVERS = 100
"""Receivers of one call; more are told in several, each under an id of its own."""

SIGNING = hub.Signing(
    fields=("{method}", "{timestamp}", "{nonce}", "{path}", "{params}"), joiner="\n", algorithm="hmac-sha256",
    output="base64", timestamp="iso", nonce="digits", key_name="apiKey", timestamp_name="X-Hmac-Auth-Timestamp",
    nonce_name="X-Hmac-Auth-Nonce", sign_name="X-Hmac-Auth-Signature",
)  # fmt: skip


class ZhezhengdingConfig(hub.AdapterConfig):
    """``tenant_id`` is the organisation's; ``receivers`` are accounts that get what names none; ``ip`` and ``mac`` are
    told as those of our machine, and written down there."""

    tenant_id: str
    receivers: tuple[str, ...] = ()
    ip: str = "127.0.0.1"
    mac: str = "00:00:00:00:00:00"


class Zhezhengding(hub.Adapter[ZhezhengdingConfig]):
    """Work notices to officials' phones. Nothing is read here, so there is no stream."""

    Config = ZhezhengdingConfig
    manifest = hub.Manifest(
        name="zhezhengding", version="1.0.0", kind="notice", title="Work notices", title_zh="浙政钉", streams=(),
        capabilities=frozenset({hub.Capability.DELIVER}), signing=SIGNING,
        delivering=hub.Delivering(
            kinds=("notice",), key_header="",
            headers={"X-Hmac-Auth-Version": "1.0", "X-Hmac-Auth-IP": "{ip}", "X-Hmac-Auth-MAC": "{mac}"},
            envelope=hub.Envelope(ok="success", ok_values=(True,), code="bizErrorCode"),
        ),
    )  # fmt: skip

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """Tell every receiver once, however often the same delivery comes."""
        notice, numbers = Notice.model_validate(dict(delivery.body)), list[str]()
        receivers = list(dict.fromkeys(notice.receivers or self.config.receivers))
        if not receivers:
            return hub.Receipt(accepted=False, reason="receivers.missing")
        fixed = {"tenantId": self.config.tenant_id, "msg": json.dumps(written(notice), ensure_ascii=False)}
        for id, accounts in shares(delivery.key, receivers):
            form = {"receiverIds": ",".join(accounts), "bizMsgId": id, **fixed}
            told = source.post("/message/workNotification", form=form).body["content"]
            if not told["success"]:
                words = {"message": told.get("responseMessage"), "told_before": numbers}
                return hub.Receipt(accepted=False, reason=str(told.get("responseCode") or ""), body=words)
            numbers.append(str((told.get("data") or {}).get("msgId") or ""))
        return hub.Receipt(number=numbers[0], body={"numbers": numbers, "receivers": len(receivers)})


def shares(key: str, receivers: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Receivers as many as one call takes, under ids that are the same on every attempt: the key, then key-2, key-3."""
    for number, start in enumerate(range(0, len(receivers), MOST_RECEIVERS), 1):
        yield key if number == 1 else f"{key}-{number}", receivers[start : start + MOST_RECEIVERS]


def written(notice: Notice) -> dict[str, Any]:
    """The message, with the number of the matter below: a card with a button that opens ``link``, else plain text."""
    rest = [*filter(None, (notice.text,)), f"编号 {notice.case or notice.number}"]
    if notice.link:
        card = {"title": notice.title, "markdown": "\n\n".join(rest), "single_title": "查看 Open"}
        return {"msgtype": "action_card", "action_card": {**card, "single_url": notice.link}}
    return {"msgtype": "text", "text": {"content": "\n".join((notice.title, *rest))}}


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[Any]]]:
    """The adapter of this package."""
    return [Zhezhengding]
