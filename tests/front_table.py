"""A front database of the tests' own: one view, filled by hand, on SQLite or PostgreSQL."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, make_url, text

from hub.api import Capability, DatabaseConfig, Manifest, Page, Stream, TableView
from hub.sources.exchange import HttpLimits
from hub.sources.table import TableSource

NOW = datetime(2026, 4, 20, 1, 0, tzinfo=UTC)
VIEW = TableView(view="信访件", key="编号", time="更新时间", rows=3)
SECRET = "s3cret-word"
COLUMNS = {
    "sqlite": '"编号" TEXT, "更新时间" TEXT, "内容" TEXT, "推送状态" TEXT, "推送时间" TEXT',
    "postgresql": '"编号" text, "更新时间" timestamp, "内容" text, "推送状态" int, "推送时间" timestamp',
}


class Front:
    """A front database to be filled and looked at, and the sources that read it."""

    def __init__(self, url: str, engine: str) -> None:
        self.url, self.engine = url, engine
        driver = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}[engine]
        self.db: Engine = create_engine(make_url(url).set(drivername=driver))
        place = make_url(url)
        self.allow = [str(Path(str(place.query.get("host") or place.database)).resolve().parent)]
        self.do(f'CREATE TABLE "信访件" ({COLUMNS[engine]})')

    def do(self, statement: str, *rows: Mapping[str, Any]) -> None:
        with self.db.begin() as connection:
            connection.execute(text(statement), list(rows) or None)

    def add(self, *rows: tuple[str | None, str | None]) -> None:
        """Rows by key and time; what they say is their key."""
        statement = 'INSERT INTO "信访件" ("编号", "更新时间", "内容") VALUES (:key, :time, :key)'
        self.do(statement, *({"key": key, "time": at} for key, at in rows))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with self.db.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def source(self, view: TableView = VIEW, *, claims: Sequence[Capability] = (), **changes: Any) -> TableSource:
        config = {"database": self.url, "look_back_s": 0, "statement_s": 1, **changes.pop("config", {})}
        manifest = Manifest(
            name="front", version="1.0.0", kind="petition", streams=(Stream(request=view),),
            capabilities=frozenset(claims),
        )  # fmt: skip
        options = {"allow": self.allow, "limits": HttpLimits(attempts=2), "sleep": lambda _: None, **changes}
        config = DatabaseConfig.model_validate(config)
        return TableSource(
            name="conform", home="330110", manifest=manifest, config=config, clock=lambda: NOW, **options
        )


def read(source: TableSource, since: datetime | None = None) -> list[Page]:
    with source:
        source.start_read("records")
        request = source._manifest.streams[0].request
        assert request is not None
        return list(source.read(request, since))


def keys(pages: Sequence[Page], name: str = "编号") -> list[list[Any]]:
    return [[row[name] for row in page.rows] for page in pages]


def at(minute: int) -> str:
    return f"2026-04-01 09:{minute:02}:00"


def moment(minute: int) -> datetime:
    return datetime(2026, 4, 1, 1, minute, tzinfo=UTC)


ACK = TableView(view="信访件", key="编号", time="更新时间", rows=2, acknowledge={"推送状态": "1", "推送时间": "{now}"})


def settle(source: TableSource, before: Callable[[], None] = lambda: None) -> list[Page]:
    """Read all, do what is to be done in between, acknowledge all."""
    with source:
        source.start_read("records")
        request = source._manifest.streams[0].request
        assert request is not None
        pages = list(source.read(request, None))
        before()
        for page in pages:
            source.settled(page.receipt)
    return pages
