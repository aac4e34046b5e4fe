"""FEBRL 1 (Christen): 500 invented Australians and 500 duplicates of theirs, as records of a matter each."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from math import log2
from pathlib import Path

import numpy as np

from bench.linking.figures import Figures, figures, labels
from hub.casework.linking.bulk import Linking
from hub.casework.linking.features import Features, features_of
from hub.casework.linking.score import Weights
from hub.store.subjects import pack, unpack
from schemas.identity import KeyedHash

FILE = Path("../shared/data/linkage/febrl1.csv")


def run(keyed: KeyedHash, weights: Weights, file: Path = FILE) -> Figures | None:
    """The linker's figures on it; None where the file is not there."""
    if not file.exists():
        return None
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [{name.strip(): value.strip() for name, value in row.items()} for row in csv.DictReader(lines)]
    people = {number: at for at, number in enumerate(dict.fromkeys(_person(row) for row in rows), 1)}
    matter = [0, *(people[_person(row)] for row in rows)]
    # the prior odds of a thousand records, each with one duplicate at the most
    weights = replace(weights, prior=-log2(len(rows)))
    with Linking(_features(rows, keyed), weights, keyed=keyed) as linking:
        groups = [[id_ for _, id_ in group] for group in linking.groups()]
    return figures(labels(groups, len(rows)), np.array(matter))


def _person(row: dict[str, str]) -> str:
    return row["rec_id"].split("-")[1]


def _features(rows: list[dict[str, str]], keyed: KeyedHash) -> Iterator[Features]:
    for number, row in enumerate(rows, 1):
        name = f"{row['given_name']} {row['surname']}".strip()
        address = f"{row['street_number']} {row['address_1']}, {row['address_2']}, {row['suburb']}".strip()
        born = row["date_of_birth"]  # stands in the place of a phone: a second number, which may be missing or wrong
        who = {"name": name, "id_number": row["soc_sec_id"], "id_type": "990", "phone": born, "address": address}
        body = {
            "key": row["rec_id"],
            "title": f"{name} {address} {row['postcode']} {row['state']}",
            "parties": [{field: value for field, value in who.items() if value}],
        }
        told = [(kind, "1", value) for kind, value in (("id", row["soc_sec_id"]), ("phone", born)) if value]
        marks = unpack(pack(told, keyed))
        yield features_of(("000000", number), "febrl", body, marks)
