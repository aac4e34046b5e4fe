"""Letters of guarantee (电子担保书) that banks and insurers give for a preservation of property."""

import hub.api as hub


def guarantee(item: hub.Item) -> hub.DraftDocument:
    """One letter: who gives it, for whom, up to what sum and until when. It is held against its digest.

    The court answers by taking it (CYSJ) or saying why it does not (BCYYY).
    """
    return hub.DraftDocument(
        key=item["DBBH"], revision=item.get("LASTUPDATE"), of=("court_case", item.get("AH") or ""), form="电子担保书",
        number=item.get("DBHBH"), title=item.get("DBSX"), issuer=item.get("DBJGMC"), addressee=item.get("FYMC"),
        owner=item.get("FYMC"), region=item.get("JBFY"), issued=item.get("CJRQ"), answered=item.get("CYSJ"),
        answer=item.get("BCYYY"), amount=item.get("DBJE"), status=item.get("DBZT"), digest=item.get("DBHZY"),
        parties=[
            hub.DraftParty(name=item.get("DBJGMC"), role="3", kind="2", id_number=item.get("DBJGDM")),
            hub.DraftParty(name=item.get("SQR"), role="1", kind=item.get("SQRLX") or "1", id_number=item.get("SQRZJ")),
        ],
        extra={name: item.get(name) for name in ("AHDM", "YXQZ")},
    )  # fmt: skip
