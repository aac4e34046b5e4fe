"""What the columns of a row say, by the settings of its instance."""

from collections.abc import Mapping
from typing import Any

import hub.api as hub
from adapters.grid.public_data.config import Dataset, PublicDataConfig
from adapters.numbers import references


def identity(config: PublicDataConfig, item: hub.Item) -> dict[str, Any]:
    """Which row it is, which version of it, and whether it is gone."""
    return {
        "key": item[config.key],
        "revision": item.get(config.time) if config.time else None,
        "deleted": bool(config.deleted) and str(item.get(config.deleted)) in config.deleted_values,
    }


def parties(config: PublicDataConfig, item: hub.Item) -> list[hub.DraftParty]:
    """Whom the row names."""
    return [
        hub.DraftParty(role=each.role, kind=each.kind, **of_columns(item, each.model_dump(exclude={"role", "kind"})))
        for each in config.parties
        if item.get(each.name)
    ]


def of_columns(item: hub.Item, columns: Mapping[str, str]) -> dict[str, Any]:
    """What stands in the columns that are told, by our names."""
    return {name: item.get(column) for name, column in columns.items() if column}


def row(config: PublicDataConfig, dataset: Dataset, item: hub.Item) -> hub.DraftRow:
    """A row of a dataset that models compare: a payment, a licence, a matter of public service."""
    said = of_columns(item, dataset.model_dump(exclude={"name", "owner", "purpose", "basis"}))
    return hub.DraftRow(
        **identity(config, item), dataset=dataset.name, owner=dataset.owner, purpose=dataset.purpose,
        basis=dataset.basis, references=references(said.pop("cites", None)), parties=parties(config, item),
        fields={name: item.get(name) for name in config.extra}, **said,
    )  # fmt: skip
