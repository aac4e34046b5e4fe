"""Writes Y into the column where its source looks for 1."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.front_database import FrontDatabase


class AnotherWordForTaken(FrontDatabase):
    """The table of the county next door has it so."""

    breaks = frozenset({"RS-27"})
    manifest = replace(
        FrontDatabase.manifest,
        streams=(hub.Stream(request=hub.TableView(
            view="V_XFJ", key="XFJBH", time="GXSJ", acknowledge={"PUSHSTATUS": "Y", "ACKTIME": "{now}"},
        )),),
    )  # fmt: skip


ADAPTER = AnotherWordForTaken
