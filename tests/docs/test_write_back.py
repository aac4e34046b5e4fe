"""The page on write-back: its adapter passes family DL on its own table, and its kinds are those there are."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from front_table import Front

import hub.api as hub
from conformance import checks
from conformance.check import CHECKS
from conformance.harness import Harness
from conformance.subject import Subject, read_spec
from schemas.delivery import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "write-back.md").read_text(encoding="utf-8")
assert checks.MODULES, "importing the package fills CHECKS"
LINES: dict[str, Any] = {"hub": hub}
for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
    exec(block, LINES)


class OfThePage(hub.Adapter[hub.AdapterConfig]):
    """The adapter of the page, with nothing to read."""

    manifest = hub.Manifest(
        name="of_the_page",
        version="1.0.0",
        kind="grid",
        streams=(),
        capabilities=frozenset({hub.Capability.DELIVER}),
        delivering=LINES["delivering"],
    )
    deliver = LINES["deliver"]


@pytest.mark.parametrize("id", [id for id in CHECKS if id.startswith("DL") and id not in ("DL-12", "DL-15")])
def test_the_pages_adapter_passes(id: str, tmp_path: Path) -> None:
    (told,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "conformance.toml"
    path.write_text(f'suite = "1"\n\n{told}', encoding="utf-8")
    h = Harness(Subject(OfThePage, tmp_path, read_spec(path)))
    CHECKS[id].run(h)
    assert h.observed


def test_every_kind_stands_in_the_table_with_all_of_its_own_fields() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (`\w+` \|.*)$", PAGE, re.MULTILINE))
    assert list(rows) == list(KINDS)
    common = set(re.findall(r"`(\w+)`", PAGE.split("All of them bear ")[1].split("\n\n")[0]))
    for kind, order in KINDS.items():
        told = set(re.findall(r"`(\w+)`", rows[kind]))
        assert order.__name__ in told
        assert set(order.model_fields) <= told | common, kind


def test_the_pages_table_takes_a_row_once_and_its_fetching_is_the_receipt(tmp_path: Path) -> None:
    front = Front(f"sqlite:///{tmp_path}/front.db", "sqlite")
    front.do("CREATE TABLE ex_feedback (hubkey, number, said, pushstatus)")
    adapter = LINES["Feedback"](hub.DatabaseConfig.model_validate({"database": front.url}))
    delivery = hub.Delivery("K1", "progress", hub.Progress(number="17", at=datetime.now(UTC), text="x").written())
    with front.source(claims=[hub.Capability.DELIVER]) as source:
        for fetched, told in (("0", hub.Awaited("K1")), ("1", hub.Receipt(number="K1"))):
            source.start_delivery(LINES["delivering"], "K1")
            front.do(f"UPDATE ex_feedback SET pushstatus = '{fetched}'")
            assert adapter.deliver(source, delivery) == told
    assert front.ask("SELECT * FROM ex_feedback") == [("K1", "17", "x", "1")]
    front.db.dispose()
