"""Adapter for pay-outs of money recovered (涉众案款发放): CSV files in a folder, one a batch, told by a manifest."""

import hub.api as hub
from adapters.numbers import references

DATASET = "涉众案款发放"
PURPOSE = "执行案款发放"

FILES = hub.FileDrop(pattern="*.csv", delimiter="|", ready="manifest", marker=".json", rows=1_000)


class EnforcementPayout(hub.Adapter[hub.FolderConfig]):
    """Lines of batches. A line is named for ever by its number (LSH): told again, in whatever file, it is the same one.

    A later file brings results; the time of change (GXSJ) orders them, so that an order told late undoes no payment.
    """

    Config = hub.FolderConfig
    manifest = hub.Manifest(
        name="enforcement_payout", version="1.0.0", kind="court", title="Pay-out of money recovered",
        title_zh="涉众案款发放", department="FY", channel="FY", capabilities=frozenset({hub.Capability.COUNTED}),
        streams=(hub.Stream(name="payouts", request=FILES),),
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.DraftRow:
        """One line. Its status is the bank's result code; account and bank are kept sealed."""
        return hub.DraftRow(
            key=item["LSH"], revision=item.get("GXSJ"), dataset=DATASET,
            purpose=PURPOSE, owner=item.get("FYMC"), region=item.get("FYDM"), status=item.get("FFJG"),
            begins=item.get("FFSJ"), amount=yuan(item.get("JE")), references=references(item.get("AH")),
            parties=[hub.DraftParty(
                name=item.get("SKR"), role="申请执行人", kind=item.get("SKRLX") or "1", id_number=item.get("ZJHM"),
            )],
            fields={name: item.get(name) for name in ("PCH", "XH", "ZH", "KHH", "SBYY")},
        )  # fmt: skip


def yuan(fen: str | None) -> str | None:
    """An amount in fen as yuan; what is no whole number stays as it is, and the hub says what is wrong with it."""
    digits = (fen or "").strip()
    return f"{int(digits) // 100}.{int(digits) % 100:02d}" if digits.isdecimal() else fen and f"分 {fen}"


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.FolderConfig]]]:
    """The adapter of this package."""
    return [EnforcementPayout]
