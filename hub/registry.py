"""Which adapters there are: entry points loaded one by one, so that a broken plugin never stops the hub.

A plugin is a module or object with the hook `hub.hookspecs.HubSpec.hub_adapters`. It is taken whole or not at all;
what is not taken is listed as `Off`, with its distribution and the reason.
"""

import importlib.util
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pluggy

from hub.contract import Adapter
from hub.errors import ConfigError, PluginError
from hub.hookspecs import PROJECT, HubSpec
from hub.manifest import faults
from hub.nearest import did_you_mean

GROUP = "yiwang.adapters"
HOUSE = ("hub", "adapters", "schemas", "conformance")
OWN = "yiwang"
CROSSWALK = "crosswalk.sssom.tsv"

AdapterClass = type[Adapter[Any]]


@dataclass(frozen=True)
class Off:
    """A plugin, or one adapter of it, that is not in use. ``name`` is the entry point's, or the adapter's name."""

    name: str
    distribution: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} of {self.distribution}: {self.reason}"


@dataclass(frozen=True)
class Registry:
    """The adapters in use, by name, and what is off. ``distributions`` says which package brought each adapter."""

    adapters: Mapping[str, AdapterClass]
    off: tuple[Off, ...] = ()
    distributions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, group: str = GROUP) -> "Registry":
        """Load every entry point of ``group``. Raises nothing for a broken one: it is listed in ``off``."""
        return cls.of(entry_points(group=group))

    @classmethod
    def load_one(cls, name: str, group: str = GROUP) -> AdapterClass:
        """The adapter ``name`` without loading the others, for a worker process. Raises PluginError.

        All are loaded only when no entry point bears that name. That a name is claimed twice is seen by `load` alone.
        """
        points = entry_points(group=group, name=name)
        registry = cls.of(points) if points else cls.load(group)
        return (registry if name in registry.adapters else cls.load(group)).get(name)

    @classmethod
    def of(cls, points: Iterable[EntryPoint]) -> "Registry":
        """Load these entry points. Between equal names the hub's own adapter stays; else none of them is in use, since
        nobody could say which one a source meant."""
        off: list[Off] = []
        found: list[tuple[AdapterClass, str]] = []
        for point in sorted(points, key=lambda p: (_distribution(p), p.name)):
            try:
                found += [(adapter, _distribution(point)) for adapter in _plugin_adapters(point)]
            except PluginError as why:
                off.append(Off(point.name, _distribution(point), str(why)))
        adapters: dict[str, AdapterClass] = {}
        distributions: dict[str, str] = {}
        claims = Counter(adapter.manifest.name for adapter, _ in found)
        for adapter, distribution in found:
            name = adapter.manifest.name
            claimants = [where for other, where in found if other.manifest.name == name]
            if claims[name] == 1 or (distribution == OWN and claimants.count(OWN) == 1):
                adapters[name], distributions[name] = adapter, distribution
            else:
                off.append(
                    Off(name, distribution, f"the name is claimed by {_both(claimants)}; uninstall or rename one")
                )
        return cls(adapters, tuple(off), distributions)

    def get(self, name: str) -> AdapterClass:
        """The adapter of that name. Raises PluginError with the reason it is off, else with the nearest name."""
        if name in self.adapters:
            return self.adapters[name]
        if why := next((off for off in self.off if off.name == name), None):
            raise PluginError(f'adapter "{name}" is off', where=why.distribution, hint=why.reason)
        raise PluginError(f'no adapter "{name}"', hint=did_you_mean(name, self.adapters, none="hub adapter list"))


def adapter_package(adapter: AdapterClass) -> str:
    """The import package an adapter class stands in: ``adapters.court.mobile_court``."""
    module = sys.modules[adapter.__module__]
    return str(module.__package__ or module.__name__)


def crosswalk_path(adapter: AdapterClass | Adapter[Any]) -> Path | None:
    """The crosswalk an instance's settings name, else that beside the adapter's module, else beside that of a class it
    inherits from; None without one."""
    if adapter.by_settings or adapter.crosswalk is not None:
        return adapter.crosswalk
    kind = adapter if isinstance(adapter, type) else type(adapter)
    for base in kind.__mro__[: kind.__mro__.index(Adapter)]:
        file = getattr(sys.modules[base.__module__], "__file__", None)
        if file and (path := Path(file).parent / CROSSWALK).is_file():
            return path
    return None


def check_house() -> None:
    """Refuse to go on when one of the hub's four packages resolves elsewhere: such names collide.

    Raises ConfigError.
    """
    root = Path(__file__).resolve().parent.parent
    for name in HOUSE:
        spec = importlib.util.find_spec(name)
        if spec is None:
            raise ConfigError(f'the package "{name}" of this hub is not installed', hint="reinstall yiwang")
        places = [spec.origin] if spec.origin else [f"{place}/" for place in spec.submodule_search_locations or ()]
        if not any(Path(place).resolve().is_relative_to(root / name) for place in places):
            raise ConfigError(
                f'the name "{name}" belongs to another package',
                where=", ".join(places),
                hint=f"run from another folder, or take that package out of the environment; ours is in {root}",
            )


def _plugin_adapters(point: EntryPoint) -> list[AdapterClass]:
    """The adapters of one plugin, all of them sound. Raises PluginError. A manager of its own leaves nothing behind."""
    with _blamed(point, "does not import"):
        plugin = point.load()
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(HubSpec)
    try:
        manager.register(plugin, name=point.name)
        manager.check_pending()
    except (pluggy.PluginValidationError, ValueError) as why:
        said = str(why).splitlines()[-1]  # the lines before it tell paths
        raise PluginError(_hook_fault(manager, plugin) or said, where=point.value) from why
    if not manager.hook.hub_adapters.get_hookimpls():
        near = [name for name in dir(plugin) if name.startswith("hub_")]
        hint = f'"{near[0]}" is not marked @hookimpl' if "hub_adapters" in near else did_you_mean("hub_adapters", near)
        raise PluginError("has no hook hub_adapters marked @hookimpl", where=point.value, hint=hint)
    with _blamed(point, "its hook hub_adapters failed"):
        brought = manager.hook.hub_adapters()
    adapters = [adapter for group in brought for adapter in (group if isinstance(group, list | tuple) else [group])]
    if found := [
        f"{getattr(adapter, '__name__', repr(type(adapter)))} {fault}"
        for adapter in adapters
        for fault in faults(adapter)
    ]:
        raise PluginError("; ".join(found), where=point.value)
    if not adapters:
        raise PluginError("its hook hub_adapters returns no adapter", where=point.value)
    return adapters


@contextmanager
def _blamed(point: EntryPoint, what: str) -> Iterator[None]:
    """Whatever foreign code throws at load, `sys.exit` included, becomes a PluginError that says where it did."""
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as why:
        frames = traceback.extract_tb(why.__traceback__)
        spot = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        reason = f"{what}: {type(why).__name__}: {_first_line(why)}"
        raise PluginError(reason, where=f"{point.value} {spot}".strip()) from why


def _hook_fault(manager: pluggy.PluginManager, plugin: object) -> str:
    """What is wrong with the hooks, in our words, when a name is misspelt; empty otherwise."""
    known = {name for name in vars(HubSpec) if name.startswith("hub_")}
    marked = [name for name in dir(plugin) if manager.parse_hookimpl_opts(plugin, name) is not None]
    unknown = [name for name in marked if name not in known]
    return "; ".join(f'unknown hook "{name}": {did_you_mean(name, known)}' for name in unknown)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0][:200]


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "unknown distribution"


def _both(distributions: Iterable[str]) -> str:
    return " and ".join(f"{name} ({count}×)" if count > 1 else name for name, count in Counter(distributions).items())
