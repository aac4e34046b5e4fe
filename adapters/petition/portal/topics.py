"""Topics of the consultation halls (众人议事厅、浙智汇): what villagers were asked, and how they voted. No disputes."""

import hub.api as hub
from adapters.numbers import references
from schemas.sessions import VOTES, filled

BALLOT = {"agreeCount": "同意", "opposeCount": "不同意", "abstainCount": "弃权"}
"""Fields of the count of votes, and the words of it."""


def topic(item: hub.Item) -> hub.DraftEvent:
    """One topic, when its vote ended, or else when it was put up. It is of a matter where it names one (``relatedNo``);
    most name none. Who voted how is not told."""
    hall = item.get("hallName")
    cast = filled({word: item.get(field) for field, word in BALLOT.items()})
    return hub.DraftEvent(
        key=item["topicId"], revision=item.get("updateTime"), at=item.get("voteEnd") or item.get("publishTime"),
        action=item.get("topicType"), body=hall, owner=hall, note=item.get("title"), region=item.get("regionCode"),
        references=references(item.get("relatedNo")),
        extra={name: item.get(name) for name in ("statusName", "suggestionCount", "votersCount", "publishTime")}
        | {VOTES: cast or None},
    )  # fmt: skip
