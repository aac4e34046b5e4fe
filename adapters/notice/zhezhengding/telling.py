"""What officials are told: a work notice, an entry of their list of things to do, a call that rings (DING)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import hub.api as hub
from schemas.delivery import Notice

MOST_RECEIVERS: Final = 100
"""Receivers of one call; more are told in several, each under an id of its own."""

PATHS: Final = {
    "notice": "/message/workNotification", "todo": "/tc/v2/openapi/task/create.json",
    "urgent": "/gov/ding/isv/send.json", "todo_done": "/tc/v2/openapi/task/finish.json",
}  # fmt: skip


def calls(delivery: hub.Delivery, receivers: Sequence[str], creator: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The calls of one delivery, each with its form: one for as many receivers as a call takes."""
    notice = Notice.model_validate(dict(delivery.body))
    for id, accounts in shares(delivery.key, receivers):
        yield PATHS[delivery.kind], {"bizMsgId": id, **_form(delivery.kind, id, notice, accounts, creator)}


def struck_off(delivery: hub.Delivery) -> tuple[str, Mapping[str, str]]:
    """The call by which a thing to do is done: it is known by the key it was sent under."""
    todo, case = str(delivery.body["todo"]), str(delivery.body.get("case", ""))
    return PATHS["todo_done"], {"bizMsgId": delivery.key, "bizTaskId": todo, "remark": case}


def shares(key: str, receivers: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Receivers as many as one call takes, under ids that are the same on every attempt: the key, then key-2, key-3."""
    for number, start in enumerate(range(0, len(receivers), MOST_RECEIVERS), 1):
        yield key if number == 1 else f"{key}-{number}", receivers[start : start + MOST_RECEIVERS]


def written(notice: Notice) -> dict[str, Any]:
    """The message, with the number of the matter below: a card with a button that opens ``link``, else plain text."""
    if notice.link:
        card = {"title": notice.title, "markdown": "\n\n".join(_rest(notice)), "single_title": "查看 Open"}
        return {"msgtype": "action_card", "action_card": {**card, "single_url": notice.link}}
    return {"msgtype": "text", "text": {"content": "\n".join((notice.title, *_rest(notice)))}}


def _form(kind: str, id: str, notice: Notice, accounts: Sequence[str], creator: str) -> dict[str, str]:
    to = ",".join(accounts)
    match kind:
        case "todo":
            told = {"bizTaskId": id, "subject": notice.title, "description": "\n".join(_rest(notice))}
            links = {"mobileUrl": notice.link, "webUrl": notice.link} if notice.link else {}
            return {**told, "creatorId": creator, "assigneeIds": to, **links}
        case "urgent":
            words = "\n".join(filter(None, (notice.title, *_rest(notice), notice.link)))
            how = {"notifyType": "app", "textType": "plaintext", "bodyType": "text"}
            return {"creator": creator, "receivers": to, **how, "body": json.dumps({"text": words}, ensure_ascii=False)}
    return {"receiverIds": to, "msg": json.dumps(written(notice), ensure_ascii=False)}


def _rest(notice: Notice) -> list[str]:
    return [*filter(None, (notice.text,)), f"编号 {notice.case or notice.number}"]
