"""What the settings of one dataset tell: its place on the platform, and what its columns mean."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hub.api import AdapterConfig, Channel, Stage


class Part(BaseModel):
    """A table of settings: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __str__(self) -> str:
        """What is told, for people."""
        return ", ".join(f"{name} = {value}" for name, value in self if value) or "-"


class Columns(Part):
    """Which column of the dataset tells what; empty: none does. ``cites`` holds numbers of the matter elsewhere."""

    title: str = ""
    detail: str = ""
    code: str = ""
    label: str = ""
    status: str = ""
    opened: str = ""
    happened: str = ""
    due: str = ""
    closed: str = ""
    address: str = ""
    region: str = ""
    lng: str = ""
    lat: str = ""
    amount: str = ""
    people: str = ""
    cites: str = ""


class Dataset(Part):
    """What rows that are no disputes are rows of: a name, the body that shares it, what it may be used for, and the
    rule that allows it.

    The others name columns: ``begins`` and ``ends`` are the days a row holds for.
    """

    name: str = Field(min_length=1)
    owner: str
    purpose: str = Field(min_length=1)
    basis: str = ""
    status: str = ""
    region: str = ""
    amount: str = ""
    begins: str = ""
    ends: str = ""
    cites: str = ""


class PartyColumns(Part):
    """The columns of one party. ``role`` and ``kind`` are the hub's codes, the same in every row."""

    name: str
    role: str = "1"
    kind: str = "1"
    id_number: str = ""
    phone: str = ""
    gender: str = ""
    address: str = ""


class Inner(Part):
    """The envelope an office keeps inside the platform's, as paths. ``ok`` empty: it tells no success of its own."""

    rows: str
    total: str = ""
    ok: str = ""
    ok_values: tuple[str, ...] = ()


class PublicDataConfig(AdapterConfig):
    """``base_url`` is the gateway's root. ``key`` is the column of identity, ``time`` that of the last change.

    ``additional`` is the purpose access was granted for, as JSON. ``method`` GET puts all parameters into the query.
    ``since`` names the parameter that asks for rows changed from a time on; without it all is read each time. Rows
    whose column ``deleted`` holds one of ``deleted_values`` are gone. ``extra`` are columns kept as they are.
    ``code_system`` says what the column ``code`` holds codes of; ``crosswalk_file`` maps them, or the items of the
    ``department`` do.

    ``purposes`` tells of each column what it was shared for; one that has none is then neither stored nor kept in the
    bytes of a page.

    With ``dataset`` rows are no disputes but rows of that dataset: ``columns`` then tell nothing, and ``extra`` are its
    fields.
    """

    organisation: str = Field(pattern=r"^\w+$")
    interface_id: str = Field(pattern=r"^\w+$")
    additional: str = "{}"
    method: Literal["GET", "POST"] = "POST"
    key: str
    time: str = ""
    since: str = ""
    page: str = "pageNum"
    size: str = "pageSize"
    columns: Columns = Columns()
    parties: tuple[PartyColumns, ...] = ()
    stages: dict[str, Stage] = Field(default_factory=dict)
    channel: Channel = Channel.GRID
    dataset: Dataset | None = None
    deleted: str = ""
    deleted_values: tuple[str, ...] = ("1",)
    extra: tuple[str, ...] = ()
    inner: Inner | None = None
    code_system: str = ""
    crosswalk_file: str = ""
    department: str = ""
    purposes: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _needed(self) -> Self:
        needed = [name for name in (self.key, self.time, self.deleted) if name]
        if self.purposes and (bare := [name for name in needed if not self.purposes.get(name)]):
            raise ValueError(f"purposes: none for {', '.join(bare)}, without which no row can be read")
        if not all(self.purposes.values()):
            raise ValueError("purposes: an empty one is none; leave the column out")
        return self
