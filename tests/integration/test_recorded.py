"""Installed adapters' recordings as running sources, what a hub.toml over them holds, and the accounts of the demo."""

import json
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from conformance.lab.demo import FATES, account
from conformance.lab.recorded import Known, Recorded, known
from conformance.lab.settings import hub_toml
from hub.cli.main import main
from hub.registry import Registry


def test_every_installed_adapter_is_known_and_none_that_is_read_lacks_a_source() -> None:
    told = known()
    assert told.broken == {}
    assert {*told.read, *told.unasked} == set(Registry.load().adapters)
    assert {"mobile_court", "police", "files", "table"} <= set(told.read)
    assert {"webhook", "sensor"} <= set(told.unasked)


def test_sources_on_one_port_have_dials_of_their_own() -> None:
    with Recorded({"a": "open311", "b": "open311"}) as lab:
        tables = lab.settings()
        urls = {name: f"{table['base_url']}/requests.json?page=1&page_size=99" for name, table in tables.items()}
        assert len({httpx.URL(url).port for url in urls.values()}) == 1
        lab.fault("a", "status", status=503)
        assert {name: httpx.get(url).status_code for name, url in urls.items()} == {"a": 503, "b": 200}
        assert [httpx.get(url).status_code for url in urls.values()] == [200, 200]
        lab.fault("b", "status", times=None)
        lab.clear_faults("b")
        assert httpx.get(urls["b"]).status_code == 200
        assert (lab.calls("a"), lab.calls("b")) == (2, 3)
        lab.rows("a").delete(next(iter(lab.rows("a")))["service_request_id"])
        assert len(httpx.get(urls["a"]).json()) == len(httpx.get(urls["b"]).json()) - 1
        with pytest.raises(ValueError, match="share the port"):
            lab.fault("a", "refused")


def test_a_path_that_is_nobodys_is_a_fault_of_the_lab() -> None:
    def ask() -> None:
        with Recorded({"a": "open311"}) as lab:
            elsewhere = lab.settings()["a"]["base_url"].replace("/a", "/c")
            with pytest.raises(httpx.RemoteProtocolError):
                httpx.get(f"{elsewhere}/requests.json")

    with pytest.raises(ExceptionGroup, match="the lab itself broke"):
        ask()


def test_settings_of_any_shape_are_written_as_toml() -> None:
    table: dict[str, Any] = {
        "text": '标 "题"\n', "flag": True, "number": 3, "names": ["a", "b"], "stages": {"01": "received", "a b": "x"},
        "parties": [{"name": "XM"}, {"name": "QY", "kind": "2"}], "none": {}, "empty": [],
    }  # fmt: skip
    assert tomllib.loads(hub_toml({"one": table}))["source"] == {"one": table}


def run(source: str, fetched: int, **fates: int) -> dict[str, Any]:
    return {"source": source, "fetched": fetched, **dict.fromkeys(FATES, 0), **fates}


SERVED = {"a": 3, "b": 2}
FIRST = [run("a", 3, stored=2, rejected=1), run("b", 2, stored=2)]
SECOND = [run("a", 1, unchanged=1), run("b", 0)]
ALL_KNOWN = Known(("a", "b"), ("eyes",), {})


@pytest.mark.parametrize(
    ("first", "second", "adapters", "said"),
    [
        (FIRST, SECOND, ALL_KNOWN, "Everything adds up"),
        ([FIRST[0], run("b", 1, stored=1)], SECOND, ALL_KNOWN, "b: 提供 served 2, 收到 fetched 1"),
        ([FIRST[0]], SECOND, ALL_KNOWN, "b: 提供 served 2, 收到 fetched 0"),
        ([run("a", 3, stored=2), FIRST[1]], SECOND, ALL_KNOWN, "a: 收到 fetched 3"),
        (FIRST, [run("a", 1, stored=1)], ALL_KNOWN, "stored 1, and nothing had changed"),
        (FIRST, [run("a", 1, deleted=1)], ALL_KNOWN, "stored 1, and nothing had changed"),
        (FIRST, SECOND, Known((), (), {"c": "no recording"}), "c 无模拟来源 has no simulated source: no recording"),
    ],
)
def test_the_accounts_say_what_does_not_add_up(
    first: list[Any], second: list[Any], adapters: Known, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = account(SERVED, first, second, adapters)
    told = capsys.readouterr().out
    assert said in told
    assert ended == ("adds up" not in said)
    assert ("Everything adds up" in told) is (ended == 0)


def test_the_accounts_name_each_fate_and_who_is_never_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert account(SERVED, FIRST, SECOND, ALL_KNOWN) == 0
    told = capsys.readouterr().out
    assert "5 = 新存 stored 4 + 退回 rejected 1" in told
    assert "eyes" in told


def test_the_lab_serves_instances_and_writes_settings_that_read_them(tmp_path: Path) -> None:
    config = tmp_path / "hub.toml"
    program = "from hub.cli.main import main; main()"
    command = [
        sys.executable,
        "-c",
        program,
        "lab",
        "serve",
        "--port",
        "0",
        "--instances",
        "30",
        "--write",
        str(config),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        assert process.stdout is not None
        assert any("Ctrl-C" in line for line in iter(process.stdout.readline, ""))
        sources = tomllib.loads(config.read_text(encoding="utf-8"))["source"]
        (checked,) = json.loads(hub(config, "source", "check", "open311_1", "--json"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()
    assert len(sources) == 30
    assert {table["adapter"] for table in sources.values()} == set(known().read)
    assert checked["ok"] is True


def test_instances_are_the_adapters_own_and_take_no_texts() -> None:
    done = CliRunner().invoke(main, ["lab", "serve", "--instances", "3", "--wire", "open311"])
    assert done.exit_code == 2
    assert "--instances goes without" in done.stderr


def hub(config: Path, *args: str) -> str:
    assert CliRunner().invoke(main, ["--config", str(config), "key", "create"]).exit_code == 0
    return CliRunner().invoke(main, ["--config", str(config), *args]).stdout
