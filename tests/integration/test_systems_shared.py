"""Rows of the map of systems about data that is shared for a purpose: quotas, fields, colours."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from integration.test_systems import Network, network
from integration.test_systems_entries import body, told
from integration.test_systems_grid import hub
from sqlalchemy import text

from conformance.lab.recorded import Recorded
from conformance.lab.settings import hub_toml
from hub import events
from hub.cli.main import main
from hub.settings import HttpSettings
from hub.store.entries import about
from hub.store.show import raw_bytes
from hub.testing import RunReport, caught_events, load_adapter, run_source

NOW = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
PURPOSES = {
    "TSBH": "办件唯一标识", "GXSJ": "增量更新", "SCBS": "撤销同步", "TSBT": "矛盾纠纷多元化解",
    "TSNR": "矛盾纠纷多元化解", "TSLXDM": "矛盾纠纷多元化解", "TSRXM": "联系当事人",
}  # fmt: skip
"""What each field was shared for. Not the number (TSRZJH) and the phone (TSRDH) of who complained."""


class Metered(Recorded):
    """The platform's own instance: three calls a day, four rows a page, a purpose for each field it may keep."""

    def settings(self) -> dict[str, dict[str, Any]]:
        own = {"page_size": 4, "calls_per_day": 3, "purposes": PURPOSES}
        return {name: table | own for name, table in super().settings().items()}


def pull(net: Network, folder: Path, now: datetime) -> RunReport:
    """Read the platform once, at a time."""
    source = net.settings.source("irs")
    http = HttpSettings(lent=folder / "lent")
    (report,) = run_source(net.store, load_adapter(source.adapter), source, http=http, clock=lambda: now)
    return report


def shown(folder: Path, net: Network, *arguments: str) -> str:
    """What the command line says, over the settings of the network."""
    config, (database, *_) = folder / "shown.toml", folder.glob("*.db")
    store = f'[store]\nurl = "sqlite:///{database}"\nkeys = "{folder}/keyring.json"\n'
    config.write_text(hub_toml(net.lab.settings()) + store, encoding="utf-8")
    done = CliRunner().invoke(main, ["--config", str(config), *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_row_097_the_gateway_with_renewed_keys_a_quota_of_calls_and_a_purpose_for_each_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.clock.utc_now", lambda: NOW)
    with network(tmp_path, Metered({"irs": "public_data"})) as net:
        rows = {row["TSBH"]: row for row in net.lab.rows("irs")}
        with caught_events() as caught:
            assert pull(net, tmp_path, NOW).outcome == "complete"
            *_, last = rows
            net.lab.rows("irs").update(last, TSBT="物业费又涨了", GXSJ="2026-03-09 11:00:00")
            spent = pull(net, tmp_path, NOW)
            waiting = pull(net, tmp_path, NOW + timedelta(hours=11))
        low = [each for each in caught if each["event"] == events.QUOTA_LOW]
        assert [(each["calls"], each["per_day"]) for each in low] == [(2, 3)], "told once, before it is spent"
        assert (spent.outcome, waiting.outcome, waiting.counts.fetched) == ("incomplete", "incomplete", 0)
        assert (waiting.error or "").startswith("source.quota_spent")
        counted: Mapping[str, Any] = json.loads(shown(tmp_path, net, "source", "show", "irs", "--json"))
        (interface,) = counted["calls"]
        assert (interface["calls"], interface["per_day"]) == (3, 3)
        assert interface["path"].endswith("/dataSharing/wYts33d000000001.htm")
        assert net.records()[last].body["title"] == rows[last]["TSBT"]
        assert pull(net, tmp_path, NOW + timedelta(days=1)).outcome == "complete"
        kept = net.records()
        assert kept[last].body["title"] == "物业费又涨了", "late by a day, and not lost"

        # each field that is stored has its purpose; those that have none are nowhere, not even in the bytes
        assert counted["settings"]["purposes"] == PURPOSES
        assert "联系当事人" in shown(tmp_path, net, "source", "show", "irs")
        for key, row in rows.items():
            if key in kept:
                (person,) = [party for party in kept[key].body["parties"] if party["role"] == "1"]
                assert person == {"name": row["TSRXM"], "role": "1", "kind": "1"}
                assert not kept[key].body.get("extra")
        with net.store.database.reading() as connection:
            numbers = connection.execute(text("SELECT home, id FROM raw")).all()
        pages = [raw_bytes(net.store.database, net.store.keyring, *number) for number in numbers]
        assert all(row["TSBH"].encode() in b"".join(pages) for row in rows.values())
        for row in rows.values():
            for secret in (row["TSRZJH"], row["TSRDH"], row["XQDZ"]):
                assert not secret or all(secret.encode() not in page for page in pages)


HONESTY = {
    "name": "五色诚信诉讼码", "owner": "杭州市余杭区人民法院", "purpose": "诉讼诚信评价", "basis": "信用信息共享协议",
    "begins": "PDRQ",
}  # fmt: skip
COLOURS = ("绿", "蓝", "黄", "橙", "红")


class Coloured(Recorded):
    """The court's colours behind the platform: a row is a person, the colour is kept sealed with it."""

    def settings(self) -> dict[str, dict[str, Any]]:
        parties = [{"name": "TSRXM", "id_number": "TSRZJH"}]
        own = {"dataset": HONESTY, "parties": parties, "extra": ["YS"], "columns": {}, "stages": {}}
        return {name: table | own for name, table in super().settings().items()}


def test_row_007_a_persons_colour_has_its_source_and_day_is_masked_and_read_for_one_purpose(tmp_path: Path) -> None:
    with network(tmp_path, Coloured({"codes": "public_data"})) as net:
        for no, row in enumerate(list(net.lab.rows("codes"))):
            day = f"2026-03-{no + 1:02d}"
            net.lab.rows("codes").update(row["TSBH"], YS=f"{COLOURS[no % 5]}码", PDRQ=day)
        net.pull("codes")
        rows = {row["TSBH"]: row for row in net.lab.rows("codes") if row["SCBS"] != "1"}
        heads = {each.key: each for each in told(net, kind="row", name=HONESTY["name"])}
        assert set(heads) == set(rows)
        for key, row in rows.items():
            whole = body(net, heads[key])
            assert (whole["fields"], whole["begins"], whole["owner"]) == (
                {"YS": row["YS"]},
                row["PDRQ"],
                HONESTY["owner"],
            )
            assert [party["name"] for party in whole["parties"]] == [row["TSRXM"]]
            with net.store.database.reading() as connection:
                found = about(connection, [net.store.keyring.hash("id", row["TSRZJH"])]) if row["TSRZJH"] else []
            assert row["TSRZJH"] == "" or key in {each.key for each in found}, "found by the person's number"

        key = next(key for key, row in rows.items() if row["TSRZJH"])
        row, asked = rows[key], ["entry", "show", key, "--source", "codes", "--json"]
        listed = hub(tmp_path, "entry", "list", "--kind", "row", "--json")
        masked = hub(tmp_path, *asked)
        assert HONESTY["purpose"] in masked
        for secret in (row["YS"], row["TSRXM"], row["TSRZJH"]):
            assert secret not in listed + masked
        why = ("--clear", "--reason", "诉前评估")
        assert HONESTY["purpose"] in hub(tmp_path, *asked, *why, exit_code=2), "no purpose is stated"
        refused = hub(tmp_path, *asked, *why, "--purpose", "招工审查", exit_code=2)
        assert row["YS"] not in refused
        with net.store.database.reading() as connection:
            reads = "SELECT count(*) FROM audit WHERE action = 'entry.read_clear'"
            assert connection.scalar(text(reads)) == 0
        assert row["YS"] in hub(tmp_path, *asked, *why, "--purpose", HONESTY["purpose"])
        with net.store.database.reading() as connection:
            (written,) = connection.scalars(text("SELECT entry FROM audit WHERE action = 'entry.read_clear'"))
        assert HONESTY["purpose"] in str(written)
        assert net.records() == {}, "a colour is no dispute: no case has it, nothing hands it on"
