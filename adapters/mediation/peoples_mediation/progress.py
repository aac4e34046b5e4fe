"""How far a case of people's mediation has come: four steps, then the fulfilment."""

from collections.abc import Iterator

import hub.api as hub

PROGRESS = ("buZhou1", "buZhou2", "buZhou3", "buZhou4")


def steps(item: hub.Item) -> Iterator[hub.DraftStep]:
    """The progress made: of four steps those that are done. Then the fulfilment of the agreement."""
    for done in [each for name in PROGRESS if (each := item.get(name)) and str(each.get("zhuangTai")) == "1"]:
        body = done.get("tiaoJieWYH") or done.get("siFaS") or done.get("shouLiJG") or ""
        yield hub.DraftStep(at=done.get("shiJian"), action=done.get("mingCheng") or "", body=body)
    if item.get("lvXingSJ"):
        yield hub.DraftStep(at=item["lvXingSJ"], action="履行", note=item.get("lvXingQK") or "")
