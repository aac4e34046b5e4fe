"""The store's first tables: raw pages, records and versions, runs and their ledger, the audit chain."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a store goes back by its backup."""
    op.create_table(
        "raw",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("window", sa.String(64), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.BigInteger(), nullable=False),
        sa.Column("fetched", sa.String(20), nullable=False),
        sa.Column("clock", sa.String(20), nullable=True),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("raw_hash", "raw", ["hash"], unique=True)
    op.create_index("raw_source", "raw", ["source", "stream", "id"])
    op.create_table(
        "record",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("deleted", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("item", sa.String(8), nullable=True),
        sa.Column("category", sa.String(8), nullable=True),
        sa.Column("method", sa.String(24), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("mapping", sa.String(64), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("edition", sa.Text(), nullable=True),
        sa.Column("stage", sa.String(24), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("region", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("opened", sa.String(20), nullable=True),
        sa.Column("happened", sa.String(10), nullable=True),
        sa.Column("due", sa.String(20), nullable=True),
        sa.Column("closed", sa.String(20), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("people", sa.BigInteger(), nullable=True),
        sa.Column("scale", sa.String(8), nullable=True),
        sa.Column("parties", sa.BigInteger(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("stored", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("record_item", "record", ["item", "id"])
    op.create_index("record_key", "record", ["source", "stream", "key"], unique=True)
    op.create_table(
        "version",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("raw", sa.BigInteger(), nullable=False),
        sa.Column("item_no", sa.BigInteger(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("mapping", sa.String(64), nullable=False),
        sa.Column("adapter", sa.String(96), nullable=False),
        sa.Column("stored", sa.String(20), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("home", "record", "version"),
    )
    op.create_table(
        "subject",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("role", sa.String(4), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("home", "record", "version", "no"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rejection",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.BigInteger(), nullable=False),
        sa.Column("item_no", sa.BigInteger(), nullable=False),
        sa.Column("item_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.String(20), nullable=False),
        sa.Column("last", sa.String(20), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("rejection_item", "rejection", ["source", "stream", "item_hash"], unique=True)
    op.create_index("rejection_state", "rejection", ["state", "source"])
    op.create_table(
        "run",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("adapter", sa.String(96), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("since", sa.String(20), nullable=True),
        sa.Column("watermark", sa.String(20), nullable=True),
        sa.Column("started", sa.String(20), nullable=False),
        sa.Column("finished", sa.String(20), nullable=True),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("degraded", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.Column("fetched", sa.BigInteger(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), nullable=False),
        sa.Column("superseded", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("unmapped", sa.BigInteger(), nullable=False),
        sa.Column("announced", sa.BigInteger(), nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("run_source", "run", ["source", "stream", "id"])
    op.create_table(
        "watermark",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("value", sa.String(27), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("home", "source", "stream"),
    )
    op.create_table(
        "ledger",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("run", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("window", sa.String(64), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("announced", sa.BigInteger(), nullable=True),
        sa.Column("fetched", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("home", "run", "window"),
    )
    op.create_table(
        "link",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("home", "record"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("writer", sa.String(32), nullable=False),
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("home", "writer", "no"),
    )
    op.create_table(
        "source_state",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("paused", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("next_run", sa.String(20), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("home", "source"),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # many writers take numbers at once; on SQLite the one writer counts on from the highest
        for name in ("record_id", "raw_id", "rejection_id", "run_id"):
            op.execute(sa.schema.CreateSequence(sa.Sequence(name, start=1)))
