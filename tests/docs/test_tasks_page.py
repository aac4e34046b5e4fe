"""The page of tasks: its sample is settings that load, and it names every kind, state, stray and key there is."""

import re
import tomllib
from pathlib import Path

from hub.casework.tasks import KINDS, STATES
from hub.cli.task import KINDS as SHOWN_KINDS
from hub.cli.task import STATES as SHOWN_STATES
from hub.cli.task import STRAYS as SHOWN_STRAYS
from hub.route_settings import RouteSettings
from hub.settings import load
from hub.store.strays import KINDS as STRAYS

PAGE = (Path(__file__).parents[2] / "docs" / "tasks.md").read_text(encoding="utf-8")
SOURCES = {"petition": "zhelifang", "centre": "mediation_centre", "register": "dispute_code", "court": "mobile_court",
           "notices": "zhezhengding"}  # fmt: skip


def test_the_samples_are_settings_that_load(tmp_path: Path) -> None:
    sample = "\n".join(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
    tomllib.loads(sample)
    path = tmp_path / "hub.toml"
    sources = "".join(f'[source.{name}]\nadapter = "{adapter}"\n' for name, adapter in SOURCES.items())
    path.write_text(f'home = "330110"\n{sources}{sample}', encoding="utf-8")
    case = load(path).case
    assert [route.name for route in case.route] == ["petition_to_mediation", "confirm", "suit", "to_the_team"]
    assert case.group == {"team": ("court", "register", "centre")}
    assert case.notice.channel == "notices"


def test_everything_there_is_has_its_place_on_the_page() -> None:
    named = set(re.findall(r"`([\w.]+)`", PAGE))
    assert {kind.value for kind in KINDS} <= named
    assert STRAYS.keys() <= named
    assert {info.alias or name for name, info in RouteSettings.model_fields.items()} <= named
    for word in [*KINDS.values(), *STATES.values(), *STRAYS.values(), *(state.value for state in STATES)]:
        assert word in PAGE


def test_the_command_line_says_it_in_the_same_words() -> None:
    assert {kind.value: word for kind, word in KINDS.items()} == SHOWN_KINDS
    assert {state.value: word for state, word in STATES.items()} == SHOWN_STATES
    assert dict(STRAYS) == SHOWN_STRAYS
