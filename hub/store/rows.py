"""What `hub.store.read` gives: small frozen rows, none of them with personal data. Times are UTC text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run, as `hub.store.tables.Run` holds it."""

    home: str
    id: int
    source: str
    stream: str
    adapter: str
    why: str
    since: str | None
    watermark: str | None
    started: str
    finished: str | None
    outcome: str
    degraded: int
    error: str | None
    pages: int
    fetched: int
    stored: int
    unchanged: int
    superseded: int
    deleted: int
    rejected: int
    unmapped: int
    announced: int | None
    duration_ms: int


@dataclass(frozen=True, slots=True)
class RunTotals:
    """The sums over some runs."""

    runs: int
    pages: int
    fetched: int
    stored: int
    unchanged: int
    superseded: int
    deleted: int
    rejected: int
    unmapped: int


@dataclass(frozen=True, slots=True)
class RecordHead:
    """A record as it is now, in the columns anyone may see; ``title`` is masked."""

    home: str
    id: int
    source: str
    stream: str
    key: str
    version: int
    revision: int | None
    deleted: int
    title: str
    item: str | None
    category: str | None
    method: str
    confidence: float
    evidence: str
    mapping: str
    code: str | None
    label: str | None
    edition: str | None
    stage: str | None
    status: str | None
    region: str
    channel: str
    opened: str | None
    happened: str | None
    due: str | None
    closed: str | None
    amount_fen: int | None
    people: int | None
    scale: str | None
    parties: int
    notes: str
    stored: str


@dataclass(frozen=True, slots=True)
class RejectionRow:
    """An item that could not become a record: item ``item_no`` of raw page ``raw``."""

    home: str
    id: int
    source: str
    stream: str
    run: int
    raw: int
    item_no: int
    code: str
    field: str
    reason: str
    times: int
    first: str
    last: str
    state: str


@dataclass(frozen=True, slots=True)
class UnmappedCode:
    """What a source calls ``count`` live records without an item; None where it says nothing."""

    source: str
    code: str | None
    label: str | None
    count: int


@dataclass(frozen=True, slots=True)
class SeenCode:
    """A code and label that ``count`` live records of a source bear, all found alike; ``evidence`` is one of theirs."""

    source: str
    code: str | None
    label: str | None
    count: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the live records of one source found their item.

    ``mapped`` of them have one, ``rest`` of these in D21; ``proposed`` have a category only. ``methods`` counts records
    by how their item was found. ``items`` are the distinct items reached. Of the ``codes`` seen (code and label),
    ``codes_mapped`` lead to an item wherever they stand, ``codes_proposed`` at least to a category.
    """

    source: str
    records: int
    mapped: int
    rest: int
    proposed: int
    methods: dict[str, int]
    items: int
    codes: int
    codes_mapped: int
    codes_proposed: int

    @property
    def share(self) -> float:
        """Share of records with an item, 0 to 1."""
        return self.mapped / self.records if self.records else 0.0

    @property
    def share_without_rest(self) -> float:
        """The same, an item in D21 counting as none."""
        return (self.mapped - self.rest) / self.records if self.records else 0.0


@dataclass(frozen=True, slots=True)
class WatermarkRow:
    """How far a stream has been read."""

    home: str
    source: str
    stream: str
    value: str
    run: int
    moved: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A window in which, when it was last read, fewer items came than the source announced."""

    home: str
    source: str
    stream: str
    window: str
    run: int
    announced: int
    fetched: int


@dataclass(frozen=True, slots=True)
class SourceStateRow:
    """What an operator decided about a source at run time."""

    home: str
    source: str
    paused: int
    reason: str
    next_run: str | None
    failures: int
    changed: str


@dataclass(frozen=True, slots=True)
class Storage:
    """Rows per table, bytes of the whole database, and bytes of raw pages: as they came, and as they are kept."""

    rows: dict[str, int]
    bytes: int
    raw_came: int
    raw_kept: int
