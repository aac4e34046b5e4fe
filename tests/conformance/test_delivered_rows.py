"""Adapters that deliver into tables, held to the other side's view of it; each check seen failing on what it names."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

import hub.api as hub
from adapters.grid.police_exchange.adapter import PoliceExchange
from adapters.petition.hotline_exchange.adapter import HotlineExchange
from conformance import checks
from conformance.check import CHECKS
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.subject import Subject, SubjectInvalid

assert checks.MODULES, "importing the package fills CHECKS"
LOOKED_AT = ("DL-01", "DL-02", "DL-03", "DL-04", "DL-08", "DL-14", "DL-15", "DL-16", "DL-17")
NOT_ITS_OWN = ("DL-05", "DL-06", "DL-07", "DL-09", "DL-10", "DL-11", "DL-12", "DL-13")


class Everywhere(PoliceExchange):
    """Puts a row beside the row."""

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        source.put("ex_other", {"fkdbh": delivery.key, "jjdbh": str(delivery.body["number"])}, key="fkdbh")
        return super().deliver(source, delivery)


class AtOnce(PoliceExchange):
    """Takes a row that stands for one that was fetched."""

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        super().deliver(source, delivery)
        return hub.Receipt(number=delivery.key)


class Never(PoliceExchange):
    """Does not read what the other side writes into its row."""

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        super().deliver(source, delivery)
        return hub.Awaited(delivery.key)


class Nameless(PoliceExchange):
    """Tells no matter."""

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        return super().deliver(source, replace(delivery, body={**delivery.body, "number": "0", "case": ""}))


class Silent(PoliceExchange):
    """Puts nothing, and says that it was received."""

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        return hub.Receipt(number=delivery.key)


class OtherKey(PoliceExchange):
    """Gives its rows numbers of its own, and the key to another column."""

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        row = {"fkdbh": f"F{delivery.key}", "yydm": delivery.key, "jjdbh": str(delivery.body["number"])}
        stands = source.put("ex_police_feedback", {**row, "pushstatus": "0"}, key="yydm")
        return hub.Awaited(delivery.key) if stands["pushstatus"] == "0" else hub.Receipt(number=delivery.key)


class Loud(PoliceExchange):
    """Writes down what it hands over."""

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        logging.getLogger("police").warning("handing over %s", delivery.body)
        return super().deliver(source, delivery)


def subject(kind: type[hub.Adapter[Any]], columns: Mapping[str, str] | None = None) -> Subject:
    found = Subject.of(kind)
    told = found.spec.rows
    assert told is not None
    if columns is None:
        return found
    tables = {**told.tables, "other": "ex_other"}
    told = told.model_copy(update={"columns": {**told.columns, **columns}, "tables": tables})
    return replace(found, spec=found.spec.model_copy(update={"rows": told}))


@pytest.mark.parametrize("kind", [PoliceExchange, HotlineExchange])
@pytest.mark.parametrize("id", LOOKED_AT)
def test_the_exchange_tables_pass_and_something_was_seen(kind: type[hub.Adapter[Any]], id: str) -> None:
    h = Harness(subject(kind))
    CHECKS[id].run(h)
    assert h.observed


@pytest.mark.parametrize("id", NOT_ITS_OWN)
def test_what_no_table_says_and_what_befalls_a_statement_does_not_apply(id: str) -> None:
    with pytest.raises(NotApplicable):
        CHECKS[id].run(Harness(subject(PoliceExchange)))


@pytest.mark.parametrize(
    ("kind", "id", "observed"),
    [
        (Silent, "DL-01", "no call of any path"),
        (Never, "DL-01", "waiting"),
        (OtherKey, "DL-02", "another one"),
        (Nameless, "DL-03", "neither of them"),
        (Everywhere, "DL-04", "2 calls"),
        (AtOnce, "DL-08", "delivered"),
        (Loud, "DL-16", ""),
    ],
)
def test_what_is_wrong_is_found(kind: type[hub.Adapter[Any]], id: str, observed: str) -> None:
    columns = {"ex_other": "fkdbh jjdbh pushstatus"} if kind is Everywhere else None
    with pytest.raises(Violation) as seen:
        CHECKS[id].run(Harness(subject(kind, columns)))
    assert observed in seen.value.observed


def test_a_table_that_is_not_told_is_asked_for() -> None:
    found = subject(PoliceExchange)
    found = replace(found, spec=found.spec.model_copy(update={"rows": None}))
    with pytest.raises(SubjectInvalid, match="rows: the source's way to take deliveries is not told"):
        CHECKS["DL-01"].run(Harness(found))
