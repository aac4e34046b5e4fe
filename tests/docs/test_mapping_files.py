"""The pages on mapping files tell every name there is, and show the very files that are run."""

import re
from pathlib import Path
from typing import Any

import pytest
from generic_samples import sample
from pydantic import BaseModel

from adapters.generic.http_json.adapter import HttpJsonMapping
from adapters.generic.http_json.paging import KINDS, PageTable
from adapters.mediation import dispute_code
from hub import wire
from hub.declared import table_of
from hub.fieldmap import MappingFile
from hub.taking import DatasetTable, PartyTable, RecordTable, ResolutionTable, StepTable, Take
from schemas.life import Channel, Stage
from schemas.taxonomy import load

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"table": wire.TableView, "files": wire.FileDrop, "http_json": wire.Request}
PARTS = {"record", "status", "party", "step", "references", "resolution", "dataset"}


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    (part,) = re.findall(rf"^## [^\n]*{re.escape(heading)}[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return str(part)


def named(text: str) -> set[str]:
    """Names in the first column of the tables."""
    cells = [line.strip("|").split(" | ")[0] for line in text.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def fields(kind: type[Any]) -> set[str]:
    return set((kind if issubclass(kind, BaseModel) else table_of(kind)).model_fields)


@pytest.mark.parametrize("name", PAGES)
def test_the_file_a_page_shows_is_the_one_that_is_run(name: str) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", page(f"adapters/{name}.md"), re.DOTALL)
    assert (sample(name) / "mapping.toml").read_text(encoding="utf-8") in blocks


def test_the_file_for_local_codes_is_the_one_its_page_shows() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", page("adapters/dispute_code.md"), re.DOTALL)
    assert (Path(dispute_code.__file__).parent / "local_codes.toml").read_text(encoding="utf-8") in blocks


@pytest.mark.parametrize(("name", "kind"), PAGES.items())
def test_every_word_of_a_read_is_told(name: str, kind: type[Any]) -> None:
    text = page(f"adapters/{name}.md")
    part = section(text, "[read]") if name == "http_json" else section(text, "How it reads")
    assert named(part) == fields(kind)
    assert named(section(text, "Settings")) == {"mapping_file"}


def test_every_word_of_the_wire_is_told() -> None:
    text = page("adapters/http_json.md")
    assert named(section(text, "[envelope]")) == fields(wire.Envelope)
    assert named(section(text, "[signing]")) == fields(wire.Signing)
    paging = section(text, "[page]")
    assert named(paging) == set(KINDS)
    told = set(re.findall(r"`(\w+)`", paging))
    assert told >= fields(PageTable)
    words = set(re.findall(r"`\[?\[?([\w.]+)\]?\]?`", section(text, "[signing]")))
    assert words >= fields(wire.Login) | fields(wire.Lending) - {"renewals"} | fields(wire.Renewal) | {
        "lending.renewals"
    }
    own = set(HttpJsonMapping.model_fields) - set(MappingFile.model_fields)
    assert own <= set(re.findall(r"`\[?(\w+)\]?`", text))


def test_every_word_of_a_mapping_file_is_told() -> None:
    text = page("mapping-files.md")
    assert named(section(text, "What the file begins with")) == set(MappingFile.model_fields) - PARTS
    assert named(section(text, "Ways to take a value")) == fields(Take)
    assert named(section(text, "`[record]`")) == fields(RecordTable)
    assert named(section(text, "`[dataset]`")) == fields(DatasetTable)
    parts = section(text, "`[[party]]`")
    assert named(parts) == fields(PartyTable)
    assert set(re.findall(r"`(\w+)`", parts)) >= fields(StepTable) | fields(ResolutionTable)
    assert {f"[{part}]" for part in PARTS} <= set(re.findall(r"`\[?(\[\w+\])\]?`", text))


def test_stages_channels_and_departments_are_told() -> None:
    text = page("mapping-files.md")
    assert set(re.findall(r"`(\w+)`", section(text, "`[status]`"))) == set(Stage)
    first = section(text, "What the file begins with")
    rows = {line.split("`")[1]: line for line in first.splitlines() if line.startswith("| `")}
    assert set(re.findall(r"`([A-Z]{2})` ", rows["channel"])) == set(Channel)
    assert set(re.findall(r"`([A-Z]{2,3})`", rows["department"])) == set(load().departments)


def test_every_setting_is_told() -> None:
    assert named(section(page("settings.md"), "A mapping file")) == {"mapping_file"}
