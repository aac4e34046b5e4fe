"""The registry: each plugin judged alone, taken whole or not at all, the culprit named."""

import importlib.util
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from hub.errors import ConfigError, PluginError
from hub.registry import Registry, adapter_package, check_house, crosswalk_path

GOOD = """\
from hub.api import Adapter, AdapterConfig, Capability, Draft, Manifest, Request, Stream, Webhook, hookimpl

class Lakeside(Adapter[AdapterConfig]):
    manifest = Manifest(name="lakeside", version="1.0", kind="court", streams=(Stream(request=Request(path="/x")),))

    def draft(self, item):
        return Draft(key=item["k"])

@hookimpl
def hub_adapters():
    return [Lakeside]
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Writes a plugin module and gives its entry point; modules are forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made: list[str] = []

    def write(source: str, *, name: str = "lakeside", dist: str = "yiwang-lakeside") -> EntryPoint:
        module = f"plugin_{len(made)}_{name}"
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        importlib.invalidate_caches()
        made.append(module)
        point = EntryPoint(name=name, value=module, group="yiwang.adapters")
        vars(point).update(dist=SimpleNamespace(name=dist))
        return point

    yield SimpleNamespace(write=write, made=made)
    for module in made:
        sys.modules.pop(module, None)


def reason(registry: Registry) -> str:
    assert not registry.adapters
    (off,) = registry.off
    assert (off.name, off.distribution) == ("lakeside", "yiwang-lakeside")
    return off.reason


def test_a_sound_plugin_is_in_use(plugin: SimpleNamespace) -> None:
    registry = Registry.of([plugin.write(GOOD)])
    assert list(registry.adapters) == ["lakeside"]
    assert registry.off == ()
    assert registry.distributions == {"lakeside": "yiwang-lakeside"}
    assert registry.get("lakeside").manifest.version == "1.0"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("from hub.api", "import nowhere_to_be_found\nfrom hub.api", "does not import: ModuleNotFoundError"),
        ("from hub.api", "raise SystemExit(3)\nfrom hub.api", "does not import: SystemExit: 3"),
        ("from hub.api", "this is no python\nfrom hub.api", "does not import: SyntaxError"),
        ("def hub_adapters", "def hub_adaptors", 'unknown hook "hub_adaptors": did you mean "hub_adapters"?'),
        ("@hookimpl\n", "", '"hub_adapters" is not marked @hookimpl'),
        ("def hub_adapters():", "def hub_adapters(extra):", "Argument(s) {'extra'} are declared"),
        ("return [Lakeside]", "return []", "returns no adapter"),
        ("return [Lakeside]", "return [Lakeside, 5]", "is not a class derived from"),
        ("return [Lakeside]", "raise KeyError('x')", "its hook hub_adapters failed: KeyError"),
        ('version="1.0"', 'version="1.0", api=99', "built for API 99; this hub speaks API 1"),
        ('name="lakeside"', 'name="Lake-Side"', "has the name 'Lake-Side'"),
        ('kind="court"', 'kind="cuort"', 'unknown kind \'cuort\': did you mean "court"?'),
        ('kind="court"', 'kind="court", timezone="Asia/Hangzhou"', "unknown time zone 'Asia/Hangzhou'"),
        ('kind="court"', 'kind="court", encoding="gbkk"', "unknown encoding"),
        ('kind="court"', 'kind="court", capabilities={"countd"}', "unknown capability 'countd'"),
        ('kind="court"', 'kind="court", capabilities={Capability.PUSH}', "claims push and declares no webhook"),
        ('kind="court"', 'kind="court", stages={"1": "setled"}', 'unknown stage \'setled\': did you mean "settled"?'),
        ('version="1.0"', 'version=""', "has no version"),
        ("(Stream(request=Request(path=\"/x\")),)", "()", "declares no stream and does not claim deliver"),
        (
            "(Stream(request=Request(path=\"/x\")),)", "(), capabilities={Capability.DELIVER, Capability.ORDERED}",
            "claims ordered and declares no stream",
        ),
        (
            "(Stream(request=Request(path=\"/x\")),)",
            "(Stream(),), capabilities={Capability.PUSH}, webhook=Webhook(quota=\"most\")",
            "a webhook whose quota is the setting \"most\"; its Config has none of that name",
        ),
        ("Stream(request=Request(path=\"/x\")),", "Stream(),", 'declares no request for stream "records"'),
        ("def draft", "def drafft", "does not write draft()"),
        ("    manifest = Manifest", "    m = Manifest", "has no manifest"),
        ("    def draft", "    Config = dict\n\n    def draft", "Config that is derived from none"),
    ],
)  # fmt: skip
def test_a_broken_plugin_is_off_with_the_reason(plugin: SimpleNamespace, old: str, new: str, told: str) -> None:
    assert old in GOOD
    assert told in reason(Registry.of([plugin.write(GOOD.replace(old, new))]))


def test_the_reason_says_where_in_the_plugin(plugin: SimpleNamespace) -> None:
    point = plugin.write(GOOD.replace("    return [Lakeside]", "    return [Lakeside][7]"))
    assert f"{plugin.made[0]}.py:11" in reason(Registry.of([point]))


def test_one_broken_plugin_leaves_the_others(plugin: SimpleNamespace) -> None:
    broken = plugin.write("raise SystemExit", name="broken", dist="bad")
    registry = Registry.of([broken, plugin.write(GOOD)])
    assert list(registry.adapters) == ["lakeside"]
    assert [off.name for off in registry.off] == ["broken"]


def test_a_plugin_is_taken_whole_or_not_at_all(plugin: SimpleNamespace) -> None:
    two = GOOD.replace(
        "return [Lakeside]", "class Half(Lakeside):\n        manifest = None\n    return [Lakeside, Half]"
    )
    assert "Half has no manifest" in reason(Registry.of([plugin.write(two)]))


def test_control_c_at_load_is_obeyed(plugin: SimpleNamespace) -> None:
    with pytest.raises(KeyboardInterrupt):
        Registry.of([plugin.write("raise KeyboardInterrupt")])


def test_a_name_claimed_by_two_packages_belongs_to_neither(plugin: SimpleNamespace) -> None:
    points = [plugin.write(GOOD, dist="one"), plugin.write(GOOD, dist="two")]
    for registry in (Registry.of(points), Registry.of(points[::-1])):
        assert not registry.adapters
        assert [off.distribution for off in registry.off] == ["one", "two"]
        assert all("claimed by one and two" in off.reason for off in registry.off)


def test_the_hubs_own_adapter_cannot_be_taken_over(plugin: SimpleNamespace) -> None:
    registry = Registry.of([plugin.write(GOOD, dist="a-foreigner"), plugin.write(GOOD, dist="yiwang")])
    assert registry.distributions == {"lakeside": "yiwang"}
    assert [off.distribution for off in registry.off] == ["a-foreigner"]


def test_an_unknown_adapter_suggests_the_nearest_and_an_off_one_tells_why(plugin: SimpleNamespace) -> None:
    broken = plugin.write("raise SystemExit", name="broken", dist="bad")
    registry = Registry.of([broken, plugin.write(GOOD)])
    with pytest.raises(PluginError, match='did you mean "lakeside"'):
        registry.get("lakesid")
    with pytest.raises(PluginError, match='"broken" is off - bad - does not import'):
        registry.get("broken")


def test_one_adapter_is_loaded_without_the_others(plugin: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    points = [plugin.write(GOOD), plugin.write("raise SystemExit", name="other")]

    def entry_points(*, group: str, name: str | None = None) -> list[EntryPoint]:
        return [point for point in points if name in (None, point.name)]

    monkeypatch.setattr("hub.registry.entry_points", entry_points)
    assert Registry.load_one("lakeside").manifest.name == "lakeside"
    assert plugin.made[1] not in sys.modules
    with pytest.raises(PluginError, match="no adapter"):
        Registry.load_one("nobody")


def test_an_adapter_whose_entry_point_has_another_name_is_still_found(
    plugin: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = [plugin.write(GOOD, name="docket")]

    def entry_points(*, group: str, name: str | None = None) -> list[EntryPoint]:
        return [point for point in points if name in (None, point.name)]

    monkeypatch.setattr("hub.registry.entry_points", entry_points)
    assert Registry.load_one("lakeside").manifest.name == "lakeside"


def test_the_crosswalk_stands_beside_the_adapter_or_beside_its_base(plugin: SimpleNamespace, tmp_path: Path) -> None:
    adapter = Registry.of([plugin.write(GOOD)]).adapters["lakeside"]
    assert crosswalk_path(adapter) is None
    assert adapter_package(adapter) == plugin.made[0]
    (tmp_path / "crosswalk.sssom.tsv").write_text("", encoding="utf-8")
    site = ModuleType("site_of_lakeside")
    sys.modules["site_of_lakeside"] = site
    plugin.made.append("site_of_lakeside")
    thin = type("Site", (adapter,), {"__module__": "site_of_lakeside"})
    assert crosswalk_path(adapter) == crosswalk_path(thin) == tmp_path / "crosswalk.sssom.tsv"


def test_the_adapters_of_the_house_are_sound() -> None:
    registry = Registry.load()
    assert {"mobile_court", "zhelifang", "dispute_code", "four_platforms", "open311"} <= set(registry.adapters)
    assert [off for off in registry.off if off.distribution == "yiwang"] == []


def test_a_shadowed_package_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_house()
    elsewhere = tmp_path / "schemas" / "__init__.py"
    elsewhere.parent.mkdir()
    elsewhere.touch()
    real = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> object:
        return importlib.util.spec_from_file_location(name, elsewhere) if name == "schemas" else real(name, package)

    monkeypatch.setattr("importlib.util.find_spec", find_spec)
    with pytest.raises(ConfigError, match='"schemas" belongs to another package'):
        check_house()
    monkeypatch.setattr("importlib.util.find_spec", lambda name, package=None: None)
    with pytest.raises(ConfigError, match="not installed"):
        check_house()
