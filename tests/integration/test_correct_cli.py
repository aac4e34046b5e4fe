"""``hub record correct|corrections|lift``: put right, listed without values, lifted, audited."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filling import Filler, dispute

from hub.cli.main import main
from hub.store.store import Store
from hub.store.vault import Keyring
from schemas.party import Party

Hub = Callable[..., Result]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub with one record in its store; runs its command line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hub.toml").write_text('home = "331024"\n[store]\nurl = "sqlite:///hub.db"\nkeys = "keys.json"\n')
    Keyring.create(tmp_path / "keys.json")
    with Store.open(f"sqlite:///{tmp_path}/hub.db", tmp_path / "keys.json") as store:
        record = dispute("K-1", "D0201", title="张三丰的事", parties=(Party(name="张三丰"),), stage="mediating")
        Filler(store.database, store.keyring).page(record)

    def run(*args: str, text: str | None = None) -> Result:
        return CliRunner().invoke(main, args, input=text)

    return run


def test_a_record_is_put_right_shown_and_given_back(hub: Hub) -> None:
    done = hub("record", "correct", "K-1", "--item", "D0302", "--stage", "settled", "--reason", "张三丰来电", "--json")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)["corrections"]
    assert [(row["field"], row["state"], row["why"]) for row in rows] == [
        ("item", "standing", "张**来电"),
        ("stage", "standing", "张**来电"),
    ]
    shown = json.loads(hub("record", "show", "K-1", "--json").stdout)
    assert (shown["head"]["item"], shown["body"]["stage"]) == ("D0302", "settled")
    assert [row["field"] for row in shown["corrected"]] == ["item", "stage"]
    assert "D0302" in hub("record", "list").stdout
    lifted = hub("record", "lift", f"331024-{rows[0]['id']}", "--reason", "误改")
    assert lifted.exit_code == 0 and "已撤销 lifted" in lifted.stdout
    assert json.loads(hub("record", "show", "K-1", "--json").stdout)["head"]["item"] == "D0201"
    listed = json.loads(hub("record", "corrections", "K-1", "--json").stdout)["corrections"]
    assert [row["field"] for row in listed] == ["stage"]
    assert len(json.loads(hub("record", "corrections", "--all", "--json").stdout)["corrections"]) == 2
    assert hub("audit", "verify").exit_code == 0


def test_parties_come_by_standard_input_and_are_masked_when_shown(hub: Hub) -> None:
    told = json.dumps([{"name": "王五湖", "phone": "13800001111"}])
    done = hub("record", "correct", "K-1", "--parties", "-", "--reason", "当面核对", text=told)
    assert done.exit_code == 0, done.output
    assert "王五湖" not in done.stdout
    shown = hub("record", "show", "K-1").stdout
    assert "王**" in shown and "王五湖" not in shown and "13800001111" not in shown
    assert "张三丰" not in shown


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (("correct", "K-1", "--reason", "x"), 2, "say what is right"),
        (("correct", "K-1", "--item", "D0302", "--reason", " "), 2, "says nothing"),
        (("correct", "K-1", "--item", "D9999", "--reason", "x"), 1, "no item"),
        (("correct", "K-1", "--stage", "setled", "--reason", "x"), 1, "settled"),
        (("correct", "K-9", "--stage", "settled", "--reason", "x"), 1, "no such record"),
        (("correct", "K-1", "--parties", "none.json", "--reason", "x"), 1, "cannot be read"),
        (("lift", "331024-9", "--reason", "x"), 1, "no correction"),
        (("lift", "9", "--reason", "x"), 2, "a number such as"),
        (("lift", "331024-9", "--reason", ""), 2, "says nothing"),
    ],
)
def test_what_cannot_be_is_said_in_words(hub: Hub, args: tuple[str, ...], code: int, told: str) -> None:
    done = hub("record", *args)
    assert (done.exit_code != 0, told in done.output) == (True, True), done.output
    assert (done.exit_code == 2) == (code == 2)
