"""The command line: help without imports, words for errors, exit codes, masked and tidy output."""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from hub.cli.lazy import BUG, Hub
from hub.cli.main import COMMANDS, main
from hub.cli.show import plain, table
from hub.errors import ConfigError, HubError, PluginError, StoreError
from schemas import taxonomy as taxonomy_package

HEAVY = ("pydantic", "sqlalchemy", "sqlmodel", "rich", "httpx", "structlog", "cryptography", "lxml", "hub.contract")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command line in an empty folder, without variables of the hub."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)

    def run(*args: str, text: str | None = None) -> Result:
        return CliRunner().invoke(main, args, input=text)

    return run


def bare(command: click.Command) -> Hub:
    """A group like ours around one command."""
    group = Hub("hub", commands_at={})
    group.add_command(command)
    group.list_commands = lambda ctx: [command.name or ""]  # type: ignore[method-assign]
    group.get_command = lambda ctx, name: command  # type: ignore[method-assign, assignment]
    return group


def raising(error: BaseException) -> Hub:
    @click.command("go")
    def go() -> None:
        raise error

    return bare(go)


def test_help_lists_every_command_and_imports_none() -> None:
    code = (
        "import sys; from hub.cli.main import main\n"
        "try: main(['--help'])\n"
        "finally: print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    for name, (_, words) in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(words)}", done.stdout, re.MULTILINE)
    assert re.search(r"^  lab ", done.stdout, re.MULTILINE)
    imported = set(re.findall(r"'([\w.]+)'", done.stderr))
    assert imported.isdisjoint(HEAVY)
    assert {name for name in imported if name.startswith("hub.cli.")} == {
        "hub.cli.main",
        "hub.cli.lazy",
        "hub.cli.workplace",
    }
    assert not any(name.startswith(("conformance", "adapters")) for name in imported)


def test_every_command_answers_help(hub: Any) -> None:
    def commands(group: click.Group, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        context = click.Context(group)
        found: list[tuple[str, ...]] = []
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            found.append((*path, name))
            if isinstance(command, click.Group):
                found += commands(command, (*path, name))
        return found

    every = [path for path in commands(main, ()) if path[0] != "lab"]
    assert ("source", "rewind") in every
    for path in every:
        result = hub(*path, "--help")
        assert result.exit_code == 0, path
        assert "Usage: hub" in result.output


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["statsu"], 'no command "statsu"; did you mean "status"?'),
        (["source", "pul"], "did you mean"),
        (["status", "--jsn"], "--json"),
        (["adapter", "try"], "give either NAME"),
        (["source", "rewind", "x"], "give either --to TIME or --all"),
        (["init", "--home", "33"], "six digits"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_meant(hub: Any, args: list[str], told: str) -> None:
    result = hub(*args)
    assert result.exit_code == 2
    assert told.lower() in result.stderr.lower()


@pytest.mark.parametrize(("error", "code"), [(ConfigError("no", hint="do"), 2), (StoreError("no", hint="do"), 1)])
def test_an_error_of_ours_is_told_in_words_with_its_exit_code(error: HubError, code: int) -> None:
    result = CliRunner().invoke(raising(error), ["go"])
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr == "error: no\n  hint: do\n"


def test_a_bug_is_told_without_its_values() -> None:
    result = CliRunner().invoke(raising(KeyError("canary-name")), ["go"])
    assert result.exit_code == BUG
    assert re.match(r"error: a bug of the hub: KeyError in test_cli.py:\d+\n", result.stderr)
    assert "canary" not in result.stderr


def test_a_file_that_cannot_be_written_is_no_bug(hub: Any) -> None:
    result = hub("taxonomy", "export", "--output", "no/such/folder.ttl")
    assert result.exit_code == 1
    assert result.stderr == "error: No such file or directory - no/such/folder.ttl\n"


def test_control_c_ends_with_130() -> None:
    assert CliRunner().invoke(raising(KeyboardInterrupt()), ["go"]).exit_code == 130


def test_an_error_cannot_write_to_the_terminal() -> None:
    result = CliRunner().invoke(raising(ConfigError("a\x1b[2Jb\u202ec")), ["go"])
    assert result.stderr == "error: a[2Jbc\n"


def test_a_command_of_a_broken_package_is_named_and_leaves_the_others(
    hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = EntryPoint(name="extra", value="no_such_module:extra", group="yiwang.cli")
    odd = EntryPoint(name="odd", value="json:dumps", group="yiwang.cli")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [broken, odd])
    assert "extra" in hub("--help").output
    result = hub("extra")
    assert result.exit_code == PluginError.exit_code
    assert 'the command "extra" does not load: ModuleNotFoundError - no_such_module:extra' in result.stderr
    assert "is no click command" in hub("odd").stderr
    assert hub("init").exit_code == 0


def test_a_plugin_cannot_take_the_place_of_a_command(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    thief = EntryPoint(name="init", value="no_such_module:extra", group="yiwang.cli")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [thief])
    assert hub("init").exit_code == 0


def test_the_real_command_starts_answers_and_fails_with_codes(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from hub.cli.main import main; main()", *args]
        return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    assert run("--help").returncode == 0
    assert run("--version").stdout.startswith("hub, version ")
    assert run("nonsense").returncode == 2
    missing = run("config", "check")
    assert missing.returncode == 2
    assert "hint: hub init" in missing.stderr
    assert run("init").returncode == 0
    assert run("status").returncode == 1


# --- init, config, key, doctor


def test_init_makes_what_config_check_accepts_and_overwrites_nothing(hub: Any, tmp_path: Path) -> None:
    first = hub("init", "--home", "330110")
    assert first.exit_code == 0
    keys = tmp_path / "yiwang-data/keys.json"
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "hub.toml", keys, keys.parent)] == [0o600, 0o600, 0o700]
    answer = json.loads(hub("config", "check", "--json").stdout)
    values = {each["key"]: (each["value"], each["origin"]) for each in answer["values"]}
    assert answer["ok"] is True
    assert values["home"][0] == "330110"
    before = ((tmp_path / "hub.toml").read_bytes(), keys.read_bytes())
    second = hub("init")
    assert second.exit_code == 2
    assert "there are settings already" in second.stderr
    (tmp_path / "hub.toml").unlink()
    assert "there already, kept" in hub("init", "--home", "330110").output
    assert before == ((tmp_path / "hub.toml").read_bytes(), keys.read_bytes())


def test_config_check_looks_at_routes_and_at_the_files_they_go_by(hub: Any, tmp_path: Path) -> None:
    assert hub("init", "--home", "330110").exit_code == 0
    settings = tmp_path / "hub.toml"
    clean = settings.read_text(encoding="utf-8")
    source = '\n[source.{}]\nadapter = "open311"\nbase_url = "http://127.0.0.1:9"\n'
    route = '\n[[case.route]]\nname = "r"\nfrom = "a"\nto = "b"\nstage = "accepted"\nrule = "mediaton"\n'
    route = source.format("a") + source.format("b") + route
    settings.write_text(clean + route, encoding="utf-8")
    refused = hub("config", "check")
    assert refused.exit_code == 2
    assert 'no deadline rule "mediaton"' in refused.output
    (problem,) = json.loads(hub("config", "check", "--json").stdout)["problems"]
    assert "mediation" in problem["hint"]
    files = (
        clean.replace("[deadlines]\n", '[deadlines]\nrules = "none.csv"\n') + '\n[case.notice]\ntemplates = "no.csv"\n'
    )
    settings.write_text(files, encoding="utf-8")
    told = json.loads(hub("config", "check", "--json").stdout)["problems"]
    assert len(told) == 2, "all of them at once"
    settings.write_text(clean, encoding="utf-8")
    assert hub("config", "check").exit_code == 0


def test_every_setting_stands_in_the_first_file_with_its_default(hub: Any, tmp_path: Path) -> None:
    """The commented lines of the template, once uncommented, are the defaults."""
    hub("init")
    path = tmp_path / "hub.toml"
    text = re.sub(r"^# (\w+ = .*)$", r"\1", path.read_text(encoding="utf-8").partition("# One table")[0], flags=re.M)
    before = {o["key"]: o["value"] for o in json.loads(hub("config", "check", "--json").stdout)["values"]}
    path.write_text(text, encoding="utf-8")
    after = json.loads(hub("config", "check", "--json").stdout)["values"]
    assert {o["key"]: o["value"] for o in after} | {"log.json": "-"} == before
    assert [o["key"] for o in after if o["origin"] == "default"] == []


def test_config_check_lists_problems_of_file_and_adapters_without_secrets(hub: Any, tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text(
        'home = "330000"\n[source.a]\nadapter = "zhelifng"\n[source.b]\nadapter = "zhelifang"\npasword = "canary"\n',
        encoding="utf-8",
    )
    result = hub("config", "check")
    assert result.exit_code == 2
    assert 'line 3: source.a.adapter: no adapter "zhelifng" (did you mean "zhelifang"?)' in result.stderr
    assert 'line 6: source.b.pasword: unknown key (did you mean "password"?)' in result.stderr
    assert "source.b.base_url: missing" in result.stderr
    answer = hub("config", "check", "--json")
    assert answer.exit_code == 2
    assert [each["line"] for each in json.loads(answer.stdout)["problems"]] == [3, 4, 6]
    assert "canary" not in result.output + answer.output


def test_keys_are_made_rotated_and_exported(hub: Any, tmp_path: Path) -> None:
    hub("init")
    again = hub("key", "create")
    assert again.exit_code == 2
    assert "a keyring is there already" in again.stderr
    assert "2 keys in all" in hub("key", "rotate").output
    (tmp_path / "phrase").write_text("correct horse battery\n", encoding="utf-8")
    assert hub("key", "export", "--passphrase-file", "phrase", "--output", "copy").exit_code == 0
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert hub("key", "export", "--passphrase-file", "phrase", "--output", "copy").exit_code == 2
    (tmp_path / "phrase").write_text("short", encoding="utf-8")
    assert "too short" in hub("key", "export", "--passphrase-file", "phrase").stderr


def test_doctor_tells_what_is_wrong_and_goes_on_looking(hub: Any, tmp_path: Path) -> None:
    def states() -> dict[str, str]:
        answer = json.loads(hub("doctor", "--json").stdout)
        return {finding["what"]: finding["state"] for finding in answer["findings"]}

    nothing = hub("doctor", "--json")
    assert nothing.exit_code == 1
    assert {finding["what"] for finding in json.loads(nothing.stdout)["findings"] if finding["state"] == "bad"} == {
        "settings", "taxonomy", "keys", "store", "deadlines", "disk",
    } - {"taxonomy"}  # fmt: skip
    hub("init")
    assert states() | {"disk": "ok", "deadlines": "ok"} == {
        "python": "ok", "packages": "ok", "settings": "ok", "adapters": "ok", "taxonomy": "ok", "keys": "ok",
        "store": "look", "clock": "ok", "deadlines": "ok", "disk": "ok",
    }  # fmt: skip
    days, config = tmp_path / "days.csv", tmp_path / "hub.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace('# holidays = ""', 'holidays = "days.csv"'), encoding="utf-8"
    )
    days.write_text("first,last,works,name,basis\n2024-01-01,2024-01-01,no,元旦,x\n", encoding="utf-8")
    assert states()["deadlines"] == "look", "the holidays of these days are not in it"
    days.write_text("first,last,works,name,basis\n2024-01-01,2023-01-01,no,元旦,x\n", encoding="utf-8")
    assert states()["deadlines"] == "bad"
    (tmp_path / "yiwang-data/keys.json").chmod(0o644)
    open_keys = hub("doctor")
    assert open_keys.exit_code == 1
    assert "open to other users" in open_keys.output


# --- adapter


def test_adapter_list_and_show(hub: Any) -> None:
    answer = json.loads(hub("adapter", "list", "--json").stdout)
    assert {"mobile_court", "zhelifang", "dispute_code", "four_platforms", "open311"} <= {
        each["name"] for each in answer["adapters"]
    }
    shown = json.loads(hub("adapter", "show", "zhelifang", "--json").stdout)
    assert shown["package"] == "adapters.petition.zhelifang"
    settings = {each["name"]: (each["type"], each["default"], each["secret"]) for each in shown["settings"]}
    assert settings["base_url"] == ("str", "required", False)
    assert settings["password"] == ("SecretStr", None, True)
    assert "浙里访" in hub("adapter", "show", "zhelifang").output
    assert 'did you mean "zhelifang"' in hub("adapter", "show", "zhelifng").stderr


PAGE = {
    "code": 200,
    "msg": "操作成功",
    "total": "2",
    "rows": [
        {
            "ID": "a1", "BT": "拖欠工资", "TSNR": "王小丫反映在工地干活三个月，老板拖欠工资不给，电话13800001234。",
            "NRFLDM": "", "XFRQ": "2026-03-02 09:12:31", "BLZTDM": "08", "XM": "王小丫", "SJHM": "13800001234",
            "WTSDDM": "330110", "GXSJ": "2026-03-02 10:00:00",
        },
        {"ID": "", "BT": "没有编号"},
    ],
}  # fmt: skip


def test_adapter_try_shows_draft_record_and_item_with_people_masked(hub: Any, tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text(json.dumps(PAGE, ensure_ascii=False), encoding="utf-8")
    shown = hub("adapter", "try", "zhelifang", "--page", "page.json")
    assert shown.exit_code == 0, shown.output
    assert "2026-03-02T01:12:31Z" in shown.output
    assert "accepted" in shown.output
    assert "D08" in shown.output
    assert "key.missing at key" in shown.output
    answer = hub("adapter", "try", "zhelifang", "--page", "page.json", "--json")
    first, second = json.loads(answer.stdout)["tried"]
    assert first["draft"]["key"] == "a1"
    assert first["record"]["parties"][0]["name"] == "王**"
    assert second["rejection"]["code"] == "key.missing"
    for told in (shown.output, answer.output):
        assert "王小丫" not in told
        assert "13800001234" not in told


# --- taxonomy


def test_taxonomy_show_resolve_and_export(hub: Any, tmp_path: Path) -> None:
    everything = json.loads(hub("taxonomy", "show", "--json").stdout)
    assert (len(everything["categories"]), len(everything["items"])) == (21, 84)
    item = everything["items"][0]["code"]
    assert json.loads(hub("taxonomy", "show", item, "--json").stdout)["item"]["code"] == item
    assert json.loads(hub("taxonomy", "show", "D02", "--json").stdout)["category"]["code"] == "D02"
    assert len(json.loads(hub("taxonomy", "show", "XF", "--json").stdout)["items"]) > 5
    assert hub("taxonomy", "show").output.count("\nD") == 21
    wrong = hub("taxonomy", "show", "D2204")
    assert wrong.exit_code == 2
    assert "did you mean" in wrong.stderr
    found = json.loads(hub("taxonomy", "resolve", "--text", "楼上漏水把我家天花板泡坏了", "--json").stdout)
    assert found["method"] == "text"
    cause = json.loads(hub("taxonomy", "resolve", "--label", "离婚纠纷", "--json").stdout)
    assert (cause["method"], cause["category"]) == ("cause", "D01")
    assert hub("taxonomy", "resolve").exit_code == 2
    assert "skos:Concept" in hub("taxonomy", "export").output
    assert hub("taxonomy", "export", "--json", "--output", "t.json").exit_code == 0
    assert len(json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))["items"]) == 84


def test_taxonomy_import_checks_then_installs_and_says_how_to_use_it(hub: Any, tmp_path: Path) -> None:
    hub("init")
    folder = tmp_path / "official"
    folder.mkdir()
    shipped = Path(str(taxonomy_package.__file__)).parent
    for name in ("taxonomy.toml", "categories.csv", "items.csv"):
        (folder / name).write_bytes((shipped / name).read_bytes())
    declared = (folder / "taxonomy.toml").read_text(encoding="utf-8")
    (folder / "taxonomy.toml").write_text(re.sub(r'(?m)^version = ".*"', 'version = "9.9"', declared), encoding="utf-8")
    assert hub("taxonomy", "import", "official", "--check").output == "没有问题 no problems\n"
    assert not (tmp_path / "yiwang-data/taxonomy").exists()
    done = hub("taxonomy", "import", "official")
    assert done.exit_code == 0, done.output
    target = tmp_path / "yiwang-data/taxonomy"
    assert f'set folder = "{target}"' in done.output
    text = (
        (tmp_path / "hub.toml").read_text(encoding="utf-8").replace('# folder = ""', 'folder = "yiwang-data/taxonomy"')
    )
    (tmp_path / "hub.toml").write_text(text, encoding="utf-8")
    assert json.loads(hub("taxonomy", "show", "--json").stdout)["version"] == "9.9"
    (folder / "items.csv").write_text("code\n", encoding="utf-8")
    refused = hub("taxonomy", "import", "official")
    assert refused.exit_code == 2
    assert "nothing was installed" in refused.stderr
    assert "items.csv" in refused.stderr


# --- show


def test_text_from_sources_cannot_move_the_cursor() -> None:
    assert plain("a\x1b[31m\x9bb\u202e\r\nc\td") == "a[31mb c d"
    assert [plain(value) for value in (None, True, False, 0, 1.50, ["a", None])] == [
        "-",
        "yes",
        "no",
        "0",
        "1.5",
        "a, -",
    ]


def test_a_table_off_a_terminal_is_plain_whole_and_aligned_for_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    table(("名 name", "件", "空"), [("婚姻[b]家庭", 5, ""), ("x" * 70, 12, None)], right=(1,), if_any=(2,))
    told = capsys.readouterr().out
    assert "\x1b" not in told
    head, below, _, first, second = told.split("\n")[:5]
    assert (head.split(), below.split()) == (["名"], ["name", "件"])
    assert "婚姻[b]家庭" in first
    assert "x" * 70 in second
    from rich.cells import cell_len

    assert len({cell_len(line) for line in (below, first, second)}) == 1
