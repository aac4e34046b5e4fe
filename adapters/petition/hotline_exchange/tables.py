"""The five tables of an exchange (12345⇄110): what they are called, and how one of them is read."""

from typing import Literal

from pydantic import Field

import hub.api as hub
from adapters.petition.hotline_exchange.sheets import Sheet

PARTS: dict[Sheet, str] = {
    "order": "basic", "receipt": "confirm", "result": "result", "return": "return", "visit": "visit",
}  # fmt: skip
Direction = Literal["12345_110", "110_12345"]


def names(direction: Direction = "12345_110") -> dict[Sheet, str]:
    """Tables of one direction. Proposed names: only the columns are public."""
    return {sheet: f"ex_{direction}_{part}" for sheet, part in PARTS.items()}


VIEWS = names()


class HotlineExchangeConfig(hub.DatabaseConfig):
    """``sheet`` is the table this instance reads, in the set of tables of ``direction``; ``view`` its name there, and
    ``tables`` those of the others, where they are not the proposed ones. ``key_column`` holds the keys of rows of ours.
    """

    sheet: Sheet = "order"
    direction: Direction = "12345_110"
    view: str = ""
    tables: dict[Sheet, str] = Field(default_factory=dict)
    key_column: str = "hubkey"


def reading(view: str) -> hub.TableView:
    """Waiting (0) becomes pushed (1) with the time of our commit; what is handled (2) is left as it is."""
    return hub.TableView(
        view=view, key="flowid", time="xt_gxsj", acknowledge={"pushstatus": "1", "acktime": "{now}"},
        waiting={"pushstatus": "0"},
    )  # fmt: skip
