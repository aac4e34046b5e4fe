"""Settings: found, overlaid, refused with every problem at its line, and never telling a secret."""

import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, field_validator

from hub.contract import AdapterConfig
from hub.errors import ConfigError
from hub.settings import Problem, Settings, SettingsInvalid, adapter_config, find, load
from hub.toml_lines import lines_of

GOOD = """\
home = "330000"

[store]
url = "sqlite:///data/y.db"
keys = "data/keys.json"

[run]
poll_s = 60

[source.petition_yuhang]
adapter = "zhelifang"
home = "330110"
base_url = "http://127.0.0.1:8100"
username = "hub"
password = "canary-secret"
allow = ["127.0.0.1/32"]

[source.court]
adapter = "mobile_court"
base_url = "https://court.example.org"
every_s = 30
paused = true
"""


def settings_of(folder: Path, text: str, environ: dict[str, str] | None = None) -> Settings:
    path = folder / "hub.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, environ or {})


def problems_of(folder: Path, text: str, environ: dict[str, str] | None = None) -> list[Problem]:
    with pytest.raises(SettingsInvalid) as caught:
        settings_of(folder, text, environ)
    return caught.value.problems


def test_a_good_file_is_read_with_defaults(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, GOOD)
    petition, court = settings.sources["petition_yuhang"], settings.sources["court"]
    assert (settings.home, petition.home, court.home) == ("330000", "330110", "330000")
    assert (settings.run.poll_s, petition.every_s, court.every_s) == (60, 60, 30)
    assert (court.paused, petition.reject_share, petition.reject_least, petition.overlap_s) == (True, 0.05, 20, None)
    assert petition.allow == ("127.0.0.1/32",)
    assert set(petition.options) == {"base_url", "username", "password"}
    assert settings.log.as_json is None
    assert settings.taxonomy.folder is None


def test_relative_paths_count_from_the_file(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, GOOD + '[taxonomy]\nfolder = "official"\n')
    assert settings.store.url == f"sqlite:///{tmp_path}/data/y.db"
    assert settings.store.keys == tmp_path / "data/keys.json"
    assert settings.taxonomy.folder == tmp_path / "official"


def test_absolute_paths_and_server_urls_stay(tmp_path: Path) -> None:
    text = 'home = "330000"\n[store]\nurl = "postgresql://hub@db/yiwang"\nkeys = "/etc/yiwang/keys.json"\n'
    settings = settings_of(tmp_path, text)
    assert settings.store.url == "postgresql://hub@db/yiwang"
    assert settings.store.keys == Path("/etc/yiwang/keys.json")


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    environ = {
        "HUB_RUN__POLL_S": "5",
        "HUB_SOURCE__PETITION_YUHANG__PASSWORD": "from-variable",
        "HUB_SOURCE__COURT__ALLOW": "10.0.0.0/8, court.example.org",
        "HUB_LOG__JSON": "true",
        "HUB_HOME": "",
        "PATH": "/bin",
    }
    settings = settings_of(tmp_path, GOOD, environ)
    assert (settings.home, settings.run.poll_s, settings.log.as_json) == ("330000", 5, True)
    assert settings.sources["court"].allow == ("10.0.0.0/8", "court.example.org")
    password = adapter_config(settings.sources["petition_yuhang"], AdapterConfig).password
    assert password == SecretStr("from-variable")


def test_the_file_is_the_given_one_else_the_variable_else_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find(Path("a.toml"), {"HUB_CONFIG": "b.toml"}) == tmp_path / "a.toml"
    assert find(None, {"HUB_CONFIG": "b.toml"}) == tmp_path / "b.toml"
    assert find(None, {}) == tmp_path / "hub.toml"


def test_no_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="hub init"):
        load(tmp_path / "hub.toml", {})


def test_every_problem_is_told_at_once_with_line_and_nearest_key(tmp_path: Path) -> None:
    text = """\
home = 330000
[run]
poll_s = 0
workrs = 3
[sotre]
url = "x"
[http]
attempts = "many"
[source.petition]
adapter = "zhelifang"
allow = ["10.0.0.1/8"]
[source."Bad Name"]
adapter = "x"
[source.orphan]
base_url = "http://x"
"""
    told = {(p.line, p.key): (p.reason, p.hint) for p in problems_of(tmp_path, text, {"HUB_RUN__POLS": "1"})}
    assert told.keys() == {
        (1, "home"),
        (3, "run.poll_s"),
        (4, "run.workrs"),
        (5, "sotre"),
        (8, "http.attempts"),
        (11, "source.petition.allow"),
        (12, "source.Bad Name"),
        (14, "source.orphan.adapter"),
        (None, "HUB_RUN__POLS"),
    }
    assert told[1, "home"] == ("must be text", "write it in quotes")
    assert told[4, "run.workrs"] == ("unknown key", 'did you mean "workers"?')
    assert told[5, "sotre"] == ("unknown key", 'did you mean "store"?')
    assert told[14, "source.orphan.adapter"][0] == "missing"
    assert told[None, "HUB_RUN__POLS"] == ("unknown variable", 'did you mean "HUB_RUN__POLL_S"?')


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('home = "330000"\n[run\npoll_s = 1\n', 2, "syntax"),
        ('home = "330000"\nhome = "330000"\n', 2, "syntax"),
        ('home = "330000"\n[store]\nurl = "mysql://x/y"\n', 3, "store.url"),
        ('home = "330000"\n[store]\nurl = "sqlite://"\n', 3, "store.url"),
        ('home = "330000"\nrun = 5\n', 2, "run"),
        ('home = "330000"\nsource = 5\n', 2, "source"),
        ('home = "330000"\n[source]\nx = 5\n', 3, "source.x"),
        ('home = "330000"\n[run]\npoll_s = inf\n', 3, "run.poll_s"),
        ('home = "33000"\n', 1, "home"),
        ('[run]\npoll_s = 5\n', None, "home"),
        ('home = "330000"\n[log]\nlevel = "loud"\n', 3, "log.level"),
    ],
)  # fmt: skip
def test_each_fault_names_its_line(tmp_path: Path, text: str, line: int | None, key: str) -> None:
    assert [(p.line, p.key) for p in problems_of(tmp_path, text)] == [(line, key)]


def test_a_file_that_is_not_utf8_says_where(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_bytes('home = "330000"\n# 一网\n'.encode("gbk"))
    with pytest.raises(SettingsInvalid) as caught:
        load(path, {})
    assert caught.value.problems[0][:3] == (2, "text", "is not UTF-8")


def test_a_byte_order_mark_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load(path, {}).home == "330000"


def test_a_broken_home_is_told_once_and_not_again_for_each_source(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, GOOD.replace('home = "330000"', 'home = "x"'))
    assert [p.key for p in problems] == ["home"]


def test_equal_settings_are_equal_wherever_their_lines_are(tmp_path: Path) -> None:
    one = settings_of(tmp_path, GOOD)
    assert settings_of(tmp_path, "\n\n" + GOOD) == one
    assert settings_of(tmp_path, GOOD.replace("60", "61")) != one
    assert pickle.loads(pickle.dumps(one)) == one  # as it travels to a worker


def test_settings_do_not_print_secrets(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, GOOD)
    config = adapter_config(settings.sources["petition_yuhang"], AdapterConfig)
    assert "canary-secret" not in f"{settings!r} {settings} {config!r} {settings.origins()}"


def test_unknown_source_suggests_the_nearest(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, GOOD)
    with pytest.raises(ConfigError, match='did you mean "petition_yuhang"'):
        settings.source("petition_yuhan")


# --- the adapter's own settings


class SiteConfig(AdapterConfig):
    site: str
    code: SecretStr

    @field_validator("site")
    @classmethod
    def _known(cls, value: str) -> str:
        if value != "north":
            raise ValueError(f"no site {value}")
        return value


def site(folder: Path, *lines: str) -> Any:
    text = "\n".join(['home = "330000"', "[source.site]", 'adapter = "site"', *lines])
    return settings_of(folder, text).sources["site"]


def test_options_are_checked_by_the_adapter_with_lines_and_suggestions(tmp_path: Path) -> None:
    source = site(
        tmp_path,
        'base_url = "http://x"',
        'pasword = "canary"',
        "evry_s = 3",
        'site = "canary-site"',
        "page_size = 99999",
    )
    with pytest.raises(SettingsInvalid) as caught:
        adapter_config(source, SiteConfig)
    told = {(p.line, p.key.removeprefix("source.site.")): (p.reason, p.hint) for p in caught.value.problems}
    assert told[5, "pasword"] == ("unknown key", 'did you mean "password"?')
    assert told[6, "evry_s"] == ("unknown key", 'did you mean "every_s"?')
    assert told[7, "site"] == ("is not acceptable", "")  # its own words would have told the value
    assert told[2, "code"] == ("missing", "or code_file, or HUB_SOURCE__SITE__CODE")
    assert (8, "page_size") in told
    assert len(told) == 5
    assert "canary" not in str(caught.value)


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/code").write_text("sesame\n", encoding="utf-8")
    source = site(tmp_path, 'base_url = "http://x"', 'site = "north"', 'code_file = "secrets/code"')
    assert adapter_config(source, SiteConfig).code.get_secret_value() == "sesame"


@pytest.mark.parametrize(
    ("line", "reason"),
    [('code_file = "nowhere"', "cannot be read: No such file"), ('code_file = "x"\ncode = "y"', "given beside code")],
)
def test_a_secret_file_that_cannot_serve_is_told_once(tmp_path: Path, line: str, reason: str) -> None:
    source = site(tmp_path, 'base_url = "http://x"', 'site = "north"', line)
    with pytest.raises(SettingsInvalid) as caught:
        adapter_config(source, SiteConfig)
    assert [(p.line, p.key) for p in caught.value.problems] == [(6, "source.site.code_file")]
    assert caught.value.problems[0].reason.startswith(reason)


def test_a_variable_takes_the_place_of_a_secret_file(tmp_path: Path) -> None:
    text = 'home = "330000"\n[source.site]\nadapter = "site"\nbase_url = "http://x"\nsite = "north"\ncode_file = "no"\n'
    source = settings_of(tmp_path, text, {"HUB_SOURCE__SITE__CODE": "sesame"}).sources["site"]
    assert adapter_config(source, SiteConfig).code.get_secret_value() == "sesame"


# --- origins


def test_origins_tell_where_each_value_comes_from_and_hide_secrets(tmp_path: Path) -> None:
    text = GOOD.replace("sqlite:///data/y.db", "postgresql://hub:canary-secret@db/yiwang")
    settings = settings_of(tmp_path, text, {"HUB_SOURCE__COURT__TOKEN": "canary-secret"})
    told = {origin.key: (origin.value, origin.origin) for origin in settings.origins({"zhelifang": AdapterConfig})}
    assert told["home"] == ("330000", "hub.toml:1")
    assert told["store.url"] == ("postgresql://hub:***@db/yiwang", "hub.toml:4")
    assert told["run.workers"] == ("8", "default")
    assert told["log.json"] == ("-", "default")
    assert told["source.petition_yuhang.username"] == ("hub", "hub.toml:14")
    assert told["source.petition_yuhang.password"] == ("set", "hub.toml:15")
    assert told["source.petition_yuhang.token"] == ("unset", "default")
    assert told["source.court.token"] == ("set", "HUB_SOURCE__COURT__TOKEN")
    assert told["source.court.base_url"] == ("set", "hub.toml:20")  # its adapter is not known here: all may be secret
    assert "canary-secret" not in str(told)


# --- lines


def test_lines_of_nested_inline_and_multiline_toml() -> None:
    text = '''\
a = 1
[b.c]
d = """
e = 5
"""
"f g" = { h = 1, i = 2 }
[[j]]
k.l = 3
m = [
  "n = 1",
]
'''
    lines = lines_of(text)
    assert lines["a",] == 1
    assert (lines["b", "c"], lines["b", "c", "d"]) == (2, 3)
    assert ("b", "c", "e") not in lines
    assert (lines["b", "c", "f g"], lines["b", "c", "f g", "h"], lines["b", "c", "f g", "i"]) == (6, 6, 6)
    assert (lines["j",], lines["j", "k"], lines["j", "k", "l"], lines["j", "m"]) == (7, 8, 8, 9)


def test_lines_of_arrays_tell_each_table_by_its_number() -> None:
    first = "[[a]]\nb = 1\n[a.c]\nd = 2\n[[a]]\nb = { e = 3 }\n[a.c]\nd = 4\n[[a.f]]\ng = 5\n"
    lines = lines_of(first + "[[a.f]]\n[[a]]\n[[a.f]]\ng = 7\n[h]\ni = 6\n")
    assert (lines["a", "0"], lines["a", "0", "b"], lines["a", "0", "c", "d"]) == (1, 2, 4)
    assert (lines["a", "1"], lines["a", "1", "b", "e"], lines["a", "1", "c", "d"]) == (5, 6, 8)
    assert (lines["a", "1", "f", "0", "g"], lines["a", "2", "f", "0", "g"], lines["h", "i"]) == (10, 14, 16)
    assert (lines["a",], lines["a", "b"], lines["a", "c", "d"]) == (1, 2, 4), "without a number the first is meant"


@given(st.text(max_size=200))
def test_any_text_is_settings_or_refused_with_reasons(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(SettingsInvalid) as caught:  # none of these happens to have a home
        load(path, {})
    assert caught.value.problems


def test_load_reads_the_real_environment_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hub.toml").write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUB_HOME", "330100")
    assert os.environ["HUB_HOME"] == load().home


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('host = "0.0.0.0"', "needs certificate and private_key"),
        ('host = "localhost"', "must be an address of this machine"),
        ('allow = ["10.20.0.1/16"]', "one entry is no network"),
        ("port = 70000", "less than or equal to 65535"),
    ],
)
def test_an_inbox_that_would_lie_open_is_refused(lines: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(f'home = "330000"\n[inbox]\n{lines}\n')
    with pytest.raises(SettingsInvalid) as why:
        load(path, {})
    assert told in str(why.value)


def test_an_inbox_behind_tls_may_listen_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text('home = "330000"\n[inbox]\nhost = "::"\ncertificate = "a.pem"\nprivate_key = "b.pem"\nallow = []\n')
    inbox = load(path, {}).inbox
    assert (inbox.allow, inbox.certificate, inbox.private_key) == (None, tmp_path / "a.pem", tmp_path / "b.pem")
